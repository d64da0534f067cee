using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Operators.Reference;

public class FastConvolutionTests
{
    public static TheoryData<string> Cases => new(All.Select(c => c.Name));

    // The operators' own cases, and some that are larger than one block of rows, columns or products.
    private static IEnumerable<(string Name, int[] Input, int[] Weight, int[] Output, bool Bias, Attributes Attributes)> All =>
    [
        .. Convolution.Cases(),
        ("many filters", [1, 5, 4, 5], [140, 5, 3, 3], [1, 140, 2, 3], true, []),
        ("many places", [2, 2, 24, 25], [3, 2, 3, 3], [2, 3, 24, 25], true, new() { ["pads"] = new long[] { 1, 1, 1, 1 } }),
        ("many channels", [3, 150, 5, 4], [6, 150, 2, 2], [3, 6, 4, 3], false, []),
        ("groups of several", [2, 12, 6, 6], [9, 4, 3, 3], [2, 9, 3, 3], true, new() { ["group"] = 3, ["strides"] = new long[] { 2, 2 }, ["pads"] = new long[] { 1, 1, 1, 1 } }),
        ("empty batch", [0, 3, 5, 5], [4, 3, 3, 3], [0, 4, 3, 3], true, []),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_numbers_convolve_exactly_as_the_naive_loops_do(string name)
    {
        var (_, xs, ws, ys, hasBias, attributes) = All.Single(c => c.Name == name);
        Shape x = new(xs), w = new(ws), y = new(ys);
        var random = new CounterRandom(3, name);
        double[] input = Whole(random, x), filters = Whole(random, w), gradient = Whole(random, y), bias = hasBias ? Whole(random, [w[0]]) : [];
        double[] forward = new double[y.ElementCount], inputGradient = new double[x.ElementCount], weightGradient = new double[w.ElementCount];
        for (int i = 0; hasBias && i < forward.Length; i++) forward[i] = bias[i / y[2..].ElementCount % w[0]];
        NaiveLoops.Convolution(attributes, x, w, y, (i, k, o) =>
        {
            forward[o] += input[i] * filters[k];
            inputGradient[i] += gradient[o] * filters[k];
            weightGradient[k] += gradient[o] * input[i];
        });
        var fast = Convolution.Of(attributes, x, w, y);
        double[] actualForward = Dirty(y), actualInput = Dirty(x), actualWeight = Dirty(w);

        fast.Forward<double>(input, filters, bias, actualForward);
        fast.InputGradient<double>(gradient, filters, actualInput);
        fast.WeightGradient<double>(gradient, input, actualWeight);

        actualForward.Should().Equal(forward);
        actualInput.Should().Equal(inputGradient);
        actualWeight.Should().Equal(weightGradient);
    }

    // Results are written whole, whatever was in their memory before.
    private static double[] Dirty(Shape shape) => [.. Enumerable.Repeat(77.0, shape.ElementCount)];

    private static double[] Whole(CounterRandom random, Shape shape) => [.. Enumerable.Range(0, shape.ElementCount).Select(_ => random.NextInt(11) - 5.0)];
}
