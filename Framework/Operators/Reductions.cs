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
        foreach (int axis in Axes(inference.Has(1) ? inference.IntegersOf(1)
            : null, inference.Attributes, shape.Rank, inference)) reduced[axis] = true;
        var dimensions = new List<Dimension>();
        for (int axis = 0; axis < shape.Rank; axis++)
        {
            if (!reduced[axis]) dimensions.Add(shape[axis]);
            else if (keep) dimensions.Add(1);
        }

        var whole = reduced.All(r => r) && shape.Rank == 1 && inference.Input(0).Extents is { } extents ? OfExtents(extents) : null;
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. dimensions]), whole is { } value ? [value] : null);
    }

    /// <summary>The reduction of a whole vector of extents of other values; null where it has no answer.</summary>
    protected virtual Dimension? OfExtents(IReadOnlyList<Dimension> extents) => null;

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
            Strided.Gather(x, outer.Offsets[0], lineStrides, line, lineShape);
            y[i] = Reduce<T>(line);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => SamplesOf(() => SampleInput.Normal(2, 3, 4), () => SampleInput.Normal(2, 3));

    /// <summary>The samples over blocks of three and of two axes.</summary>
    private protected static IEnumerable<Sample> SamplesOf(Func<SampleInput> block, Func<SampleInput> matrix) =>
    [
        new("all", [block()], new Attributes { ["keepdims"] = false }),
        new("one axis", [block(), SampleInput.Integers(1)]),
        new("two axes dropped", [block(), SampleInput.Integers(0, -1)], new Attributes { ["keepdims"] = false }),
        new("no axes, no operation", [matrix()], new Attributes { ["noop_with_empty_axes"] = true }),
    ];

    /// <summary>The output's gradient with the reduced axes back as extents of 1.</summary>
    protected static Value WithAxes(Differentiation g) => WithAxes(g, g.Gradient);

    /// <summary>A value of the output's shape with the reduced axes back as extents of 1.</summary>
    protected static Value WithAxes(Differentiation g, Value value)
    {
        if (g.Attributes.Int("keepdims", 1) != 0) return value;
        if (g.Input(0).Shape is { } shape && (!Given(g) || g.Input(1).Fact.Extents is not null))
        {
            var axes = Axes(Given(g) ? [.. g.Input(1).Fact.Extents!.Select(a => a.Value)] : null, g.Attributes, shape.Rank, null);
            return axes.Length == 0 ? value : value.Unsqueeze(axes.Order().ToArray());
        }

        throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs axes that are known before the model runs.");
    }

    /// <summary>Sums over the axes that the node reduces, and keeps them as extents of 1.</summary>
    protected static Value SumAlike(Differentiation g, Value value) => g.Builder.Apply(
        ReduceSum.Instance, Given(g) ? [value, g.Input(1)] : [value], g.Attributes.With("keepdims", true));

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

/// <summary>ONNX <c>ReduceProd</c>. The gradient divides the product by each factor, so it is not defined where one is 0.</summary>
public sealed class ReduceProd : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceProd Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceProd";

    /// <inheritdoc/>
    protected override Dimension? OfExtents(IReadOnlyList<Dimension> extents) =>
        extents.OrderByDescending(e => e.IsKnown).Aggregate((Dimension)1, (a, b) => a * b);

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var product = T.One;
        foreach (var x in line) product *= x;
        return product;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, WithAxes(g, g.Gradient * g.Output(0)) / g.Input(0));
}

/// <summary>A reduction to the largest or smallest element; elements that share it share its gradient evenly.</summary>
public abstract class ReduceExtremum : ReductionOperator
{
    /// <inheritdoc/>
    public override int SinceVersion => 20;

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        if (evaluation.Input(0).ElementType != ElementType.Bool)
        {
            base.Evaluate(evaluation);
            return;
        }

        // Booleans are compared as the bytes 0 and 1.
        Tensor?[] inputs = [evaluation.Input(0).To(ElementType.UInt8), evaluation.Has(1) ? evaluation.Input(1) : null];
        evaluation.Set(0, evaluation.With(inputs)[0]!.To(ElementType.Bool));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var hits = g.Input(0).Equal(WithAxes(g, g.Output(0))).Cast(g.Gradient.ElementType);
        g.Set(0, hits * (WithAxes(g) / SumAlike(g, hits)));
    }
}

