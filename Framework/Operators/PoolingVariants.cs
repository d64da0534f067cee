using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>LpPool</c>: (sum of |x|^p)^(1/p) of each window; the padding counts as zeros. The gradient is not defined where it is 0.
/// </summary>
public sealed class LpPool : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static LpPool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "LpPool";

    /// <inheritdoc/>
    public override int SinceVersion => 18;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => PoolingShapes.Infer(inference);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var window = PoolingShapes.Window(e.Attributes, e.Input(0).Shape, e.Output(0).Shape);
        var taps = window.Taps().ToArray();
        T p = T.CreateChecked(e.Attributes.Int("p", 2));
        int inputs = Window.Product(window.Input), outputs = Window.Product(window.Output);
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int channel = 0; channel < x.Length / Math.Max(1, inputs); channel++)
        {
            var from = x.Slice(channel * inputs, inputs);
            var to = y.Slice(channel * outputs, outputs);
            foreach (var (o, _, i) in taps) to[o] += T.Pow(T.Abs(from[i]), p);
            foreach (ref var value in to) value = T.Pow(value, T.One / p);
        }
    }

    // The sum over a window is a convolution with ones, each channel by itself, and has its gradient.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var x = g.Input(0);
        if (PoolingShapes.WindowOf(g.Attributes, x.Shape, g.Output(0).Shape) is not { } window)
            throw new UnsupportedModelException(g.Node.Place, "its gradient needs extents that are known before the model runs.",
                "Bind the input shapes first.");
        var outer = (g.Gradient * PowerMean.Outer(g.Output(0), g.Attributes)).Reshape([-1, 1, .. window.Output.Select(e => (long)e)]);
        var single = x.Reshape([-1, 1, .. window.Input.Select(e => (long)e)]);
        var spread = g.Builder.Apply(ConvInputGrad.Instance, [outer, window.Ones(x), single.ShapeOf()], window.Explicit(group: 1));
        g.Set(0, PowerMean.Slope(x, g.Attributes) * spread.Reshape(x.ShapeOf()));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        .. PoolingShapes.Cases().Select(c => new Sample(c.Name, [SampleInput.Normal(c.Input)], c.Attributes)),
        new("cubes", [SampleInput.Normal(1, 2, 5)], new Attributes { ["kernel_shape"] = new long[] { 3 }, ["p"] = 3 }),
    ];
}

/// <summary>The gradient of y = (sum of |x|^p)^(1/p): sign(x) |x|^(p - 1) times y^(1 - p).</summary>
internal static class PowerMean
{
    /// <summary>The part that depends on the element.</summary>
    public static Value Slope(Value x, Attributes attributes) => attributes.Int("p", 2) switch
    {
        1 => x.Sign(),
        2 => x,
        var p => x.Sign() * x.Abs().Pow(x.Number(p - 1)),
    };

    /// <summary>The part that depends on the result.</summary>
    public static Value Outer(Value y, Attributes attributes) => y.Pow(y.Number(1 - attributes.Int("p", 2)));
}

/// <summary>
/// ONNX <c>MaxUnpool</c>: puts each element where, by the indices that MaxPool gave, it came from, and zeros elsewhere. Of several for one place the
/// last stays.
/// </summary>
public sealed class MaxUnpool : FloatOperator
{
    private static readonly Signature s_signature = new(
        [new("X"), new("I", InputRole.Shape), new("output_shape", InputRole.Shape, Optional: true)], ["output"]);

    /// <summary>The operator.</summary>
    public static MaxUnpool Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MaxUnpool";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        if (inference.Has(2))
        {
            inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(2)]));
            return;
        }

        var x = inference.ShapeOf(0);
        if (x.Rank < 3) throw inference.Fail($"the input {x} has no spatial axis; [N, C, spatial...] is expected.");
        long[] kernel = inference.Attributes.Ints("kernel_shape") ?? throw inference.Fail("the attribute kernel_shape is missing.");
        if (kernel.Length != x.Rank - 2)
            throw inference.Fail($"the input has {x.Rank - 2} spatial axes, the kernel [{string.Join(',', kernel)}] has {kernel.Length}.");
        inference.Output(0, inference.TypeOf(0), [x[0], x[1], .. Window.TransposedExtents(inference, x[2..], kernel)]);
    }

    // The indices count within the tensor that was pooled: without output_shape that is the result's own.
    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var indices = e.Read<long>(1);
        var y = e.Write<T>(0);
        int[] places = Places(e, indices);
        for (int i = 0; i < x.Length; i++) y[places[i]] = x[i];
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.InputCount > 2 && g.Node.Inputs[2] is not null)
            throw new UnsupportedModelException(g.Node.Place, "no gradient flows through it with an output_shape.", "Leave the shape out.");
        g.Set(0, g.Gradient.Reshape([-1]).Gather(g.Input(1), axis: 0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("halves", [SampleInput.Normal(1, 1, 2, 2), SampleInput.Fixed(Tensor.From<long>([5, 7, 8, 10], [1, 1, 2, 2]))],
            new Attributes { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } }),
    ];

    private static int[] Places(Evaluation e, ReadOnlySpan<long> indices)
    {
        var y = e.Output(0).Shape;
        int[] from = y.Extents.ToArray(), strides = y.Strides();
        if (e.Has(2) && e.Attributes.Ints("kernel_shape") is { } kernel)
        {
            var x = e.Input(0).Shape;
            for (int axis = 2; axis < y.Rank; axis++)
            {
                int stride = (int)(e.Attributes.Ints("strides")?[axis - 2] ?? 1);
                var pads = e.Attributes.Ints("pads");
                from[axis] = ((x[axis] - 1) * stride) + (int)kernel[axis - 2] - (int)((pads?[axis - 2] ?? 0) + (pads?[y.Rank - 4 + axis] ?? 0));
            }
        }

        var places = new int[indices.Length];
        for (int i = 0; i < places.Length; i++)
        {
            long rest = indices[i];
            long place = 0;
            for (int axis = y.Rank - 1; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, from[axis], out long at);
                if (at < 0 || at >= y[axis]) rest = -1;
                place += at * strides[axis];
            }

            if (rest != 0) throw new DataFormatException(e.Place, $"the index {indices[i]} is outside the result {y}.");
            places[i] = (int)place;
        }

        return places;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>LpPool</c>.</summary>
    public static Value LpPool(this Value x, Attributes attributes, string? name = null) =>
        x.Owner.Apply(Operators.LpPool.Instance, [x], attributes, name);

    /// <summary>ONNX <c>MaxUnpool</c> by the indices that MaxPool gave.</summary>
    public static Value MaxUnpool(this Value x, Value indices, Attributes attributes) =>
        x.Owner.Apply(Operators.MaxUnpool.Instance, [x, indices], attributes);
}
