using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Slice</c>: from <c>starts</c> to <c>ends</c> (excluded) along some axes, in <c>steps</c> that may be negative; negative places count
/// from the end, places outside are moved to it.
/// </summary>
public sealed class Slice : MovementOperator
{
    private static readonly Signature s_signature = new(
        [
            new("data"), new("starts", InputRole.Shape), new("ends", InputRole.Shape),
            new("axes", InputRole.Shape, Optional: true), new("steps", InputRole.Shape, Optional: true),
        ],
        ["output"]);

    /// <summary>The operator.</summary>
    public static Slice Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Slice";

    /// <inheritdoc/>
    public override int SinceVersion => 10;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        var starts = inference.ExtentsOf(1);
        var ends = inference.ExtentsOf(2);
        long[] axes = inference.Has(3) ? inference.IntegersOf(3) : [.. Enumerable.Range(0, starts.Count).Select(i => (long)i)];
        long[] steps = inference.Has(4) ? inference.IntegersOf(4) : [.. Enumerable.Repeat(1L, starts.Count)];
        if (ends.Count != starts.Count || axes.Length != starts.Count || steps.Length != starts.Count)
            throw inference.Fail($"starts, ends, axes and steps have {starts.Count}, {ends.Count}, {axes.Length} and {steps.Length} entries.");
        if (steps.Contains(0)) throw inference.Fail("a step is 0.");
        var result = shape;
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = inference.Axis(axes[i], shape.Rank);
            result = result.With(axis, Extent(shape[axis], starts[i], ends[i], steps[i]));
        }

        IReadOnlyList<Dimension>? elements = null;
        if (inference.Input(0).Extents is { } vector && shape.Rank == 1 && axes.Length == 1 && starts[0].IsKnown && ends[0].IsKnown)
        {
            var (start, count) = Resolve(vector.Count, starts[0].Value, ends[0].Value, steps[0]);
            elements = [.. Enumerable.Range(0, count).Select(i => vector[(int)(start + (i * steps[0]))])];
        }

        inference.Output(0, inference.TypeOf(0), result, elements);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        long[] starts = e.Input(1).ToArray<long>(), ends = e.Input(2).ToArray<long>();
        long[]? axes = e.Has(3) ? e.Input(3).ToArray<long>() : null, steps = e.Has(4) ? e.Input(4).ToArray<long>() : null;
        int[] strides = shape.Strides();
        int first = 0;
        var y = Raw<T>(e.Output(0));
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = (int)(axes?[i] ?? i);
            if (axis < 0) axis += shape.Rank;
            var (start, count) = Resolve(shape[axis], starts[i], ends[i], steps?[i] ?? 1);
            if (count == 0) return;
            first += (int)start * strides[axis];

            // A step longer than the axis is taken at most once, so its length does not matter.
            strides[axis] = count == 1 ? 0 : strides[axis] * (int)(steps?[i] ?? 1);
        }

        Strided.Gather(Raw<T>(e.Input(0)), first, strides, y, e.Output(0).Shape);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (Paddings(g) is { } pads)
        {
            g.Set(0, g.Gradient.Pad(pads));
            return;
        }

        g.Set(0, Movement.Gradient(g, places => g.Builder.Apply(Instance, [places, .. g.Node.Inputs.Skip(1)])));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("middle", [SampleInput.Normal(4, 6), SampleInput.Integers(1, 2), SampleInput.Integers(3, 5)]),
        new("one axis", [SampleInput.Normal(2, 5, 3), SampleInput.Integers(-4), SampleInput.Integers(long.MaxValue), SampleInput.Integers(1)]),
        new("steps", [
            SampleInput.Normal(5, 7), SampleInput.Integers(0, 1), SampleInput.Integers(5, -1), SampleInput.Integers(0, -1),
                SampleInput.Integers(2, 3),
        ]),
        new("backwards", [SampleInput.Normal(6), SampleInput.Integers(-1), SampleInput.Integers(long.MinValue), SampleInput.Integers(0),
            SampleInput.Integers(-2)]),
    ];

    private static (long Start, int Count) Resolve(int extent, long start, long end, long step)
    {
        long low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
        start = Math.Clamp(start < 0 ? start + extent : start, step > 0 ? 0 : Math.Min(0, high), high);
        end = Math.Clamp(end < 0 ? end + extent : end, low, high);
        var count = ((Int128)end - start + step - Math.Sign(step)) / step;
        return (start, (int)Int128.Max(0, count));
    }

    private static Dimension Extent(Dimension extent, Dimension start, Dimension end, long step)
    {
        if (extent.IsKnown && start.IsKnown && end.IsKnown) return Resolve(extent.ToInt("Slice"), start.Value, end.Value, step).Count;
        if (step == 1 && start is { IsKnown: true, Value: >= 0 })
        {
            bool toTheEnd = end == extent || (end.IsKnown && end.Value >= int.MaxValue);
            if (toTheEnd) return extent - start.Value;
            if (end is { IsKnown: true, Value: < 0 }) return extent + (end.Value - start.Value);
        }

        return Dimension.Named($"slice({extent},{start},{end},{step})");
    }

    // How much was cut off before and behind along each axis, where all steps are 1 and everything is known.
    private static long[]? Paddings(Differentiation g)
    {
        if (g.Input(0).Shape is not { } shape || Integers(g, 1) is not { } starts || Integers(g, 2) is not { } ends) return null;
        if (g.InputCount > 4 && g.Node.Inputs[4] is not null && Integers(g, 4)?.All(s => s == 1) != true) return null;
        long[]? axes = g.InputCount > 3 && g.Node.Inputs[3] is not null ? Integers(g, 3)
            : [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        if (axes is null) return null;
        var pads = new long[2 * shape.Rank];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + shape.Rank : axes[i]);
            if (!shape[axis].IsKnown) return null;
            var (start, count) = Resolve(shape[axis].ToInt("Slice"), starts[i], ends[i], 1);
            (pads[axis], pads[shape.Rank + axis]) = (start, shape[axis].Value - start - count);
        }

        return pads;

        static long[]? Integers(Differentiation g, int input) =>
            g.Input(input).Fact.Extents is { } extents && extents.All(e => e.IsKnown) ? [.. extents.Select(e => e.Value)] : null;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Slice</c> along one axis.</summary>
    public static Value Slice(this Value x, int axis, long start, long end, long step = 1)
    {
        var b = x.Owner;
        return b.Apply(Operators.Slice.Instance, [x, b.Integers(start), b.Integers(end), b.Integers(axis), b.Integers(step)]);
    }
}