/// <summary>ONNX <c>ReduceMax</c>; a NaN wins. Of nothing it is the lowest number there is.</summary>
public sealed class ReduceMax : ReduceExtremum
{
    /// <summary>The operator.</summary>
    public static ReduceMax Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceMax";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        if (line.IsEmpty) return T.CreateSaturating(double.NegativeInfinity);
        var best = line[0];
        foreach (var x in line) best = T.Max(best, x);
        return best;
    }
}

/// <summary>ONNX <c>ReduceMin</c>; a NaN wins. Of nothing it is the highest number there is.</summary>
public sealed class ReduceMin : ReduceExtremum
{
    /// <summary>The operator.</summary>
    public static ReduceMin Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceMin";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        if (line.IsEmpty) return T.CreateSaturating(double.PositiveInfinity);
        var best = line[0];
        foreach (var x in line) best = T.Min(best, x);
        return best;
    }
}

/// <summary>ONNX <c>ReduceL1</c>: the sum of the magnitudes.</summary>
public sealed class ReduceL1 : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceL1 Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceL1";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += T.Abs(x);
        return sum;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, WithAxes(g) * g.Input(0).Sign());
}

/// <summary>ONNX <c>ReduceL2</c>: the root of the sum of squares. The gradient is not defined where it is 0.</summary>
public sealed class ReduceL2 : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceL2 Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceL2";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += x * x;
        return T.CreateTruncating(Math.Sqrt(double.CreateTruncating(sum)));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Input(0) * WithAxes(g, g.Gradient / g.Output(0)));
}

/// <summary>ONNX <c>ReduceSumSquare</c>: the sum of squares.</summary>
public sealed class ReduceSumSquare : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceSumSquare Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceSumSquare";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += x * x;
        return sum;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Input(0) * WithAxes(g) * 2);
}

/// <summary>ONNX <c>ReduceLogSum</c>: the logarithm of the sum.</summary>
public sealed class ReduceLogSum : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceLogSum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceLogSum";

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => SamplesOf(() => SampleInput.Uniform(0.5f, 2, 2, 3, 4), () => SampleInput.Uniform(0.5f, 2, 2, 3));

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        var sum = T.Zero;
        foreach (var x in line) sum += x;
        return T.CreateTruncating(Math.Log(double.CreateTruncating(sum)));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, WithAxes(g, g.Gradient / g.Output(0).Exp()).Expand(g.Input(0).ShapeOf()));
}

/// <summary>ONNX <c>ReduceLogSumExp</c>: the logarithm of the sum of exponentials, computed around the largest element.</summary>
public sealed class ReduceLogSumExp : ReductionOperator
{
    /// <summary>The operator.</summary>
    public static ReduceLogSumExp Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ReduceLogSumExp";

    /// <inheritdoc/>
    protected override T Reduce<T>(ReadOnlySpan<T> line)
    {
        if (line.IsEmpty) return T.CreateSaturating(double.NegativeInfinity);
        var maximum = line[0];
        foreach (var x in line) maximum = T.Max(maximum, x);
        double sum = 0, shift = double.CreateTruncating(maximum);
        if (double.IsInfinity(shift)) return maximum;
        foreach (var x in line) sum += Math.Exp(double.CreateTruncating(x) - shift);
        return T.CreateTruncating(shift + Math.Log(sum));
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, WithAxes(g) * (g.Input(0) - WithAxes(g, g.Output(0))).Exp());
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
        var runs = new Runs(e.Input(0).Shape, Broadcast.Strides(e.Output(0).Shape, e.Input(0).Shape));
        for (int i = 0; runs.Next();)
        {
            int to = runs.Offsets[0], step = runs.Steps[0];
            for (int end = i + runs.Length; i < end; i++, to += step) y[to] += x[i];
        }
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

    /// <summary>ONNX <c>ReduceMax</c> over the given axes; none means all.</summary>
    public static Value ReduceMax(this Value x, IReadOnlyList<int> axes, bool keepDimensions = true) =>
        Reduce(Operators.ReduceMax.Instance, x, axes, keepDimensions);

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
