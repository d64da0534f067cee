using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>MaxPool</c> over any number of spatial axes. The second output holds, for each maximum, its place in the whole input
/// (row-major; <c>storage_order</c> 1 counts the spatial axes column-major). Among equals the first in row-major order wins.
/// </summary>
public sealed class MaxPool : NumericOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y", "Indices"]);

    /// <summary>The operator.</summary>
    public static MaxPool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MaxPool";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        PoolingShapes.Infer(inference);
        if (inference.Input(0).Shape is not null) inference.Output(1, ElementType.Int64, PoolingShapes.Output(inference));
        else inference.Output(1, ElementType.Int64);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Input(0).Shape, e.Output(0).Shape);
        var taps = window.Taps().ToArray();
        int inputs = Window.Product(window.Input), outputs = Window.Product(window.Output);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        var indices = e.OutputCount > 1 ? e.Write<long>(1) : default;
        bool columnMajor = e.Attributes.Int("storage_order", 0) != 0;
        var best = new int[outputs];
        for (int channel = 0; channel < x.Length / Math.Max(1, inputs); channel++)
        {
            var from = x.Slice(channel * inputs, inputs);
            var to = y.Slice(channel * outputs, outputs);
            Array.Fill(best, -1);
            foreach (var (o, _, i) in taps)
            {
                if (best[o] < 0 || from[i] > from[best[o]] || (T.IsNaN(from[i]) && !T.IsNaN(from[best[o]]))) best[o] = i;
            }

            for (int o = 0; o < outputs; o++)
            {
                // A window wholly in the padding has no element; its maximum is that of nothing.
                to[o] = best[o] < 0 ? T.CreateSaturating(double.NegativeInfinity) : from[best[o]];
                if (!indices.IsEmpty) indices[(channel * outputs) + o] = ((long)channel * inputs) + (columnMajor ? ColumnMajor(best[o], window.Input)
                    : best[o]);
            }
        }
    }

    /// <inheritdoc/>
    public override int OutputsForGradient(Node node) => 2;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Attributes.Int("storage_order", 0) != 0)
            throw new Errors.UnsupportedModelException(g.Node.Place, "no gradient flows through indices in column-major order.",
                "Use storage_order 0.");
        g.Set(0, g.Builder.Apply(MaxPoolGrad.Instance, [g.Gradient, g.Output(1), g.Input(0).ShapeOf()], g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => PoolingShapes.Cases().Select(c => new Sample(c.Name, [SampleInput.Normal(c.Input)], c.Attributes));

    private static long ColumnMajor(int place, int[] extents)
    {
        if (place < 0) return place;
        long result = 0, stride = 1;
        var at = new int[extents.Length];
        for (int i = extents.Length - 1; i >= 0; i--) place = Math.DivRem(place, extents[i], out at[i]);
        for (int i = 0; i < extents.Length; i++)
        {
            result += at[i] * stride;
            stride *= extents[i];
        }

        return result;
    }
}

/// <summary>
/// <c>grad.MaxPoolGrad(dY, Indices, shape of X)</c>: each output's gradient goes to the place that gave its maximum; where windows overlap,
/// gradients add. Carries the attributes of the forward node.
/// </summary>
public sealed class MaxPoolGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("Indices"), new("shape", InputRole.Shape)], ["dX"]);

    /// <summary>The operator.</summary>
    public static MaxPoolGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MaxPoolGrad";

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
        var dy = e.Read<T>(0);
        var indices = e.Read<long>(1);
        var dx = e.Write<T>(0);
        for (int i = 0; i < dy.Length; i++) dx[(int)indices[i]] += dy[i];
    }

    // Gathers the gradients from the places that the indices name.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Gradient.Reshape([-1]).Gather(g.Input(1), axis: 0));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, indices, shape) = (inputs[0]!, inputs[1]!, inputs[2]!);
        var zeros = builder.Scalar(0, dy.ElementType).Expand(shape.ElementProduct().Reshape([1]));
        return [zeros.ScatterElements(indices.Reshape([-1]), dy.Reshape([-1]), axis: 0, reduction: "add").Reshape(shape)];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("overlapping",
            [SampleInput.Normal(1, 1, 2, 2), SampleInput.Fixed(Tensor.From<long>([5, 5, 9, 10], [1, 1, 2, 2])), SampleInput.Integers(1, 1, 4, 4)]),
    ];
}

