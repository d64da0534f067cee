using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Validation.Cases;

namespace Validation.Tests.Operators;

public class OperatorRuntimeTests
{
    public static TheoryData<string> Cases => new(OperatorCase.All
        .Where(c => c.Operator.Domain != Domains.Execution && c.Graph.Outputs.All(o => o.Shape is { IsKnown: true }))
        .Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_session_agrees_with_the_float64_interpreter(string name)
    {
        var c = OperatorCase.Find(name);
        using var oracle = new Interpreter(c.Graph, Precision.Float64);
        using var session = new Session(c.Graph, new SessionOptions { Threads = 2 });

        var expected = oracle.Run(c.Inputs);
        var actual = session.Run(c.Inputs);

        for (int i = 0; i < expected.Count; i++)
        {
            actual[i].Shape.Should().Equal(expected[i].Shape);
            double scale = 1, difference = 0;
            double[] a = actual[i].ElementType == ElementType.Bool ? [.. actual[i].AsSpan<bool>().ToArray().Select(b => b ? 1.0 : 0)] : actual[i].ToArray<double>();
            double[] e = expected[i].ElementType == ElementType.Bool ? [.. expected[i].AsSpan<bool>().ToArray().Select(b => b ? 1.0 : 0)] : expected[i].ToArray<double>();
            for (int k = 0; k < a.Length; k++)
            {
                scale = Math.Max(scale, Math.Abs(e[k]));
                difference = Math.Max(difference, Math.Abs(a[k] - e[k]));
            }

            (difference / scale).Should().BeLessThan(1e-5, "output {0} of {1}", i, name);
        }
    }
}
