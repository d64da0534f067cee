using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>GatherND</c>: the last axis of the indices names a place, or a whole sub-tensor, of the data; the first <c>batch_dims</c> axes of both go
/// together.
/// </summary>
public sealed class GatherND : MovementOperator
{
    private static readonly Signature s_signature = new([new("data"), new("indices", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static GatherND Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GatherND";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var (data, indices) = (inference.ShapeOf(0), inference.ShapeOf(1));
        long batch = inference.Attributes.Int("batch_dims", 0);
        if (indices.Rank == 0 || batch < 0 || batch >= indices.Rank || batch >= data.Rank)
            throw inference.Fail($"batch_dims {batch} does not fit the data {data} and the indices {indices}.");
        if (!indices[^1].IsKnown) throw Inference.Unknown();
        if (batch + indices[^1].Value > data.Rank)
            throw inference.Fail($"the indices {indices} name {indices[^1]} axes after {batch}, the data {data} has not so many.");
        inference.Output(0, inference.TypeOf(0), [.. indices[..^1], .. data[(int)(batch + indices[^1].Value)..]]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var places = new SubTensors(e.Place, e.Input(0).Shape, e.Input(1), (int)e.Attributes.Int("batch_dims", 0));
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        for (int i = 0; i < places.Count; i++) x.Slice(places.Start(i), places.Size).CopyTo(y.Slice(i * places.Size, places.Size));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, Movement.Gradient(g, places => g.Builder.Apply(Instance, [places, g.Input(1)], g.Attributes)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("elements", [SampleInput.Normal(3, 4), SampleInput.Fixed(Tensor.From<long>([0, 1, 2, -1, 0, 1], [3, 2]))]),
        new("rows", [SampleInput.Normal(2, 3, 2), SampleInput.Fixed(Tensor.From<long>([1, 0, 1, 2], [2, 2]))]),
        new("batches", [SampleInput.Normal(2, 3, 2), SampleInput.Fixed(Tensor.From<long>([1, 2], [2, 1]))], new Attributes { ["batch_dims"] = 1 }),
    ];
}

/// <summary>
/// ONNX <c>ScatterND</c>: a copy of the data in which the places or sub-tensors that the indices name are replaced by the updates, or combined with
/// them by <c>reduction</c> (add, mul, max, min).
/// </summary>
public sealed class ScatterND : NumericOperator
{
    private static readonly Signature s_signature = new([new("data"), new("indices", InputRole.Shape), new("updates")], ["output"]);

    /// <summary>The operator.</summary>
    public static ScatterND Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ScatterND";

    /// <inheritdoc/>
    public override int SinceVersion => 18;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        ScatterElements.CheckReduction(inference);
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        Broadcast.CheckTypes(inference, 0, 2);
        var (data, indices, updates) = (inference.ShapeOf(0), inference.ShapeOf(1), inference.ShapeOf(2));
        if (indices.Rank == 0 || !indices[^1].IsKnown) throw Inference.Unknown();
        if (indices[^1].Value > data.Rank) throw inference.Fail($"the indices {indices} name {indices[^1]} axes, the data {data} has not so many.");
        SymbolicShape expected = [.. indices[..^1], .. data[(int)indices[^1].Value..]];
        if (expected.IsKnown && updates.IsKnown && expected != updates) throw inference.Fail($"the updates {updates} must be {expected}.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var places = new SubTensors(e.Place, e.Input(0).Shape, e.Input(1), batchAxes: 0);
        string reduction = e.Attributes.String("reduction", "none");
        e.Input(0).CopyTo(e.Output(0));
        var updates = e.Read<T>(2);
        var y = e.Write<T>(0);
        for (int i = 0; i < places.Count; i++)
        {
            int start = places.Start(i);
            for (int k = 0; k < places.Size; k++) ScatterElements.Combine(ref y[start + k], updates[(i * places.Size) + k], reduction);
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        string reduction = g.Attributes.String("reduction", "none");
        if (reduction is not ("add" or "none"))
            throw new UnsupportedModelException(g.Node.Place, $"no gradient flows back through ScatterND with the reduction {reduction}.");
        if (g.Needs(2)) g.Set(2, g.Builder.Apply(GatherND.Instance, [g.Gradient, g.Input(1)]));
        if (!g.Needs(0)) return;
        g.Set(0, reduction == "add" ? g.Gradient
            : g.Builder.Apply(Instance, [g.Gradient, g.Input(1), g.Gradient.Number(0).Expand(g.Input(2).ShapeOf())]));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("elements", [SampleInput.Normal(3, 4), SampleInput.Fixed(Tensor.From<long>([0, 1, 2, -1], [2, 2])), SampleInput.Normal(2)]),
        new("rows added", [SampleInput.Normal(3, 4), SampleInput.Fixed(Tensor.From<long>([2, 0, 2], [3, 1])), SampleInput.Normal(3, 4)],
            new Attributes { ["reduction"] = "add" }),
    ];
}

/// <summary>The sub-tensors that the last axis of an index tensor names.</summary>
internal readonly struct SubTensors
{
    private readonly string _place;
    private readonly long[] _indices;
    private readonly int[] _extents;
    private readonly int[] _strides;
    private readonly int _depth;
    private readonly int _batchSize;
    private readonly int _perBatch;

    public SubTensors(string place, Shape data, Tensor indices, int batchAxes)
    {
        _place = place;
        _indices = indices.ToArray<long>();
        _depth = indices.Shape[^1];
        _extents = data[batchAxes..(batchAxes + _depth)].Extents.ToArray();
        _strides = data.Strides()[batchAxes..(batchAxes + _depth)];
        Size = data[(batchAxes + _depth)..].ElementCount;
        Count = indices.Shape[..^1].ElementCount;
        _batchSize = data[batchAxes..].ElementCount;
        _perBatch = Math.Max(1, indices.Shape[batchAxes..^1].ElementCount);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>Elements of each.</summary>
    public int Size { get; }

    /// <summary>The first element of a sub-tensor.</summary>
    public int Start(int number)
    {
        int start = number / _perBatch * _batchSize;
        for (int axis = 0; axis < _depth; axis++) start += Gather.Place(_place, _indices[(number * _depth) + axis], _extents[axis]) * _strides[axis];
        return start;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>GatherND</c>.</summary>
    public static Value GatherND(this Value data, Value indices, int batchAxes = 0) =>
        data.Owner.Apply(Operators.GatherND.Instance, [data, indices], new Attributes { ["batch_dims"] = batchAxes });

    /// <summary>ONNX <c>ScatterND</c>.</summary>
    public static Value ScatterND(this Value data, Value indices, Value updates, string reduction = "none") =>
        data.Owner.Apply(Operators.ScatterND.Instance, [data, indices, updates], new Attributes { ["reduction"] = reduction });
}
