using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>The index of the largest or smallest element along an axis; among equals the first, or with <c>select_last_index</c> the last.</summary>
public abstract class ArgumentOperator : NumericOperator
{
    private static readonly Signature s_signature = new([new("data")], ["reduced"]);

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int64);
        var shape = inference.ShapeOf(0);
        int axis = inference.Axis(inference.Attributes.Int("axis", 0), shape.Rank);
        if (shape[axis] == 0) throw inference.Fail($"axis {axis} of {shape} has no element.");
        bool keep = inference.Attributes.Int("keepdims", 1) != 0;
        inference.Output(0, ElementType.Int64, keep ? shape.With(axis, 1) : [.. shape[..axis], .. shape[(axis + 1)..]]);
    }

    /// <summary>Whether an element is better than the best so far.</summary>
    protected abstract bool Beats<T>(T x, T best)
        where T : unmanaged, INumber<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        bool last = e.Attributes.Int("select_last_index", 0) != 0;
        int length = shape[axis], inner = shape[(axis + 1)..].ElementCount;
        var x = e.Read<T>(0);
        var y = e.Write<long>(0);
        for (int i = 0; i < y.Length; i++)
        {
            int start = (i / inner * length * inner) + (i % inner), best = 0;
            for (int k = 1; k < length; k++)
            {
                var (candidate, leader) = (x[start + (k * inner)], x[start + (best * inner)]);
                if (Beats(candidate, leader) || (last && candidate == leader)) best = k;
            }

            y[i] = best;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("first axis", [SampleInput.Normal(3, 4)]),
        new("last axis dropped", [SampleInput.Normal(2, 3, 4)], new Attributes { ["axis"] = -1, ["keepdims"] = false }),
        new("first of equals", [SampleInput.Given([2, 3], 1, 1, 0, 2, 2, 2)], new Attributes { ["axis"] = 1 }),
        new("last of equals", [SampleInput.Given([2, 3], 1, 1, 0, 2, 2, 2)], new Attributes { ["axis"] = 1, ["select_last_index"] = true }),
    ];
}

/// <summary>ONNX <c>ArgMax</c>.</summary>
public sealed class ArgMax : ArgumentOperator
{
    /// <summary>The operator.</summary>
    public static ArgMax Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ArgMax";

    /// <inheritdoc/>
    protected override bool Beats<T>(T x, T best) => x > best || (T.IsNaN(x) && !T.IsNaN(best));
}

/// <summary>ONNX <c>ArgMin</c>.</summary>
public sealed class ArgMin : ArgumentOperator
{
    /// <summary>The operator.</summary>
    public static ArgMin Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ArgMin";

    /// <inheritdoc/>
    protected override bool Beats<T>(T x, T best) => x < best || (T.IsNaN(x) && !T.IsNaN(best));
}

/// <summary>
/// ONNX <c>TopK</c>: the <c>K</c> largest (or smallest) elements along an axis and their indices, in order; among equals the lower index first.
/// </summary>
public sealed class TopK : NumericOperator
{
    private static readonly Signature s_signature = new([new("X"), new("K", InputRole.Shape)], ["Values", "Indices"], requiredOutputs: 2);

    /// <summary>The operator.</summary>
    public static TopK Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "TopK";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(1, ElementType.Int64);
        var shape = inference.ShapeOf(0);
        int axis = inference.Axis(inference.Attributes.Int("axis", -1), shape.Rank);
        var k = inference.ExtentsOf(1)[0];
        if (k.IsKnown && (k.Value < 0 || (shape[axis].IsKnown && k.Value > shape[axis].Value)))
            throw inference.Fail($"K is {k}, but axis {axis} of {shape} has {shape[axis]} elements.");
        inference.Output(0, inference.TypeOf(0), shape.With(axis, k));
        inference.Output(1, ElementType.Int64, shape.With(axis, k));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        int sign = e.Attributes.Int("largest", 1) != 0 ? -1
            : 1, length = shape[axis], inner = shape[(axis + 1)..].ElementCount, k = e.Output(0).Shape[axis];
        var x = e.Read<T>(0);
        var values = e.Write<T>(0);
        var indices = e.Write<long>(1);
        var line = new T[length];
        var order = new int[length];
        int lines = shape[..axis].ElementCount * inner;
        for (int i = 0; i < lines; i++)
        {
            int outer = i / inner, lane = i % inner;
            for (int j = 0; j < length; j++) (line[j], order[j]) = (x[(((outer * length) + j) * inner) + lane], j);
            Array.Sort(order, (a, b) => line[a].CompareTo(line[b]) * sign is var c and not 0 ? c : a - b);
            for (int j = 0; j < k; j++)
            {
                int to = (((outer * k) + j) * inner) + lane;
                (values[to], indices[to]) = (line[order[j]], order[j]);
            }
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var x = g.Input(0);
        var zeros = x.Number(0).Expand(x.ShapeOf());
        g.Set(0, zeros.ScatterElements(g.Output(1), g.Gradient, (int)g.Attributes.Int("axis", -1), "add"));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("largest", [SampleInput.Normal(3, 5), SampleInput.Integers(2)], Outputs: 2),
        new("smallest of an inner axis", [SampleInput.Normal(2, 4, 3), SampleInput.Integers(3)], new Attributes { ["axis"] = 1, ["largest"] = false },
            Outputs: 2),
        new("equals", [SampleInput.Given([5], 1, 2, 2, 1, 2) with { IsFixed = true }, SampleInput.Integers(4)], Outputs: 2),
    ];
}

