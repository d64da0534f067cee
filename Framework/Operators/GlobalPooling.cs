using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>A pooling over all of each channel, whose spatial extents become 1.</summary>
public abstract class GlobalPooling : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var x = inference.ShapeOf(0);
        if (x.Rank < 3) throw inference.Fail($"the input {x} has no spatial axis; [N, C, spatial...] is expected.");
        inference.Output(0, inference.TypeOf(0), [x[0], x[1], .. Enumerable.Repeat((Dimension)1, x.Rank - 2)]);
    }

    /// <summary>The number that stands for a channel.</summary>
    protected abstract T Pool<T>(ReadOnlySpan<T> channel, Attributes attributes)
        where T : unmanaged, IFloatingPointIeee754<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        int size = y.Length == 0 ? 0 : x.Length / y.Length;
        for (int channel = 0; channel < y.Length; channel++) y[channel] = Pool(x.Slice(channel * size, size), e.Attributes);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("image", [SampleInput.Normal(2, 3, 4, 5)]), new("one axis", [SampleInput.Normal(2, 3, 4)])];
}

/// <summary>ONNX <c>GlobalAveragePool</c>: the mean of each channel.</summary>
public sealed class GlobalAveragePool : GlobalPooling
{
    /// <summary>The operator.</summary>
    public static GlobalAveragePool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GlobalAveragePool";

    /// <inheritdoc/>
    protected override T Pool<T>(ReadOnlySpan<T> channel, Attributes attributes)
    {
        var sum = T.Zero;
        foreach (var value in channel) sum += value;
        return sum / T.CreateChecked(channel.Length);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var count = g.Input(0).ShapeOf().ElementProduct() / g.Output(0).ShapeOf().ElementProduct();
        g.Set(0, (g.Gradient / count.Cast(g.Input(0).ElementType)).Expand(g.Input(0).ShapeOf()));
    }
}

/// <summary>ONNX <c>GlobalMaxPool</c>: the largest element of each channel; the first of equals has the gradient.</summary>
public sealed class GlobalMaxPool : GlobalPooling
{
    /// <summary>The operator.</summary>
    public static GlobalMaxPool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GlobalMaxPool";

    /// <inheritdoc/>
    protected override T Pool<T>(ReadOnlySpan<T> channel, Attributes attributes)
    {
        var best = T.NegativeInfinity;
        foreach (var value in channel) best = T.Max(best, value);
        return best;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var lines = g.Input(0).Reshape([0, 0, -1]);
        var zeros = lines.Number(0).Expand(lines.ShapeOf());
        var spread = zeros.ScatterElements(lines.ArgMax(axis: 2), g.Gradient.Reshape([0, 0, 1]), axis: 2, reduction: "add");
        g.Set(0, spread.Reshape(g.Input(0).ShapeOf()));
    }
}

/// <summary>ONNX <c>GlobalLpPool</c>: (sum of |x|^p)^(1/p) of each channel. The gradient is not defined where it is 0.</summary>
public sealed class GlobalLpPool : GlobalPooling
{
    /// <summary>The operator.</summary>
    public static GlobalLpPool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GlobalLpPool";

    /// <inheritdoc/>
    public override int SinceVersion => 2;

    /// <inheritdoc/>
    protected override T Pool<T>(ReadOnlySpan<T> channel, Attributes attributes)
    {
        T p = T.CreateChecked(attributes.Int("p", 2)), sum = T.Zero;
        foreach (var value in channel) sum += T.Pow(T.Abs(value), p);
        return T.Pow(sum, T.One / p);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, PowerMean.Slope(g.Input(0), g.Attributes) * (g.Gradient * PowerMean.Outer(g.Output(0), g.Attributes)));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [.. base.Samples, new("cubes", [SampleInput.Normal(2, 2, 3)], new Attributes { ["p"] = 3 })];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>GlobalAveragePool</c>.</summary>
    public static Value GlobalAveragePool(this Value x, string? name = null) => x.Owner.Apply(Operators.GlobalAveragePool.Instance, [x], name: name);

    /// <summary>ONNX <c>GlobalMaxPool</c>.</summary>
    public static Value GlobalMaxPool(this Value x, string? name = null) => x.Owner.Apply(Operators.GlobalMaxPool.Instance, [x], name: name);
}
