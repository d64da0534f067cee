using Framework.Graphs;
using Framework.Operators.Reference;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Conv</c>: cross-correlation of an input [N, C, spatial...] with filters [M, C / group, kernel...], with an optional bias [M].
/// (Goodfellow, Bengio and Courville 2016, section 9.1: S(i, j) = sum I(i + m, j + n) K(m, n).)
/// </summary>
public sealed class Conv : NumericOperator
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
        inference.Output(0, inference.TypeOf(0), OutputShape(inference, 0, 1, bias: 2));
    }

    /// <summary>The shape of a convolution over some of a node's inputs.</summary>
    internal static SymbolicShape OutputShape(Inference inference, int input, int weight, int? bias)
    {
        var (x, w) = (inference.ShapeOf(input), inference.ShapeOf(weight));
        long group = inference.Attributes.Int("group", 1);
        if (x.Rank < 3) throw inference.Fail($"the input {x} has no spatial axis; [N, C, spatial...] is expected.");
        if (w.Rank != x.Rank) throw inference.Fail($"the input {x} has rank {x.Rank}, the weight {w} rank {w.Rank}; both must have the same.");
        if (!w[2..].IsKnown) throw Inference.Unknown();
        if (group < 1
            || (w[0].IsKnown && w[0].Value % group != 0)) throw inference.Fail($"{w[0]} output channels do not divide into {group} groups.");
        if (x[1].IsKnown && w[1].IsKnown && x[1].Value != w[1].Value * group)
            throw inference.Fail($"input has {x[1]} channels, weight {w} with groups {group} expects {w[1].Value * group}.");
        if (bias is { } b && inference.Has(b) && inference.Input(b).Shape is { } given && given != new SymbolicShape(w[0]))
            throw inference.Fail($"the bias {given} must be [{w[0]}], one entry an output channel.");
        long[] kernel = [.. w[2..].Select(d => d.Value)];
        if (inference.Attributes.Ints("kernel_shape") is { } said && !said.SequenceEqual(kernel))
            throw inference.Fail($"kernel_shape [{string.Join(',', said)}] contradicts the weight {w}.");
        return [x[0], w[0], .. Window.OutputExtents(inference, x[2..], kernel)];
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
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, w, shape) = (inputs[0]!, inputs[1]!, inputs[2]!);
        return Convolution.WindowOf(node.Attributes, node.Outputs[0]!.Shape, w.Shape, dy.Shape) is not { } window
            ? null
            : [builder.Apply(ConvTranspose.Instance, [dy, w], window.Back(node.Attributes.Int("group", 1))).Reshape(shape)];
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

    // A convolution of the input with the output's gradient, images in the place of channels and strides in that of dilations. With groups
    // each group's images are a group of channels.
    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, x) = (inputs[0]!, inputs[1]!);
        if (node.Outputs[0]!.Shape is not { IsKnown: true } w
            || Convolution.WindowOf(node.Attributes, x.Shape, w, dy.Shape) is not { } window) return null;
        long group = node.Attributes.Int("group", 1);
        int rank = window.Rank;
        int[] spatial = [.. Enumerable.Range(2, rank)];
        long[] extents = Array.ConvertAll(window.Input, e => (long)e);
        var images = group == 1
            ? x.Transpose([1, 0, .. spatial])
            : x.Reshape([0, group, w[1].Value, .. extents]).Transpose([2, 1, 0, .. spatial.Select(a => a + 1)]).Reshape([w[1].Value, -1, .. extents]);
        var end = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            int reach = (window.Strides[i] * (window.Output[i] - 1)) + 1;
            end[i] = Math.Max(0, (window.Dilations[i] * (window.Kernel[i] - 1)) + reach - window.Input[i] - window.PadsBegin[i]);
        }

        var result = images.Conv(dy.Transpose([1, 0, .. spatial]), null, new Attributes
        {
            ["strides"] = Array.ConvertAll(window.Dilations, d => (long)d),
            ["dilations"] = Array.ConvertAll(window.Strides, s => (long)s),
            ["pads"] = (long[])[.. window.PadsBegin.Select(p => (long)p), .. end],
            ["group"] = group,
        });
        for (int i = 0; i < rank; i++)
        {
            if (result.Shape![i + 2] != w[i + 2]) result = result.Slice(i + 2, 0, w[i + 2].Value);
        }

        return [result.Transpose([1, 0, .. spatial])];
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

    /// <summary>The window of a convolution between values, whose batch may be symbolic; null where other extents are.</summary>
    public static Window? WindowOf(Attributes attributes, SymbolicShape? x, SymbolicShape? w, SymbolicShape? y)
    {
        if (x is null || w is null || y is null || !x[2..].IsKnown || !w[2..].IsKnown || !y[2..].IsKnown) return null;
        return Window.Of(attributes, x[2..].ToShape().Extents, w[2..].ToShape().Extents, y[2..].ToShape().Extents);
    }

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
