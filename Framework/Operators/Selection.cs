using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Compress</c>: the entries of an axis, or of the flattened value, whose condition holds; entries beyond the conditions are
/// dropped.
/// </summary>
public sealed class Compress : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("condition", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static Compress Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Compress";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        var count = inference.Input(1).Constant is { } condition ? Chosen(condition).Length : Dimension.Named($"count({inference.Place})");
        inference.Output(0, inference.TypeOf(0), inference.Attributes.Has("axis")
            ? shape.With(inference.Axis(inference.Attributes.Int("axis", 0), shape.Rank), count) : [count]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (!e.Attributes.Has("axis")) shape = [shape.ElementCount];
        else if (axis < 0) axis += shape.Rank;
        int[] chosen = Chosen(e.Input(1));
        if (chosen.Length > 0 && chosen[^1] >= shape[axis])
            throw new ShapeException(e.Place, $"condition {chosen[^1]} holds, the axis has {shape[axis]} entries.");
        int inner = shape[(axis + 1)..].ElementCount;
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        for (int outer = 0; outer < shape[..axis].ElementCount; outer++)
        {
            for (int i = 0; i < chosen.Length; i++)
                x.Slice(((outer * shape[axis]) + chosen[i]) * inner, inner).CopyTo(y.Slice(((outer * chosen.Length) + i) * inner, inner));
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, Movement.Gradient(g, places => g.Builder.Apply(Instance, [places, g.Input(1)], g.Attributes)));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("rows", [SampleInput.Normal(3, 2), SampleInput.Fixed(Tensor.From([false, true, true], [3]))], new Attributes { ["axis"] = 0 }),
        new("columns", [SampleInput.Normal(3, 4), SampleInput.Fixed(Tensor.From([true, false, true], [3]))], new Attributes { ["axis"] = -1 }),
        new("flattened", [SampleInput.Normal(2, 3), SampleInput.Fixed(Tensor.From([false, true, false, true, true], [5]))]),
    ];

    private static int[] Chosen(Tensor condition)
    {
        bool[] holds = condition.AsSpan<bool>().ToArray();
        return [.. Enumerable.Range(0, holds.Length).Where(i => holds[i])];
    }
}

/// <summary>
/// ONNX <c>ReverseSequence</c>: turns, in each entry of the batch axis, the first <c>sequence_lens</c> entries of the time axis around.
/// </summary>
public sealed class ReverseSequence : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("sequence_lens", InputRole.Shape)], ["Y"]);

    /// <summary>The operator.</summary>
    public static ReverseSequence Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReverseSequence";

    /// <inheritdoc/>
    public override int SinceVersion => 10;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        long batch = inference.Attributes.Int("batch_axis", 1), time = inference.Attributes.Int("time_axis", 0);
        if ((batch, time) is not ((0, 1) or (1, 0))) throw inference.Fail($"batch_axis {batch} and time_axis {time} must be 0 and 1, or 1 and 0.");
        if (inference.ShapeOf(0) is { Rank: < 2 } x) throw inference.Fail($"the input {x} needs a batch and a time axis.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        bool batchFirst = e.Attributes.Int("batch_axis", 1) == 0;
        int inner = shape[2..].ElementCount, times = shape[batchFirst ? 1 : 0], entries = shape[batchFirst ? 0 : 1];
        int batchStep = batchFirst ? times * inner : inner, timeStep = batchFirst ? inner : entries * inner;
        long[] lengths = e.Input(1).ToArray<long>();
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        if (lengths.Length != entries || lengths.Any(l => l < 0 || l > times))
            throw new DataFormatException(e.Place, $"sequence_lens [{string.Join(',', lengths)}] must be {entries} lengths from 0 to {times}.");
        for (int n = 0; n < entries; n++)
        {
            for (int t = 0; t < times; t++)
            {
                int from = t < lengths[n] ? (int)lengths[n] - 1 - t : t;
                x.Slice((n * batchStep) + (from * timeStep), inner).CopyTo(y.Slice((n * batchStep) + (t * timeStep), inner));
            }
        }
    }

    // What is turned twice is as it was.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Builder.Apply(Instance, [g.Gradient, g.Input(1)], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("time first", [SampleInput.Normal(4, 3, 2), SampleInput.Integers(4, 2, 1)]),
        new("batch first", [SampleInput.Normal(2, 4), SampleInput.Integers(3, 4)], new Attributes { ["batch_axis"] = 0, ["time_axis"] = 1 }),
    ];
}

