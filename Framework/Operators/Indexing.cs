using System.Numerics;
using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Gather</c>: entries of one axis by their indices; negative ones count from the end.</summary>
public sealed class Gather : MovementOperator
{
    private static readonly Signature s_signature = new([new("data", InputRole.Parameter), new("indices", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static Gather Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Gather";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var (data, indices) = (inference.ShapeOf(0), inference.ShapeOf(1));
        int axis = inference.Axis(inference.Attributes.Int("axis", 0), data.Rank);
        IReadOnlyList<Dimension>? extents = null;
        if (inference.Input(0).Extents is { } elements && inference.Input(1).Constant is { } chosen)
            extents = [.. chosen.ToArray<long>().Select(i => elements[Place(inference.Place, i, elements.Count)])];
        inference.Output(0, inference.TypeOf(0), [.. data[..axis], .. indices, .. data[(axis + 1)..]], extents);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int inner = shape[(axis + 1)..].ElementCount, length = shape[axis];
        var indices = e.Input(1).ToArray<long>();
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        for (int outer = 0; outer < shape[..axis].ElementCount; outer++)
        {
            for (int i = 0; i < indices.Length; i++)
                x.Slice(((outer * length) + Place(e.Place, indices[i], length)) * inner,
                    inner).CopyTo(y.Slice(((outer * indices.Length) + i) * inner, inner));
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Builder.Apply(GatherGrad.Instance, [g.Gradient, g.Input(1), g.Input(0).ShapeOf()], g.Attributes));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("rows", [SampleInput.Normal(5, 3), SampleInput.Integers(4, 0, -1)]),
        new("columns", [SampleInput.Normal(2, 5, 3), SampleInput.Fixed(Tensor.From<long>([1, 1, 0, 2], [2, 2]))], new Attributes { ["axis"] = 1 }),
    ];

    internal static int Place(string place, long index, int length) => index >= -length && index < length
        ? (int)(index < 0 ? index + length : index)
        : throw new ShapeException(place, $"index {index} is outside -{length} to {length - 1}.");
}

/// <summary><c>grad.GatherGrad(dY, indices, shape of data)</c>: adds each gathered entry's gradient to the entry it came from.</summary>
public sealed class GatherGrad : FloatOperator
{
    private static readonly Signature s_signature = new([new("dY"), new("indices", InputRole.Shape), new("shape", InputRole.Shape)], ["dX"]);

    /// <summary>The operator.</summary>
    public static GatherGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GatherGrad";

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
        var shape = e.Output(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int inner = shape[(axis + 1)..].ElementCount, length = shape[axis];
        var indices = e.Input(1).ToArray<long>();
        var dy = e.Read<T>(0);
        var dx = e.Write<T>(0);
        for (int outer = 0; outer < shape[..axis].ElementCount; outer++)
        {
            for (int i = 0; i < indices.Length; i++)
            {
                var from = dy.Slice(((outer * indices.Length) + i) * inner, inner);
                var to = dx.Slice(((outer * length) + Gather.Place(e.Place, indices[i], length)) * inner, inner);
                for (int k = 0; k < inner; k++) to[k] += from[k];
            }
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Builder.Apply(Gather.Instance, [g.Gradient, g.Input(1)], g.Attributes));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder) =>
        [Movement.Scatter(inputs[0]!, inputs[2]!, places => builder.Apply(Gather.Instance, [places, inputs[1]], node.Attributes))];

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("repeated index", [SampleInput.Normal(3, 2), SampleInput.Integers(1, 1, -1), SampleInput.Integers(4, 2)]),
            new("columns", [SampleInput.Normal(2, 3), SampleInput.Integers(2, 0, 2), SampleInput.Integers(2, 4)], new Attributes { ["axis"] = 1 })];
}

/// <summary>
/// ONNX <c>ScatterElements</c>: a copy of the data in which the entries that the indices name along one axis are replaced by the updates, or
/// combined with them by <c>reduction</c> (add, mul, max, min).
/// </summary>
public sealed class ScatterElements : NumericOperator
{
    private static readonly Signature s_signature = new([new("data"), new("indices", InputRole.Shape), new("updates")], ["output"]);

    /// <summary>The operator.</summary>
    public static ScatterElements Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ScatterElements";

