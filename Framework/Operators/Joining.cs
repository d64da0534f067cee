using Framework.Graphs;

namespace Framework.Operators;

/// <summary>ONNX <c>Concat</c>: puts any number of values one behind the other along an axis.</summary>
public sealed class Concat : MovementOperator
{
    private static readonly Signature s_signature = new([new("inputs", Variadic: true)], ["concat_result"]);

    /// <summary>The operator.</summary>
    public static Concat Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Concat";

    /// <inheritdoc/>
    public override int SinceVersion => 4;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        if (!inference.Attributes.Has("axis")) throw inference.Fail("the attribute axis is missing.");
        var result = inference.ShapeOf(0);
        if (result.Rank == 0) throw inference.Fail("its inputs have no axis to be joined along.", "Give them one with Unsqueeze.");
        int axis = inference.Axis(inference.Attributes.Int("axis", 0), result.Rank);
        for (int i = 1; i < inference.InputCount; i++)
        {
            Broadcast.CheckTypes(inference, 0, i);
            var next = inference.ShapeOf(i);
            if (next.Rank != result.Rank)
                throw inference.Fail($"its inputs have the shapes {inference.ShapeOf(0)} and {next}; their ranks must agree.");
            for (int a = 0; a < result.Rank; a++)
            {
                if (a == axis) continue;
                if (result[a].IsKnown && next[a].IsKnown && result[a] != next[a])
                    throw inference.Fail($"its inputs {inference.ShapeOf(0)} and {next} differ along axis {a}; only axis {axis} may differ.");
                if (next[a].IsKnown) result = result.With(a, next[a]);
            }

            result = result.With(axis, result[axis] + next[axis]);
        }