/// <summary>
/// ONNX <c>Unique</c>: the different elements, or the different entries of an axis, sorted or in the order in which they come; where each
/// comes first,
/// which one each entry is, and how often each comes.
/// </summary>
public sealed class Unique : NumericOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y", "indices", "inverse_indices", "counts"]);

    /// <summary>The operator.</summary>
    public static Unique Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Unique";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        for (int i = 1; i < inference.OutputCount; i++) inference.Output(i, ElementType.Int64);
        var shape = inference.ShapeOf(0);
        bool whole = !inference.Attributes.Has("axis");
        int axis = whole ? 0 : inference.Axis(inference.Attributes.Int("axis", 0), shape.Rank);
        var count = Dimension.Named($"count({inference.Place})");
        inference.Output(0, inference.TypeOf(0), whole ? [count] : shape.With(axis, count));
        inference.Output(1, ElementType.Int64, [count]);
        inference.Output(2, ElementType.Int64, [whole ? shape.ElementCount : shape[axis]]);
        inference.Output(3, ElementType.Int64, [count]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Attributes.Has("axis") ? e.Input(0).Shape : [e.Input(0).Count];
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int length = shape[axis], inner = shape[(axis + 1)..].ElementCount, outer = shape[..axis].ElementCount;
        T[] x = e.Read<T>(0).ToArray();
        int Compare(int a, int b)
        {
            for (int i = 0; i < outer * inner; i++)
            {
                int at = (i / inner * length * inner) + (i % inner);
                int order = x[at + (a * inner)].CompareTo(x[at + (b * inner)]);
                if (order != 0) return order;
            }

            return 0;
        }

        // Sorted, equal entries stand together, the first of them in front.
        int[] sorted = [.. Enumerable.Range(0, length).Order(Comparer<int>.Create((a, b) => Compare(a, b) is var c and not 0 ? c : a - b))];
        var groups = new List<List<int>>();
        foreach (int entry in sorted)
        {
            if (groups.Count == 0 || Compare(groups[^1][0], entry) != 0) groups.Add([]);
            groups[^1].Add(entry);
        }

        if (e.Attributes.Int("sorted", 1) == 0) groups.Sort((a, b) => a[0] - b[0]);
        var extents = shape.Extents.ToArray();
        extents[axis] = groups.Count;
        var y = new T[outer * groups.Count * inner];
        var inverse = new long[length];
        for (int g = 0; g < groups.Count; g++)
        {
            foreach (int entry in groups[g]) inverse[entry] = g;
            for (int o = 0; o < outer; o++) x.AsSpan(((o * length) + groups[g][0]) * inner, inner).CopyTo(y.AsSpan(((o * groups.Count) + g) * inner));
        }

        e.Set(0, Tensor.From(y, new Shape(extents)));
        e.Set(1, Tensor.From<long>([.. groups.Select(g => (long)g[0])], [groups.Count]));
        e.Set(2, Tensor.From(inverse, [length]));
        e.Set(3, Tensor.From<long>([.. groups.Select(g => (long)g.Count)], [groups.Count]));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("sorted", [SampleInput.Whole(12) with { IsFixed = true }], Outputs: 4),
        new("in order", [SampleInput.Whole(12) with { IsFixed = true }], new Attributes { ["sorted"] = false }, Outputs: 4),
        new("rows", [SampleInput.Given([3, 2], 1, 2, 0, 1, 1, 2) with { IsFixed = true }], new Attributes { ["axis"] = 0 }, Outputs: 4),
    ];
}

