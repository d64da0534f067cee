using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>An operator that treats every line along one axis by itself.</summary>
public abstract class LineOperator : FloatOperator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        if (inference.Input(0).Shape is { } shape) inference.Axis(inference.Attributes.Int("axis", -1), shape.Rank);
    }

    /// <summary>Treats one line in place.</summary>
    protected abstract void Apply<T>(Span<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        int stride = shape.Strides()[axis], length = shape[axis];
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        var line = new T[length];
        for (int start = 0; start < x.Length; start += stride * length)
        {
            for (int lane = start; lane < start + stride; lane++)
            {
                for (int i = 0; i < length; i++) line[i] = x[lane + (i * stride)];
                Apply<T>(line);
                for (int i = 0; i < length; i++) y[lane + (i * stride)] = line[i];
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("last axis", [SampleInput.Normal(3, 7)]),
        new("channels", [SampleInput.Normal(2, 3, 4)], new Attributes { ["axis"] = 1 }),
    ];

    /// <summary>The exponentials of a line less its maximum, in place, and their sum.</summary>
    private protected static T Exponentials<T>(Span<T> line)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T maximum = T.NegativeInfinity, sum = T.Zero;
        foreach (var x in line) maximum = T.Max(maximum, x);
        foreach (ref var x in line)
        {
            x = T.Exp(x - maximum);
            sum += x;
        }

        return sum;
    }
}

/// <summary>ONNX <c>Softmax</c> along one axis, in its form since operator set 13.</summary>
public sealed class Softmax : LineOperator
{
    /// <summary>The operator.</summary>
    public static Softmax Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Softmax";

    /// <inheritdoc/>
    protected override void Apply<T>(Span<T> line)
    {
        var sum = Exponentials(line);
        foreach (ref var x in line) x /= sum;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        long axis = g.Attributes.Int("axis", -1);
        var product = g.Gradient * g.Output(0);
        g.Set(0, product - (g.Output(0) * product.ReduceSum([(int)axis])));
    }
}

/// <summary>ONNX <c>LogSoftmax</c> along one axis, in its form since operator set 13.</summary>
public sealed class LogSoftmax : LineOperator
{
    /// <summary>The operator.</summary>
    public static LogSoftmax Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LogSoftmax";

    /// <inheritdoc/>
    protected override void Apply<T>(Span<T> line)
    {
        T maximum = T.NegativeInfinity, sum = T.Zero;
        foreach (var x in line) maximum = T.Max(maximum, x);
        foreach (var x in line) sum += T.Exp(x - maximum);
        var shift = maximum + T.Log(sum);
        foreach (ref var x in line) x -= shift;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        long axis = g.Attributes.Int("axis", -1);
        g.Set(0, g.Gradient - (g.Output(0).Exp() * g.Gradient.ReduceSum([(int)axis])));
    }
}

/// <summary>ONNX <c>Hardmax</c> along one axis: 1 at the first largest element, 0 elsewhere.</summary>
public sealed class Hardmax : LineOperator
{
    /// <summary>The operator.</summary>
    public static Hardmax Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Hardmax";

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    protected override void Apply<T>(Span<T> line)
    {
        int best = 0;
        for (int i = 1; i < line.Length; i++)
        {
            if (line[i] > line[best]) best = i;
        }

        line.Clear();
        if (!line.IsEmpty) line[best] = T.One;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Softmax</c>.</summary>
    public static Value Softmax(this Value x, int axis = -1) => x.Owner.Apply(Operators.Softmax.Instance, [x], new Attributes { ["axis"] = axis });

    /// <summary>ONNX <c>LogSoftmax</c>.</summary>
    public static Value LogSoftmax(this Value x, int axis = -1) =>
        x.Owner.Apply(Operators.LogSoftmax.Instance, [x], new Attributes { ["axis"] = axis });
}
