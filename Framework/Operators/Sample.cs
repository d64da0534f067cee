using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>A small case of an operator: inputs and attributes. Every runtime and judge runs it.</summary>
/// <param name="Name">What it is about; unique among the operator's samples.</param>
/// <param name="Inputs">The inputs; null where one is left out.</param>
/// <param name="Attributes">The attributes.</param>
/// <param name="Outputs">How many outputs to ask for.</param>
public sealed record Sample(string Name, IReadOnlyList<SampleInput?> Inputs, Attributes? Attributes = null, int Outputs = 1);

/// <summary>How an input of a sample is made.</summary>
/// <param name="Shape">Its extents.</param>
/// <param name="Make">Makes the elements from a random source.</param>
/// <param name="IsFixed">Whether the elements belong to the operator's form (axes, shapes, labels), so that no gradient is asked for and runtimes get them as constants.</param>
public sealed record SampleInput(Shape Shape, Func<CounterRandom, Tensor> Make, bool IsFixed = false)
{
    /// <summary>Normally distributed floats.</summary>
    public static SampleInput Normal(params ReadOnlySpan<int> shape) => Floats(new Shape(shape), r => (float)r.NextNormal());

    /// <summary>Uniformly distributed floats.</summary>
    public static SampleInput Uniform(float low, float high, params ReadOnlySpan<int> shape) =>
        Floats(new Shape(shape), r => (float)(low + ((high - low) * r.NextDouble())));

    /// <summary>Whole numbers as floats, drawn from -5 to 5: sums of products of them are exact.</summary>
    public static SampleInput Whole(params ReadOnlySpan<int> shape) => Floats(new Shape(shape), r => r.NextInt(11) - 5);

    /// <summary>Floats that are given.</summary>
    public static SampleInput Given(Shape shape, params float[] values) => new(shape, _ => Tensor.From(values, shape));

    /// <summary>A constant vector of integers: axes, extents.</summary>
    public static SampleInput Integers(params long[] values) => Fixed(Tensor.From(values, [values.Length]));

    /// <summary>A constant.</summary>
    public static SampleInput Fixed(Tensor tensor) => new(tensor.Shape, _ => tensor, IsFixed: true);

    /// <summary>Class indices from 0 to <paramref name="classes"/> - 1.</summary>
    public static SampleInput Labels(int classes, params ReadOnlySpan<int> shape)
    {
        var s = new Shape(shape);
        return new SampleInput(s, r => Filled(s, () => (long)r.NextInt(classes)), IsFixed: true);
    }

    /// <summary>Logarithms of probabilities: along axis 1 the exponentials add up to 1.</summary>
    public static SampleInput LogProbabilities(params ReadOnlySpan<int> shape)
    {
        var s = new Shape(shape);
        return new SampleInput(s, r =>
        {
            var x = Filled(s, () => (float)r.NextNormal());
            return Evaluation.Run(LogSoftmax.Instance, "sample", new Attributes { ["axis"] = 1 }, [x], 1, Precision.Native)[0]!;
        });
    }

    /// <summary>Booleans.</summary>
    public static SampleInput Booleans(params ReadOnlySpan<int> shape)
    {
        var s = new Shape(shape);
        return new SampleInput(s, r => Filled(s, () => r.NextInt(2) == 1), IsFixed: true);
    }

    private static SampleInput Floats(Shape shape, Func<CounterRandom, float> next) => new(shape, r => Filled(shape, () => next(r)));

    private static Tensor Filled<T>(Shape shape, Func<T> next)
        where T : unmanaged
    {
        var tensor = new Tensor(ElementTypes.Of<T>(), shape);
        foreach (ref var element in tensor.AsSpan<T>()) element = next();
        return tensor;
    }
}
