using Framework.Graphs;
using Framework.Operators.Reference;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Conv</c>: cross-correlation of an input [N, C, spatial...] with filters [M, C / group, kernel...], with an optional bias [M].
/// (Goodfellow, Bengio and Courville 2016, section 9.1: S(i, j) = sum I(i + m, j + n) K(m, n).)
/// </summary>
public sealed class Conv : FloatOperator
{
    private static readonly Signature s_signature =
        new([new("X"), new("W", InputRole.Parameter), new("B", InputRole.Parameter, Optional: true)], ["Y"]);

    /// <summary>The operator.</summary>
    public static Conv Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Conv";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var (x, w) = (inference.ShapeOf(0), inference.ShapeOf(1));
        long group = inference.Attributes.Int("group", 1);
        if (x.Rank < 3) throw inference.Fail($"the input {x} has no spatial axis; [N, C, spatial...] is expected.");
        if (w.Rank != x.Rank) throw inference.Fail($"the input {x} has rank {x.Rank}, the weight {w} rank {w.Rank}; both must have the same.");
        if (!w.IsKnown) throw Inference.Unknown();
        if (group < 1 || w[0].Value % group != 0) throw inference.Fail($"{w[0]} output channels do not divide into {group} groups.");
        if (x[1].IsKnown && x[1].Value != w[1].Value * group)
            throw inference.Fail($"input has {x[1]} channels, weight {w} with groups {group} expects {w[1].Value * group}.");
        if (inference.Has(2) && inference.Input(2).Shape is { } bias && bias != new SymbolicShape(w[0]))
            throw inference.Fail($"the bias {bias} must be [{w[0]}], one entry an output channel.");
        long[] kernel = [.. w[2..].Select(d => d.Value)];
        if (inference.Attributes.Ints("kernel_shape") is { } said && !said.SequenceEqual(kernel))
            throw inference.Fail($"kernel_shape [{string.Join(',', said)}] contradicts the weight {w}.");
        inference.Output(0, inference.TypeOf(0), [x[0], w[0], .. Window.OutputExtents(inference, x[2..], kernel)]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var problem = Convolution.Of(e.Attributes, e.Input(0).Shape, e.Input(1).Shape, e.Output(0).Shape);
        problem.Forward(e.Read<T>(0), e.Read<T>(1), e.Has(2) ? e.Read<T>(2) : default, e.Write<T>(0));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0))
            g.Set(0, g.Builder.Apply(ConvInputGrad.Instance, [g.Gradient, g.Input(1), g.Input(0).ShapeOf()], g.Attributes));
        if (g.Needs(1))
            g.Set(1, g.Builder.Apply(ConvWeightGrad.Instance, [g.Gradient, g.Input(0), g.Input(1).ShapeOf()], g.Attributes));
        if (g.Needs(2)) g.Set(2, g.Gradient.ReduceSum([0, .. Enumerable.Range(2, g.Output(0).Shape!.Rank - 2)], keepDimensions: false));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => Convolution.Cases().Select(c => new Sample(
        c.Name, [SampleInput.Normal(c.Input), SampleInput.Normal(c.Weight), c.Bias ? SampleInput.Normal(c.Weight[0]) : null], c.Attributes));
}