/// <summary>
/// ONNX <c>AveragePool</c> over any number of spatial axes. Divides by the taps inside the input, or with <c>count_include_pad</c> by those
/// inside the input and its padding.
/// </summary>
public sealed class AveragePool : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static AveragePool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "AveragePool";

    /// <inheritdoc/>
    public override int SinceVersion => 19;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => PoolingShapes.Infer(inference);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Input(0).Shape, e.Output(0).Shape);
        var taps = window.Taps().ToArray();
        var divisors = PoolingShapes.Divisors<T>(window, taps, e.Attributes);
        int inputs = Window.Product(window.Input), outputs = divisors.Length;
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int channel = 0; channel < x.Length / Math.Max(1, inputs); channel++)
        {
            var from = x.Slice(channel * inputs, inputs);
            var to = y.Slice(channel * outputs, outputs);
            foreach (var (o, _, i) in taps) to[o] += from[i];
            for (int o = 0; o < outputs; o++) to[o] /= divisors[o];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, g.Builder.Apply(AveragePoolGrad.Instance, [g.Gradient, g.Input(0).ShapeOf()], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => PoolingShapes.Cases()
        .Concat([
            ("padding counted", [1, 2, 5, 5], [1, 2, 3, 3], new Attributes
            {
                ["kernel_shape"] = new long[] { 3, 3 }, ["strides"] = new long[] { 2, 2 }, ["pads"] = new long[] { 1, 1, 1, 1 },
                    ["count_include_pad"] = true,
            }),
            ("padding counted up to the ceiling", [1, 2, 6, 4], [1, 2, 4, 2], new Attributes
            {
                ["kernel_shape"] = new long[] { 3, 2 }, ["strides"] = new long[] { 2, 3 }, ["pads"] = new long[] { 1, 1, 1, 1 },
                ["ceil_mode"] = true, ["count_include_pad"] = true,
            }),
        ])
        .Select(c => new Sample(c.Name, [SampleInput.Normal(c.Input)], c.Attributes));
}

/// <summary>
/// <c>grad.AveragePoolGrad(dY, shape of X)</c>: each output's gradient, divided as the forward was, goes to all places of its window. Carries the
/// attributes of the forward node.
/// </summary>
public sealed class AveragePoolGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("shape", InputRole.Shape)], ["dX"]);

    /// <summary>The operator.</summary>
    public static AveragePoolGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "AveragePoolGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(1)]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Output(0).Shape, e.Input(0).Shape);
        var taps = window.Taps().ToArray();
        var divisors = PoolingShapes.Divisors<T>(window, taps, e.Attributes);
        int inputs = Window.Product(window.Input), outputs = divisors.Length;
        var dy = e.Read<T>(0);
        var dx = e.Write<T>(0);
        for (int channel = 0; channel < dx.Length / Math.Max(1, inputs); channel++)
        {
            var from = dy.Slice(channel * outputs, outputs);
            var to = dx.Slice(channel * inputs, inputs);
            foreach (var (o, _, i) in taps) to[i] += from[o] / divisors[o];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Builder.Apply(AveragePool.Instance, [g.Gradient], g.Attributes));
    }

    // A transposed convolution with a kernel of ones, each channel by itself.
    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (dy, shape) = (inputs[0]!, inputs[1]!);
        if (PoolingShapes.WindowOf(node.Attributes, node.Outputs[0]!.Shape, dy.Shape) is not { } window) return null;
        var divisors = PoolingShapes.Divisors<float>(window, [.. window.Taps()], node.Attributes);
        var share = dy / builder.Constant(Tensor.From(divisors, new Shape(window.Output)).To(dy.ElementType));
        var channels = share.Reshape([-1, 1, .. window.Output.Select(e => (long)e)]);
        return [builder.Apply(ConvTranspose.Instance, [channels, window.Ones(dy)], window.Back(group: 1)).Reshape(shape)];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => PoolingShapes.Cases().Select(c =>
        new Sample(c.Name, [SampleInput.Normal(c.Output), SampleInput.Integers(new Shape(c.Input).ToLongs())], c.Attributes));
}