/// <summary>
/// ONNX <c>CumSum</c>: each element plus all before it along an axis; <c>exclusive</c> leaves the element itself out, <c>reverse</c> sums from
/// the end.
/// </summary>
public sealed class CumSum : NumericOperator
{
    private static readonly Signature s_signature = new([new("x"), new("axis", InputRole.Shape)], ["y"]);

    /// <summary>The operator.</summary>
    public static CumSum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "CumSum";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        if (inference.Input(0).Shape is { } shape && inference.Input(1).Constant is { } axis) inference.Axis(axis.ToArray<long>()[0], shape.Rank);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Input(1).ToArray<long>()[0];
        if (axis < 0) axis += shape.Rank;
        bool exclusive = e.Attributes.Int("exclusive", 0) != 0, reverse = e.Attributes.Int("reverse", 0) != 0;
        int length = shape[axis], inner = shape[(axis + 1)..].ElementCount, lines = shape[..axis].ElementCount * inner;
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < lines; i++)
        {
            int start = (i / inner * length * inner) + (i % inner);
            var sum = T.Zero;
            for (int k = 0; k < length; k++)
            {
                int at = start + ((reverse ? length - 1 - k : k) * inner);
                T next = sum + x[at];
                y[at] = exclusive ? sum : next;
                sum = next;
            }
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Builder.Apply(
        Instance, [g.Gradient, g.Input(1)], g.Attributes.With("reverse", g.Attributes.Int("reverse", 0) == 0)));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput Axis(int axis) => SampleInput.Fixed(Tensor.Scalar(axis));
            yield return new("forward", [SampleInput.Normal(2, 5), Axis(1)]);
            yield return new("exclusive", [SampleInput.Normal(4, 3), Axis(0)], new Attributes { ["exclusive"] = true });
            yield return new("reverse", [SampleInput.Normal(2, 3, 4), Axis(-2)], new Attributes { ["reverse"] = true });
            yield return new("exclusive, reverse", [SampleInput.Normal(5), Axis(0)], new Attributes { ["exclusive"] = true, ["reverse"] = true });
        }
    }
}

/// <summary>ONNX <c>NonZero</c>: the places of all elements but zeros, one column each, in row-major order.</summary>
public sealed class NonZero : Operator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static NonZero Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "NonZero";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int64);
        inference.Output(0, ElementType.Int64, [inference.ShapeOf(0).Rank, Dimension.Named($"count({inference.Place})")]);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var shape = evaluation.Input(0).Shape;
        var flags = evaluation.Input(0).To(ElementType.Bool).AsSpan<bool>();
        var found = new List<int>();
        for (int i = 0; i < flags.Length; i++)
        {
            if (flags[i]) found.Add(i);
        }

        var y = new Tensor(ElementType.Int64, [shape.Rank, found.Count]);
        var to = y.AsSpan<long>();
        for (int i = 0; i < found.Count; i++)
        {
            int rest = found[i];
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, shape[axis], out int place);
                to[(axis * found.Count) + i] = place;
            }
        }

        evaluation.Set(0, y);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("some", [SampleInput.Given([2, 3], 0, 1, -2, 3, 0, 0)]), new("Booleans", [SampleInput.Booleans(7)])];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>ArgMax</c>.</summary>
    public static Value ArgMax(this Value x, int axis, bool keepDimensions = true) =>
        x.Owner.Apply(Operators.ArgMax.Instance, [x], new Attributes { ["axis"] = axis, ["keepdims"] = keepDimensions });

    /// <summary>ONNX <c>TopK</c>: the largest elements along an axis and their indices.</summary>
    public static (Value Values, Value Indices) TopK(this Value x, long count, int axis = -1)
    {
        var results = x.Owner.ApplyMany(Operators.TopK.Instance, [x, x.Owner.Integers(count)], 2, new Attributes { ["axis"] = axis });
        return (results[0], results[1]);
    }

    /// <summary>ONNX <c>CumSum</c>.</summary>
    public static Value CumSum(this Value x, long axis) => x.Owner.Apply(Operators.CumSum.Instance, [x, x.Owner.Scalar(axis, ElementType.Int64)]);
}