/// <summary>
/// ONNX <c>NonMaxSuppression</c>: of the boxes [batch, count, 4] that score [batch, class, count] best those that do not overlap a better
/// one of their class
/// by more than a threshold; as rows of (batch, class, box).
/// </summary>
public sealed class NonMaxSuppression : Operator
{
    private static readonly Signature s_signature = new(
        [
            new("boxes"), new("scores"), new("max_output_boxes_per_class", InputRole.Shape, Optional: true),
            new("iou_threshold", InputRole.Shape, Optional: true), new("score_threshold", InputRole.Shape, Optional: true),
        ],
        ["selected_indices"]);

    /// <summary>The operator.</summary>
    public static NonMaxSuppression Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "NonMaxSuppression";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int64, [Dimension.Named($"count({inference.Place})"), 3]);
        var (boxes, scores) = (inference.ShapeOf(0), inference.ShapeOf(1));
        if (boxes.Rank != 3 || scores.Rank != 3 || (boxes[2].IsKnown && boxes[2] != 4))
            throw inference.Fail($"the boxes {boxes} must be [batch, count, 4], the scores {scores} [batch, class, count].");
        if (boxes.IsKnown && scores.IsKnown && (boxes[0] != scores[0] || boxes[1] != scores[2]))
            throw inference.Fail($"the boxes {boxes} and the scores {scores} differ in batch or count.");
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        float[] boxes = evaluation.Input(0).ToArray<float>(), scores = evaluation.Input(1).ToArray<float>();
        var shape = evaluation.Input(1).Shape;
        int count = shape[2];
        long most = evaluation.Has(2) ? evaluation.Input(2).ToArray<long>()[0] : 0;
        float overlap = evaluation.Has(3) ? evaluation.Input(3).ToArray<float>()[0] : 0;
        float? least = evaluation.Has(4) ? evaluation.Input(4).ToArray<float>()[0] : null;
        bool centred = evaluation.Attributes.Int("center_point_box", 0) != 0;
        var rows = new List<long>();
        for (int line = 0; line < shape[0] * shape[1]; line++)
        {
            int batch = line / shape[1];
            Box At(int box) => Box.Of(boxes.AsSpan(((batch * count) + box) * 4, 4), centred);
            var kept = new List<Box>();
            foreach (int box in Enumerable.Range(0, count).OrderByDescending(b => scores[(line * count) + b]))
            {
                if (kept.Count >= most) break;
                if (scores[(line * count) + box] <= least || kept.Exists(k => k.Overlap(At(box)) > overlap)) continue;
                kept.Add(At(box));
                rows.AddRange([batch, line % shape[1], box]);
            }
        }

        evaluation.Set(0, Tensor.From<long>([.. rows], [rows.Count / 3, 3]));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("one suppressed",
            [
                SampleInput.Given([1, 3, 4], 0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 10, 1, 11), SampleInput.Given([1, 1, 3], 0.9f, 0.75f, 0.6f),
                SampleInput.Integers(3), SampleInput.Fixed(Tensor.From([0.5f], [1])), SampleInput.Fixed(Tensor.From([0f], [1])),
            ]),
    ];

    private readonly record struct Box(float Top, float Left, float Bottom, float Right)
    {
        // Two opposite corners in any order, or the centre and the extents.
        public static Box Of(ReadOnlySpan<float> b, bool centred) => centred
            ? new(b[1] - (b[3] / 2), b[0] - (b[2] / 2), b[1] + (b[3] / 2), b[0] + (b[2] / 2))
            : new(Math.Min(b[0], b[2]), Math.Min(b[1], b[3]), Math.Max(b[0], b[2]), Math.Max(b[1], b[3]));

        /// <summary>The area of the intersection over that of the union.</summary>
        public float Overlap(Box other)
        {
            float height = Math.Max(0, Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top));
            float width = Math.Max(0, Math.Min(Right, other.Right) - Math.Max(Left, other.Left));
            float common = height * width, all = Area + other.Area - common;
            return all > 0 ? common / all : 0;
        }

        private float Area => (Bottom - Top) * (Right - Left);
    }
}
