using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// A reduction over some axes, in its form since operator set 18: the axes are an optional input, <c>keepdims</c> and
/// <c>noop_with_empty_axes</c> attributes.
/// </summary>
public abstract class ReductionOperator : NumericOperator
{
    private static readonly Signature s_signature = new([new("data"), new("axes", InputRole.Shape, Optional: true)], ["reduced"]);

    /// <inheritdoc/>
    public override int SinceVersion => 18;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        bool keep = inference.Attributes.Int("keepdims", 1) != 0;
        var reduced = new bool[shape.Rank];
        foreach (int axis in Axes(inference.Has(1) ? inference.IntegersOf(1) : null, inference.Attributes, shape.Rank, inference)) reduced[axis] = true;
        var dimensions = new List<Dimension>();
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (!reduced[axis]) dimensions.Add(shape[axis]);
            else if (keep) dimensions.Add(1);
        }

        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. dimensions]));
    }

    /// <summary>Reduces a line of elements.</summary>
    protected abstract T Reduce<T>(ReadOnlySpan<T> line)
        where T : unmanaged, INumber<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        var reduced = new bool[shape.Rank];
        foreach (int axis in Axes(e.Has(1) ? e.Input(1).ToArray<long>() : null, e.Attributes, shape.Rank, null)) reduced[axis] = true;

        // Walks the kept axes, and for each place gathers the reduced ones into a line.
        var strides = shape.Strides();
        var kept = Enumerable.Range(0, shape.Rank).Where(a => !reduced[a]).ToArray();
        var gone = Enumerable.Range(0, shape.Rank).Where(a => reduced[a]).ToArray();
        var lineShape = new Shape([.. gone.Select(a => shape[a])]);
        int[] lineStrides = [.. gone.Select(a => strides[a])];
        var line = new T[lineShape.ElementCount];
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        var outer = new Walk(new Shape([.. kept.Select(a => shape[a])]), [.. kept.Select(a => strides[a])]);
        for (int i = 0; outer.Next(); i++)
        {
            var inner = new Walk(lineShape, lineStrides);
            for (int j = 0; inner.Next(); j++) line[j] = x[outer.Offsets[0] + inner.Offsets[0]];
            y[i] = Reduce<T>(line);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("all", [SampleInput.Normal(2, 3, 4)], new Attributes { ["keepdims"] = false }),
        new("one axis", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(1)]),
        new("two axes dropped", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(0, -1)], new Attributes { ["keepdims"] = false }),
        new("no axes, no operation", [SampleInput.Normal(2, 3)], new Attributes { ["noop_with_empty_axes"] = true }),
    ];

    /// <summary>The output's gradient with the reduced axes back as extents of 1.</summary>
    protected static Value WithAxes(Differentiation g)
    {
        if (g.Attributes.Int("keepdims", 1) != 0) return g.Gradient;
        if (g.Input(0).Shape is { } shape && (!Given(g) || g.Input(1).Fact.Extents is not null))
        {
            var axes = Axes(Given(g) ? [.. g.Input(1).Fact.Extents!.Select(a => a.Value)] : null, g.Attributes, shape.Rank, null);
            return axes.Length == 0 ? g.Gradient : g.Gradient.Unsqueeze(axes);
        }

        throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs axes that are known before the model runs.");
    }

    private static bool Given(Differentiation g) => g.InputCount > 1 && g.Node.Inputs[1] is not null;

    private static int[] Axes(long[]? axes, Attributes attributes, int rank, Inference? inference)
    {
        if (axes is { Length: > 0 })
            return [.. axes.Select(a => inference?.Axis(a, rank) ?? (int)(a < 0 ? a + rank : a)).Distinct()];
        return attributes.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, rank)];
    }
}

/// <summary>ONNX <c>ReduceSum</c>.</summary>
public sealed class ReduceSum : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceSum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceSum";

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += x;
        return sum;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, WithAxes(g).Expand(g.Input(0).ShapeOf()));
}

/// <summary>ONNX <c>ReduceMean</c>.</summary>
public sealed class ReduceMean : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceMean Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceMean";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += x;
        return sum / T.CreateChecked(line.Length);
    }

    // The divisor is the quotient of the numbers of elements, computed in the graph since the batch may be open.
    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var count = g.Input(0).ShapeOf().ElementProduct() / g.Output(0).ShapeOf().ElementProduct();
        g.Set(0, (WithAxes(g) / count.Cast(g.Input(0).ElementType)).Expand(g.Input(0).ShapeOf()));
    }
}

/// <summary>
/// <c>grad.ReduceTo</c>: sums a broadcast result back to the shape of one of its operands, the gradient of broadcasting.
/// The second input gives that shape.
/// </summary>
public sealed class ReduceTo : FloatOperator
{
    private static readonly Signature s_signature = new([new("data"), new("shape", InputRole.Shape)], ["reduced"]);

    /// <summary>The operator.</summary>
    public static ReduceTo Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceTo";

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
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        y.Clear();
        var walk = new Walk(e.Input(0).Shape, Broadcast.Strides(e.Output(0).Shape, e.Input(0).Shape));
        for (int i = 0; walk.Next(); i++) y[walk.Offsets[0]] += x[i];
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.Expand(g.Input(0).ShapeOf()));

    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var (data, shape) = (inputs[0]!, inputs[1]!);
        if (data.Shape is null || node.Outputs[0]!.Shape is not { } target || Broadcast.RepeatedAxes(target, data.Shape) is not { } axes) return null;
        return [data.ReduceSum([.. axes]).Reshape(shape)];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("leading axes", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(4)]),
        new("inner axes", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(3, 1)]),
        new("to one", [SampleInput.Normal(2, 3), SampleInput.Integers(1, 1)]),
    ];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>ReduceSum</c> over the given axes; none means all.</summary>
    public static Value ReduceSum(this Value x, IReadOnlyList<int> axes, bool keepDimensions = true) =>
        Reduce(Operators.ReduceSum.Instance, x, axes, keepDimensions);

    /// <summary>ONNX <c>ReduceMean</c> over the given axes; none means all.</summary>
    public static Value ReduceMean(this Value x, IReadOnlyList<int> axes, bool keepDimensions = true) =>
        Reduce(Operators.ReduceMean.Instance, x, axes, keepDimensions);

    /// <summary>The product of all entries of a vector of extents, as a scalar.</summary>
    public static Value ElementProduct(this Value extents) => Reduce(ReduceProd.Instance, extents, [], keepDimensions: false);

    /// <summary>Sums back to the shape of <paramref name="operand"/> what broadcasting made larger; emits nothing where the shapes agree.</summary>
    public static Value ReduceTo(this Value x, Value operand) =>
        x.Shape is not null && x.Shape == operand.Shape ? x : x.Owner.Apply(Operators.ReduceTo.Instance, [x, operand.ShapeOf()]);

    private static Value Reduce(ReductionOperator op, Value x, IReadOnlyList<int> axes, bool keepDimensions) => x.Owner.Apply(
        op,
        axes.Count == 0 ? [x] : [x, x.Owner.Integers([.. axes.Select(a => (long)a)])],
        new Attributes { ["keepdims"] = keepDimensions });
}
