using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Validation.Parity;

namespace Validation.Tests.Parity;

public sealed class DisturbedRunTests
{
    private const int Terms = 5000;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Turned_roundings_are_those_of_the_plain_evaluation_to_either_side_so_many_times(int times)
    {
        var builder = new GraphBuilder("Sum");
        var x = builder.Input("x", ElementType.Float32, [Terms]);
        var graph = builder.Build(builder.Rename(builder.Apply(ReduceSum.Instance, [x], new Attributes { ["keepdims"] = 0L }), "sum"));
        var random = new Random(3);
        var values = new Tensor(ElementType.Float32, [Terms]);
        foreach (ref float value in values.AsSpan<float>()) value = random.NextSingle();

        double exact = 0;
        foreach (float value in values.AsSpan<float>()) exact += value;
        using var interpreter = new Framework.Execution.Interpreter(graph);
        double plain = interpreter.Run([values])[0].AsSpan<float>()[0];
        plain.Should().NotBe((float)exact, "otherwise there is nothing to turn");

        double[] sums = [.. Enumerable.Range(0, 16).Select(run => DisturbedRun.Turned(graph, [values], run, times)["sum"].AsSpan<double>()[0]).Distinct().Order()];
        double[] expected = [(float)(exact + (times * (plain - exact))), (float)(exact - (times * (plain - exact)))];
        sums.Should().Equal(expected.Order());
    }
}