/// <summary>Shapes and cases that the pooling operators share.</summary>
internal static class PoolingShapes
{
    public static void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), Output(inference));
    }

    public static SymbolicShape Output(Inference inference)
    {
        var x = inference.ShapeOf(0);
        if (x.Rank < 3) throw inference.Fail($"the input {x} has no spatial axis; [N, C, spatial...] is expected.");
        long[] kernel = inference.Attributes.Ints("kernel_shape") ?? throw inference.Fail("the attribute kernel_shape is missing.");
        return [x[0], x[1], .. Operators.Window.OutputExtents(inference, x[2..], kernel)];
    }

    public static Window Window(Attributes attributes, Shape input, Shape output) =>
        Operators.Window.Of(attributes, input.Extents[2..], Array.ConvertAll(attributes.Ints("kernel_shape")!, k => (int)k), output.Extents[2..]);

    /// <summary>The window of a pooling between values, whose batch and channels may be symbolic; null where other extents are.</summary>
    public static Window? WindowOf(Attributes attributes, SymbolicShape? x, SymbolicShape? y) =>
        x is null || y is null || !x[2..].IsKnown || !y[2..].IsKnown ? null
            : Window(attributes, [1, 1, .. x[2..].ToShape()], [1, 1, .. y[2..].ToShape()]);

    /// <summary>A kernel of ones for one channel.</summary>
    public static Value Ones(this Window window, Value like) => like.Owner.Constant(
        Tensor.From(Enumerable.Repeat(1f, Operators.Window.Product(window.Kernel)).ToArray(), [1, 1, .. window.Kernel]).To(like.ElementType));

    public static T[] Divisors<T>(Window window, (int Output, int Kernel, int Input)[] taps, Attributes attributes)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var counts = new int[Operators.Window.Product(window.Output)];
        if (attributes.Int("count_include_pad", 0) != 0)
        {
            for (int o = 0; o < counts.Length; o++) counts[o] = window.PaddedTaps(o);
        }
        else
        {
            foreach (var (o, _, _) in taps) counts[o]++;
        }

        return Array.ConvertAll(counts, c => T.CreateChecked(c));
    }

    public static IEnumerable<(string Name, int[] Input, int[] Output, Attributes Attributes)> Cases()
    {
        yield return ("halves", [2, 3, 6, 4], [2, 3, 3, 2], new() { ["kernel_shape"] = L(2, 2), ["strides"] = L(2, 2) });
        yield return ("overlapping", [1, 2, 7, 7], [1, 2, 3, 3], new() { ["kernel_shape"] = L(3, 3), ["strides"] = L(2, 2) });
        yield return ("padded", [2, 17, 5, 6], [2, 17, 3, 3], new() { ["kernel_shape"] = L(3, 3), ["strides"] = L(2, 2), ["pads"] = L(1, 1, 1, 1) });
        yield return ("ceiling", [1, 2, 6, 6], [1, 2, 3, 3], new() { ["kernel_shape"] = L(3, 3), ["strides"] = L(2, 2), ["ceil_mode"] = true });
        yield return ("ceiling and padding", [1, 2, 6, 4], [1, 2, 4, 2],
            new() { ["kernel_shape"] = L(3, 2), ["strides"] = L(2, 3), ["pads"] = L(1, 1, 1, 1), ["ceil_mode"] = true });
        yield return ("same lower", [1, 2, 5, 5], [1, 2, 3, 3],
            new() { ["kernel_shape"] = L(2, 2), ["strides"] = L(2, 2), ["auto_pad"] = "SAME_LOWER" });
        yield return ("dilated", [1, 1, 6, 6], [1, 1, 4, 4], new() { ["kernel_shape"] = L(2, 2), ["dilations"] = L(2, 2) });
        yield return ("one axis", [2, 3, 8], [2, 3, 4], new() { ["kernel_shape"] = L(2), ["strides"] = L(2) });
        yield return ("three axes", [1, 2, 4, 4, 4], [1, 2, 2, 2, 2], new() { ["kernel_shape"] = L(2, 2, 2), ["strides"] = L(2, 2, 2) });
    }

    private static long[] L(params long[] values) => values;
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>MaxPool</c>.</summary>
    public static Value MaxPool(this Value x, Attributes attributes, string? name = null) =>
        x.Owner.Apply(Operators.MaxPool.Instance, [x], attributes, name);

    /// <summary>ONNX <c>AveragePool</c>.</summary>
    public static Value AveragePool(this Value x, Attributes attributes, string? name = null) =>
        x.Owner.Apply(Operators.AveragePool.Instance, [x], attributes, name);
}