/// <summary>
/// <c>grad.ConvInputGrad(dY, W, shape of X)</c>: the gradient of <see cref="Conv"/> with respect to its input, with the attributes of the
/// forward node.
/// </summary>
public sealed class ConvInputGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("W", InputRole.Parameter), new("shape", InputRole.Shape)], ["dX"]);

    /// <summary>The operator.</summary>
    public static ConvInputGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ConvInputGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(2)]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var problem = Convolution.Of(e.Attributes, e.Output(0).Shape, e.Input(1).Shape, e.Input(0).Shape);
        problem.InputGradient(e.Read<T>(0), e.Read<T>(1), e.Write<T>(0));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Builder.Apply(Conv.Instance, [g.Gradient, g.Input(1)], g.Attributes));
        if (g.Needs(1)) g.Set(1, g.Builder.Apply(ConvWeightGrad.Instance, [g.Input(0), g.Gradient, g.Input(1).ShapeOf()], g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => Convolution.Cases().Select(c => new Sample(
        c.Name, [SampleInput.Normal(c.Output), SampleInput.Normal(c.Weight), SampleInput.Integers(new Shape(c.Input).ToLongs())], c.Attributes));
}

/// <summary>
/// <c>grad.ConvWeightGrad(dY, X, shape of W)</c>: the gradient of <see cref="Conv"/> with respect to its filters, with the attributes of the
/// forward node.
/// </summary>
public sealed class ConvWeightGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("X"), new("shape", InputRole.Shape)], ["dW"]);

    /// <summary>The operator.</summary>
    public static ConvWeightGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ConvWeightGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(2)]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var problem = Convolution.Of(e.Attributes, e.Input(1).Shape, e.Output(0).Shape, e.Input(0).Shape);
        problem.WeightGradient(e.Read<T>(0), e.Read<T>(1), e.Write<T>(0));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Builder.Apply(Conv.Instance, [g.Input(1), g.Gradient], g.Attributes));
        if (g.Needs(1)) g.Set(1, g.Builder.Apply(ConvInputGrad.Instance, [g.Input(0), g.Gradient, g.Input(1).ShapeOf()], g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => Convolution.Cases().Select(c => new Sample(
        c.Name, [SampleInput.Normal(c.Output), SampleInput.Normal(c.Input), SampleInput.Integers(new Shape(c.Weight).ToLongs())], c.Attributes));
}

/// <summary>What the operators of convolution share.</summary>
internal static class Convolution
{
    /// <summary>The convolution of a node, from its attributes and the extents of input, filters and output.</summary>
    public static FastConvolution Of(Attributes attributes, Shape x, Shape w, Shape y) =>
        new(x, w, (int)attributes.Int("group", 1), Window.Of(attributes, x.Extents[2..], w.Extents[2..], y.Extents[2..]));

    /// <summary>The cases that the samples of all three operators are made of.</summary>
    public static IEnumerable<(string Name, int[] Input, int[] Weight, int[] Output, bool Bias, Attributes Attributes)> Cases()
    {
        yield return ("plain", [2, 3, 6, 5], [4, 3, 3, 3], [2, 4, 4, 3], true, []);
        yield return ("padded", [1, 2, 5, 5], [3, 2, 5, 5], [1, 3, 5, 5], false, new() { ["pads"] = Longs(2, 2, 2, 2) });
        yield return ("strided", [2, 3, 7, 8], [4, 3, 3, 3], [2, 4, 4, 4], true, new() { ["strides"] = Longs(2, 2), ["pads"] = Longs(1, 1, 1, 1) });
        yield return ("dilated", [1, 2, 9, 8], [3, 2, 3, 2], [1, 3, 5, 6], true, new() { ["dilations"] = Longs(2, 2) });
        yield return ("asymmetric", [1, 2, 6, 7], [3, 2, 3, 3], [1, 3, 5, 8], true, new() { ["pads"] = Longs(0, 2, 1, 1) });
        yield return ("groups", [2, 4, 5, 5], [6, 2, 3, 3], [2, 6, 3, 3], true, new() { ["group"] = 2 });
        yield return ("depthwise", [2, 3, 5, 5], [3, 1, 3, 3], [2, 3, 5, 5], true, new() { ["group"] = 3, ["pads"] = Longs(1, 1, 1, 1) });
        yield return ("one by one", [2, 17, 4, 4], [18, 17, 1, 1], [2, 18, 4, 4], true, []);
        yield return ("same upper", [1, 2, 5, 6], [3, 2, 2, 3], [1, 3, 3, 3], true, new() { ["auto_pad"] = "SAME_UPPER", ["strides"] = Longs(2, 2) });
        yield return ("one axis", [2, 3, 9], [4, 3, 3], [2, 4, 4], true, new() { ["strides"] = Longs(2) });
        yield return ("three axes", [1, 2, 4, 4, 3], [2, 2, 2, 3, 2], [1, 2, 3, 2, 2], true, []);
    }

    private static long[] Longs(params long[] values) => values;
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Conv</c>: cross-correlation.</summary>
    /// <param name="x">Input [N, C, spatial...].</param>
    /// <param name="weight">Filters [M, C / group, kernel...].</param>
    /// <param name="bias">Bias [M], or null.</param>
    /// <param name="attributes">ONNX's attributes: <c>strides</c>, <c>pads</c>, <c>dilations</c>, <c>group</c>, <c>auto_pad</c>.</param>
    /// <param name="name">The node's name.</param>
    public static Value Conv(this Value x, Value weight, Value? bias, Attributes? attributes = null, string? name = null) =>
        x.Owner.Apply(Operators.Conv.Instance, bias is null ? [x, weight] : [x, weight, bias], attributes, name);
}
