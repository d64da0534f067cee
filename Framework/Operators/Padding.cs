using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Pad</c>: makes a value longer at both ends of some axes, with a constant, its mirror image (<c>reflect</c>), its outermost elements
/// (<c>edge</c>) or its other end (<c>wrap</c>); a negative padding cuts off.
/// </summary>
public sealed class Pad : MovementOperator
{
    private static readonly Signature s_signature = new(
        [
            new("data"), new("pads", InputRole.Shape),
            new("constant_value", InputRole.Shape, Optional: true), new("axes", InputRole.Shape, Optional: true),
        ],
        ["output"]);

    /// <summary>The operator.</summary>
    public static Pad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Pad";

    /// <inheritdoc/>
    public override int SinceVersion => 19;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        string mode = inference.Attributes.String("mode", "constant");
        if (mode is not ("constant" or "reflect" or "edge" or "wrap")) throw inference.Fail($"mode '{mode}' is not constant, reflect, edge or wrap.");
        var shape = inference.ShapeOf(0);
        long[] given = inference.IntegersOf(1);
        long[] axes = inference.Has(3) ? inference.IntegersOf(3) : [.. Enumerable.Range(0, shape.Rank).Select(a => (long)a)];
        if (given.Length != 2 * axes.Length) throw inference.Fail($"pads has {given.Length} entries; {2 * axes.Length} fit {axes.Length} axes.");
        foreach (long axis in axes) inference.Axis(axis, shape.Rank);
        var (before, after) = Paddings(given, axes, shape.Rank);
        var result = shape;
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            result = result.With(axis, shape[axis] + checked(before[axis] + after[axis]));
            if (result[axis].IsKnown && result[axis].Value < 0)
                throw inference.Fail($"pads [{string.Join(',', given)}] cut more off than {shape} has along axis {axis}.");
            if (mode != "constant" && shape[axis] == 0 && result[axis] != 0)
                throw inference.Fail($"axis {axis} of {shape} has no element to pad it with.");
        }

        inference.Output(0, inference.TypeOf(0), result);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape from = e.Input(0).Shape, to = e.Output(0).Shape;
        string mode = e.Attributes.String("mode", "constant");
        var (before, _) = Paddings(e.Input(1).ToArray<long>(), e.Has(3) ? e.Input(3).ToArray<long>() : null, from.Rank);
        int[] strides = from.Strides();

        // For each place along each axis the offset of its source, or -1 where there is none.
        var sources = new int[from.Rank][];
        for (int axis = 0; axis < from.Rank; axis++)
            sources[axis] = [.. Enumerable.Range(0, to[axis]).Select(i =>
                Source(i - before[axis], from[axis], mode) is >= 0 and var at ? (int)at * strides[axis] : -1)];
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        T fill = e.Has(2) && e.Input(2).Count > 0 ? Raw<T>(e.Input(2))[0] : default;
        if (from.Rank == 0)
        {
            x.CopyTo(y);
            return;
        }

        int row = to[^1];
        var place = new int[from.Rank];
        for (int start = 0; start < y.Length; start += row)
        {
            int rest = start / row, offset = 0;
            for (int axis = from.Rank - 2; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, to[axis], out place[axis]);
                int own = sources[axis][place[axis]];
                offset = own < 0 || offset < 0 ? -1 : offset + own;
            }

            for (int i = 0; i < row; i++) y[start + i] = offset < 0 || sources[^1][i] < 0 ? fill : x[offset + sources[^1][i]];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        bool constant = g.Attributes.String("mode", "constant") == "constant";
        Value?[] inputs = [g.Gradient, constant ? -g.Input(1) : g.Input(1), null, g.InputCount > 3 ? g.Node.Inputs[3] : null];
        int count = inputs[3] is null ? 2 : 4;
        g.Set(0, constant
            ? g.Builder.Apply(Instance, inputs[..count])
            : Movement.Gradient(g, places => g.Builder.Apply(Instance, [places, .. inputs[1..count]], g.Attributes)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("zeros", [SampleInput.Normal(2, 3), SampleInput.Integers(0, 1, 2, 3)]),
        new("constant", [SampleInput.Normal(2, 3), SampleInput.Integers(1, 0, 0, 2), SampleInput.Fixed(Tensor.Scalar(1.5f))]),
        new("cut off", [SampleInput.Normal(4, 5), SampleInput.Integers(-1, 1, 0, -2)]),
        new("some axes", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(1, 0, 2, 1), null, SampleInput.Integers(-1, 1)]),
        new("reflect", [SampleInput.Normal(3, 4), SampleInput.Integers(2, 1, 1, 3)], new Attributes { ["mode"] = "reflect" }),
        new("edge", [SampleInput.Normal(3, 4), SampleInput.Integers(2, 1, 0, 5)], new Attributes { ["mode"] = "edge" }),
        new("wrap", [SampleInput.Normal(3, 4), SampleInput.Integers(2, 1, 1, 5)], new Attributes { ["mode"] = "wrap" }),
    ];

    private static (long[] Before, long[] After) Paddings(long[] given, long[]? axes, int rank)
    {
        var before = new long[rank];
        var after = new long[rank];
        int count = given.Length / 2;
        for (int i = 0; i < count; i++)
        {
            int axis = (int)(axes?[i] ?? i);
            if (axis < 0) axis += rank;
            (before[axis], after[axis]) = (given[i], given[count + i]);
        }

        return (before, after);
    }

    private static long Source(long at, int extent, string mode)
    {
        if (at >= 0 && at < extent) return at;
        switch (mode)
        {
            case "constant": return -1;
            case "edge": return at < 0 ? 0 : extent - 1;
            case "wrap": return ((at % extent) + extent) % extent;
            default:
                // The mirror image is mirrored again where the padding is longer than the value: a wave of this period.
                long period = Math.Max(1, 2 * (extent - 1L)), phase = ((at % period) + period) % period;
                return Math.Min(phase, period - phase) % extent;
        }
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Pad</c>.</summary>
    /// <param name="x">The value.</param>
    /// <param name="pads">How much longer before each axis, then behind each axis.</param>
    /// <param name="mode"><c>constant</c> (zeros), <c>reflect</c>, <c>edge</c> or <c>wrap</c>.</param>
    public static Value Pad(this Value x, long[] pads, string mode = "constant") =>
        x.Owner.Apply(Operators.Pad.Instance, [x, x.Owner.Integers(pads)], new Attributes { ["mode"] = mode });
}