        inference.Output(0, inference.TypeOf(0), result, Extents(inference));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Output(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int outer = shape[..axis].ElementCount, row = shape[axis..].ElementCount, start = 0;
        var y = Raw<T>(e.Output(0));
        for (int input = 0; input < e.InputCount; input++)
        {
            var x = Raw<T>(e.Input(input));
            int length = e.Input(input).Shape[axis..].ElementCount;
            for (int i = 0; i < outer; i++) x.Slice(i * length, length).CopyTo(y.Slice((i * row) + start, length));
            start += length;
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        long axis = g.Attributes.Int("axis", 0);
        var inputs = Enumerable.Range(0, g.InputCount).Select(g.Input).ToArray();
        var extents = inputs.Select(x => x.ShapeOf().Gather(x.Owner.Integers(axis < 0 ? axis + x.Shape!.Rank : axis), axis: 0)).ToArray();
        var parts = g.Gradient.Split(extents.Concat(0), inputs.Length, (int)axis);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (g.Needs(i)) g.Set(i, parts[i]);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("channels", [SampleInput.Normal(2, 3, 2), SampleInput.Normal(2, 1, 2), SampleInput.Normal(2, 2, 2)], new Attributes { ["axis"] = 1 }),
        new("rows", [SampleInput.Normal(2, 3), SampleInput.Normal(1, 3)], new Attributes { ["axis"] = 0 }),
        new("last axis", [SampleInput.Normal(2, 3), SampleInput.Normal(2, 2)], new Attributes { ["axis"] = -1 }),
        new("one", [SampleInput.Normal(2, 3)], new Attributes { ["axis"] = 1 }),
    ];

    private static Dimension[]? Extents(Inference inference)
    {
        var result = new List<Dimension>();
        for (int i = 0; i < inference.InputCount; i++)
        {
            if (inference.Input(i).Extents is not { } extents || inference.ShapeOf(i).Rank != 1) return null;
            result.AddRange(extents);
        }

        return [.. result];
    }
}

/// <summary>
/// ONNX <c>Split</c>: parts of a value along an axis, as long as the input <c>split</c> says, or else equally long but for a shorter last one.
/// </summary>
public sealed class Split : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("split", InputRole.Shape, Optional: true)], ["outputs..."]);

    /// <summary>The operator.</summary>
    public static Split Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Split";

    /// <inheritdoc/>
    public override int SinceVersion => 18;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        for (int i = 0; i < inference.OutputCount; i++) inference.Output(i, inference.TypeOf(0));
        long count = inference.Attributes.Int("num_outputs", inference.OutputCount);
        if (count != inference.OutputCount) throw inference.Fail($"num_outputs is {count}, but it has {inference.OutputCount} outputs.");
        var shape = inference.ShapeOf(0);
        int axis = inference.Axis(inference.Attributes.Int("axis", 0), shape.Rank);
        var parts = Parts(inference, shape[axis]);
        int start = 0;
        for (int i = 0; i < parts.Count; i++)
        {
            var elements = shape.Rank == 1 && parts[i].IsKnown && start >= 0
                ? inference.Input(0).Extents?.Skip(start).Take((int)parts[i].Value).ToArray() : null;
            start = parts[i].IsKnown && start >= 0 ? start + (int)parts[i].Value : -1;
            inference.Output(i, inference.TypeOf(0), shape.With(axis, parts[i]), elements);
        }
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int outer = shape[..axis].ElementCount, row = shape[axis..].ElementCount, start = 0;
        var x = Raw<T>(e.Input(0));
        for (int output = 0; output < e.OutputCount; output++)
        {
            var y = Raw<T>(e.Output(output));
            int length = e.Output(output).Shape[axis..].ElementCount;
            for (int i = 0; i < outer; i++) x.Slice((i * row) + start, length).CopyTo(y.Slice(i * length, length));
            start += length;
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var parts = Enumerable.Range(0, g.Node.Outputs.Count).Select(i => g.GradientOrZeros(i)).ToArray();
        g.Set(0, parts.Concat((int)g.Attributes.Int("axis", 0)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("given parts", [SampleInput.Normal(2, 6), SampleInput.Integers(2, 1, 3)], new Attributes { ["axis"] = 1 }, Outputs: 3),
        new("equal parts", [SampleInput.Normal(4, 3)], new Attributes { ["num_outputs"] = 2 }, Outputs: 2),
        new("a shorter last part", [SampleInput.Normal(2, 7)], new Attributes { ["axis"] = -1, ["num_outputs"] = 3 }, Outputs: 3),
    ];

    private static IReadOnlyList<Dimension> Parts(Inference inference, Dimension extent)
    {
        int count = inference.OutputCount;
        if (inference.Has(1))
        {
            var given = inference.ExtentsOf(1);
            if (given.Count != count) throw inference.Fail($"split has {given.Count} entries, but it has {count} outputs.");
            if (given.Any(p => p.IsKnown && p.Value < 0)) throw inference.Fail($"split [{string.Join(',', given)}] has a negative entry.");
            var sum = given.Aggregate((Dimension)0, (a, b) => a + b);
            if (extent.IsKnown && sum.IsKnown && sum != extent)
                throw inference.Fail($"split [{string.Join(',', given)}] adds up to {sum}, the axis has {extent}.");
            return given;
        }

        var part = extent.Divide(count, ceiling: true);
        var last = extent - (part * (count - 1));
        if (last.IsKnown && last.Value < 0) throw inference.Fail($"an axis of {extent} does not divide into {count} parts of {part}.");
        return [.. Enumerable.Repeat(part, count - 1), last];
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Concat</c>.</summary>
    public static Value Concat(this IReadOnlyList<Value> values, int axis, string? name = null) =>
        values[0].Owner.Apply(Operators.Concat.Instance, [.. values], new Attributes { ["axis"] = axis }, name);

    /// <summary>ONNX <c>Split</c> into equal parts.</summary>
    public static Value[] Split(this Value x, int parts, int axis) =>
        x.Owner.ApplyMany(Operators.Split.Instance, [x], parts, new Attributes { ["axis"] = axis, ["num_outputs"] = parts });

    /// <summary>ONNX <c>Split</c> into parts whose extents another value holds.</summary>
    public static Value[] Split(this Value x, Value extents, int parts, int axis) =>
        x.Owner.ApplyMany(Operators.Split.Instance, [x, extents], parts, new Attributes { ["axis"] = axis });
}
