using Framework.Errors;
using Framework.Graphs;
using Framework.Operators.Reference;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>ConvTranspose</c> of an input [N, C, spatial...] with filters [C, M / group, kernel...] and an optional bias [M]: what the gradient
/// of <see cref="Conv"/> with the same filters does (Dumoulin and Visin 2016).
/// </summary>
public sealed class ConvTranspose : FloatOperator
{
    private static readonly Signature s_signature =
        new([new("X"), new("W", InputRole.Parameter), new("B", InputRole.Parameter, Optional: true)], ["Y"]);

    /// <summary>The operator.</summary>
    public static ConvTranspose Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ConvTranspose";

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
        if (group < 1 || w[0].Value % group != 0) throw inference.Fail($"{w[0]} input channels do not divide into {group} groups.");
        if (x[1].IsKnown && x[1] != w[0]) throw inference.Fail($"input has {x[1]} channels, weight {w} expects {w[0]}.");
        var channels = w[1] * group;
        if (inference.Has(2) && inference.Input(2).Shape is { } bias && bias != new SymbolicShape(channels))
            throw inference.Fail($"the bias {bias} must be [{channels}], one entry an output channel.");
        long[] kernel = [.. w[2..].Select(d => d.Value)];
        if (inference.Attributes.Ints("kernel_shape") is { } said && !said.SequenceEqual(kernel))
            throw inference.Fail($"kernel_shape [{string.Join(',', said)}] contradicts the weight {w}.");
        inference.Output(0, inference.TypeOf(0), [x[0], channels, .. Window.TransposedExtents(inference, x[2..], kernel)]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape x = e.Input(0).Shape, w = e.Input(1).Shape, y = e.Output(0).Shape;
        var window = Window.Transposed(e.Attributes, x.Extents[2..], w.Extents[2..], y.Extents[2..]);
        var to = e.Write<T>(0);
        new FastConvolution(y, w, (int)e.Attributes.Int("group", 1), window).InputGradient(e.Read<T>(0), e.Read<T>(1), to);
        if (!e.Has(2)) return;
        var planes = new ChannelPlanes(y);
        var bias = e.Read<T>(2);
        for (int i = 0; i < planes.Images * planes.Channels; i++)
        {
            foreach (ref var value in to.Slice(i * planes.Size, planes.Size)) value += bias[i % planes.Channels];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var attributes = Explicit(g);
        if (g.Needs(0))
        {
            // Further padding of a stride or more makes room for windows that the forward pass has not.
            var dx = g.Builder.Apply(Conv.Instance, [g.Gradient, g.Input(1)], attributes);
            for (int axis = 2; axis < dx.Shape?.Rank; axis++)
            {
                var extent = g.Input(0).Shape![axis];
                if (extent.IsKnown && dx.Shape[axis].IsKnown && dx.Shape[axis] != extent) dx = dx.Slice(axis, 0, extent.Value);
            }

            g.Set(0, dx);
        }

        if (g.Needs(1)) g.Set(1, g.Builder.Apply(ConvWeightGrad.Instance, [g.Input(0), g.Gradient, g.Input(1).ShapeOf()], attributes));
        if (g.Needs(2)) g.Set(2, g.Gradient.SumOverChannels(g.Output(0).Shape!.Rank));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            yield return Case("plain", [2, 3, 4, 3], [3, 2, 3, 3], true, []);
            yield return Case("strided, padded", [1, 2, 4, 3], [2, 3, 3, 3], false,
                new() { ["strides"] = Longs(2, 2), ["pads"] = Longs(1, 0, 0, 1) });
            yield return Case("output padding", [1, 2, 3, 3], [2, 2, 3, 3], true,
                new() { ["strides"] = Longs(3, 2), ["output_padding"] = Longs(2, 1) });
            yield return Case("output shape", [1, 2, 3, 3], [2, 2, 3, 3], true, new() { ["strides"] = Longs(3, 2), ["output_shape"] = Longs(9, 8) });
            yield return Case("same upper", [1, 2, 3, 4], [2, 2, 3, 2], false, new() { ["strides"] = Longs(2, 2), ["auto_pad"] = "SAME_UPPER" });
            yield return Case("same lower", [1, 2, 3, 4], [2, 2, 4, 3], false, new() { ["strides"] = Longs(2, 2), ["auto_pad"] = "SAME_LOWER" });
            yield return Case("dilated", [1, 2, 3, 3], [2, 2, 2, 2], false, new() { ["dilations"] = Longs(2, 3) });
            yield return Case("groups", [2, 4, 3, 3], [4, 3, 2, 2], true, new() { ["group"] = 2, ["strides"] = Longs(2, 1) });
            yield return Case("one axis", [2, 3, 4], [3, 2, 3], true, new() { ["strides"] = Longs(2) });
            yield return Case("three axes", [1, 2, 2, 3, 2], [2, 2, 2, 2, 3], false, new() { ["strides"] = Longs(1, 2, 1) });
        }
    }

    private static Sample Case(string name, int[] x, int[] w, bool bias, Attributes attributes) => new(
        name,
        [SampleInput.Normal(x), SampleInput.Normal(w), bias ? SampleInput.Normal(w[1] * (int)attributes.Int("group", 1)) : null],
        attributes);

    private static long[] Longs(params long[] values) => values;

    // The attributes of the convolution back, without auto_pad and output_shape.
    private static Attributes Explicit(Differentiation g)
    {
        long group = g.Attributes.Int("group", 1);
        if (g.Input(0).Shape is { } x && g.Input(1).Shape is { } w && g.Output(0).Shape is { } y && x[2..].IsKnown && y[2..].IsKnown)
            return Window.Transposed(g.Attributes, x[2..].ToShape().Extents, w[2..].ToShape().Extents, y[2..].ToShape().Extents).Explicit(group);
        return g.Attributes.String("auto_pad", "NOTSET") == "NOTSET" && !g.Attributes.Has("output_shape")
            ? g.Attributes.Without("output_padding", "kernel_shape")
            : throw new UnsupportedModelException(g.Node.Place, "its gradient needs extents that are known before the model runs.",
                "Bind the input shapes first.");
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>ConvTranspose</c>.</summary>
    /// <param name="x">Input [N, C, spatial...].</param>
    /// <param name="weight">Filters [C, M / group, kernel...].</param>
    /// <param name="bias">Bias [M], or null.</param>
    /// <param name="attributes">ONNX's attributes: those of <c>Conv</c>, <c>output_padding</c>, <c>output_shape</c>.</param>
    /// <param name="name">The node's name.</param>
    public static Value ConvTranspose(this Value x, Value weight, Value? bias, Attributes? attributes = null, string? name = null) =>
        x.Owner.Apply(Operators.ConvTranspose.Instance, bias is null ? [x, weight] : [x, weight, bias], attributes, name);
}