    /// <inheritdoc/>
    public override int SinceVersion => 18;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        CheckReduction(inference);
        Broadcast.CheckTypes(inference, 0, 2);
        if (inference.Input(1).Shape is { } indices && inference.Input(2).Shape is { } updates && indices.IsKnown && updates.IsKnown
            && indices != updates)
            throw inference.Fail($"the indices {indices} and the updates {updates} must have one shape.");
        ElementIndices.Check(inference);
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Output(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        string reduction = e.Attributes.String("reduction", "none");
        e.Input(0).CopyTo(e.Output(0));
        var indices = e.Input(1).ToArray<long>();
        var updates = e.Read<T>(2);
        var y = e.Write<T>(0);
        int[] strides = shape.Strides(), others = [.. strides];
        others[axis] = 0;
        var walk = new Walk(e.Input(1).Shape, others);
        for (int i = 0; walk.Next(); i++)
        {
            Combine(ref y[walk.Offsets[0] + (Gather.Place(e.Place, indices[i], shape[axis]) * strides[axis])], updates[i], reduction);
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        string reduction = g.Attributes.String("reduction", "none");
        int axis = (int)g.Attributes.Int("axis", 0);
        if (reduction is not ("add" or "none"))
            throw new UnsupportedModelException(g.Node.Place, $"no gradient flows back through ScatterElements with the reduction {reduction}.");
        if (g.Needs(2)) g.Set(2, g.Gradient.GatherElements(g.Input(1), axis));
        if (!g.Needs(0)) return;
        g.Set(0, reduction == "add" ? g.Gradient
            : g.Gradient.ScatterElements(g.Input(1), g.Gradient.Number(0).Expand(g.Input(2).ShapeOf()), axis, "none"));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("add", [SampleInput.Normal(5), SampleInput.Integers(1, 1, -1), SampleInput.Normal(3)], new Attributes { ["reduction"] = "add" }),
        new("add along columns", [SampleInput.Normal(2, 4), SampleInput.Fixed(Tensor.From<long>([1, 1, 0, 3], [2, 2])), SampleInput.Normal(2, 2)],
            new Attributes { ["axis"] = 1, ["reduction"] = "add" }),
        new("replaced", [SampleInput.Normal(2, 4), SampleInput.Fixed(Tensor.From<long>([1, 3, 0, -1], [2, 2])), SampleInput.Normal(2, 2)],
            new Attributes { ["axis"] = 1 }),
    ];

    internal static void CheckReduction(Inference inference)
    {
        string reduction = inference.Attributes.String("reduction", "none");
        if (reduction is not ("none" or "add" or "mul" or "max" or "min"))
            throw inference.Fail($"reduction '{reduction}' is not none, add, mul, max or min.");
    }

    internal static void Combine<T>(ref T to, T update, string reduction)
        where T : unmanaged, INumber<T> => to = reduction switch
        {
            "add" => to + update,
            "mul" => to * update,
            "max" => T.Max(to, update),
            "min" => T.Min(to, update),
            _ => update,
        };
}

/// <summary>What indices of single elements must keep: as many axes as the data, and no more places along any but the one that they index.</summary>
internal static class ElementIndices
{
    public static void Check(Inference inference)
    {
        if (inference.Input(0).Shape is not { } data || inference.Input(1).Shape is not { } indices) return;
        int axis = inference.Axis(inference.Attributes.Int("axis", 0), data.Rank);
        bool fits = data.Rank == indices.Rank;
        for (int i = 0; fits && i < data.Rank; i++) fits = i == axis || !data[i].IsKnown || !indices[i].IsKnown || indices[i].Value <= data[i].Value;
        if (!fits) throw inference.Fail($"the indices {indices} reach out of the data {data} along axes other than {axis}.");
    }
}

/// <summary>ONNX <c>GatherElements</c>: for each index the entry of the data at the same place but, along one axis, at that index.</summary>
public sealed class GatherElements : MovementOperator
{
    private static readonly Signature s_signature = new([new("data"), new("indices", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static GatherElements Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GatherElements";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        ElementIndices.Check(inference);
        inference.Output(0, inference.TypeOf(0), inference.Input(1).Shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        int axis = (int)e.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        int[] strides = shape.Strides(), others = [.. strides];
        others[axis] = 0;
        var indices = e.Input(1).ToArray<long>();
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        var walk = new Walk(e.Input(1).Shape, others);
        for (int i = 0; walk.Next(); i++) y[i] = x[walk.Offsets[0] + (Gather.Place(e.Place, indices[i], shape[axis]) * strides[axis])];
    }

    // The entries that are not gathered have no gradient, the others the sum of theirs.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (!g.Needs(0)) return;
        var zeros = g.Builder.Scalar(0, g.Input(0).ElementType).Expand(g.Input(0).ShapeOf());
        g.Set(0, zeros.ScatterElements(g.Input(1), g.Gradient, (int)g.Attributes.Int("axis", 0), "add"));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("columns", [SampleInput.Normal(2, 4), SampleInput.Fixed(Tensor.From<long>([1, 1, 0, 3], [2, 2]))], new Attributes { ["axis"] = 1 })];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Gather</c>.</summary>
    public static Value Gather(this Value data, Value indices, int axis) =>
        data.Owner.Apply(Operators.Gather.Instance, [data, indices], new Attributes { ["axis"] = axis });

    /// <summary>ONNX <c>GatherElements</c>.</summary>
    public static Value GatherElements(this Value data, Value indices, int axis) =>
        data.Owner.Apply(Operators.GatherElements.Instance, [data, indices], new Attributes { ["axis"] = axis });

    /// <summary>ONNX <c>ScatterElements</c>.</summary>
    public static Value ScatterElements(this Value data, Value indices, Value updates, int axis, string reduction) => data.Owner.Apply(
        Operators.ScatterElements.Instance, [data, indices, updates], new Attributes { ["axis"] = axis, ["reduction"] = reduction });
}
