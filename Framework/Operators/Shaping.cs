using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Shape</c>: the extents of a value as 64-bit integers, all of them or those from <c>start</c> to <c>end</c>.</summary>
public sealed class ShapeOperator : Operator
{
    private static readonly Signature s_signature = new([new("data")], ["shape"]);

    /// <summary>The operator.</summary>
    public static ShapeOperator Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Shape";

    /// <inheritdoc/>
    public override int SinceVersion => 15;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int64);
        var shape = inference.ShapeOf(0);
        var (start, end) = Range(inference.Attributes, shape.Rank);
        inference.Output(0, ElementType.Int64, [end - start], [.. shape[start..end]]);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var (start, end) = Range(evaluation.Attributes, evaluation.Input(0).Shape.Rank);
        evaluation.Input(0).Shape[start..end].ToLongs().CopyTo(evaluation.Write<long>(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("whole", [SampleInput.Normal(2, 3, 4)]),
        new("part", [SampleInput.Normal(2, 3, 4)], new Attributes { ["start"] = 1, ["end"] = -1 }),
    ];

    private static (int Start, int End) Range(Attributes attributes, int rank)
    {
        int start = Clamp(attributes.Int("start", 0)), end = Clamp(attributes.Int("end", rank));
        return (start, Math.Max(start, end));

        int Clamp(long axis) => (int)Math.Clamp(axis < 0 ? axis + rank : axis, 0, rank);
    }
}

/// <summary>
/// ONNX <c>Reshape</c>: the same elements under another shape, where 0 keeps an extent (unless <c>allowzero</c>) and one -1 takes what is
/// left.
/// </summary>
public sealed class Reshape : Operator
{
    private static readonly Signature s_signature = new([new("data"), new("shape", InputRole.Shape)], ["reshaped"]);

    /// <summary>The operator.</summary>
    public static Reshape Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Reshape";

    /// <inheritdoc/>
    public override int SinceVersion => 5;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var target = inference.ExtentsOf(1).ToArray();
        bool zeroCopies = inference.Attributes.Int("allowzero", 0) == 0;
        var source = inference.Input(0).Shape;
        int open = -1;
        for (int axis = 0; axis < target.Length; axis++)
        {
            if (target[axis] == -1)
            {
                if (open >= 0) throw inference.Fail($"the target shape [{string.Join(',', target)}] leaves two extents open; one -1 is allowed.");
                open = axis;
            }
            else if (target[axis] == 0 && zeroCopies)
            {
                if (source is null) throw Inference.Unknown();
                if (axis >= source.Rank)
                    throw inference.Fail($"the target shape [{string.Join(',', target)}] keeps axis {axis}, which the input {source} does not have.");
                target[axis] = source[axis];
            }
            else if (target[axis].IsKnown && target[axis].Value < 0)
            {
                throw inference.Fail($"the target shape [{string.Join(',', target)}] has a negative extent.");
            }
        }

        if (source is null)
        {
            if (open >= 0) throw Inference.Unknown();
            inference.Output(0, inference.TypeOf(0), new SymbolicShape(target));
            return;
        }

        var others = target.Where((_, axis) => axis != open);
        if (open >= 0)
        {
            bool known = source.IsKnown && others.All(d => d.IsKnown);
            target[open] = source.Quotient(others) ?? (known
                ? throw inference.Fail($"the {source.ElementCount} elements of {source} do not divide into [{string.Join(',', target)}].")
                : Dimension.Named($"({source.ElementCount})/({new SymbolicShape([.. others]).ElementCount})"));
        }

        var shape = new SymbolicShape(target);
        if (source.IsKnown && shape.IsKnown && source.ElementCount != shape.ElementCount)
            throw inference.Fail($"the input {source} has {source.ElementCount} elements, the target shape {shape} has {shape.ElementCount}.");
        inference.Output(0, inference.TypeOf(0), shape, inference.Input(0).Extents);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).Reshape(evaluation.Output(0).Shape).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.Reshape(g.Input(0).ShapeOf()));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("open extent", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(4, -1)]),
        new("kept extent", [SampleInput.Normal(2, 3, 4), SampleInput.Integers(0, 12)]),
    ];
}

/// <summary>ONNX <c>Flatten</c>: two axes, the first of all extents before <c>axis</c>, the second of all others.</summary>
public sealed class Flatten : Operator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static Flatten Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Flatten";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        long axis = inference.Attributes.Int("axis", 1);
        if (axis < -shape.Rank || axis > shape.Rank) throw inference.Fail($"axis {axis} is outside -{shape.Rank} to {shape.Rank}.");
        int cut = (int)(axis < 0 ? axis + shape.Rank : axis);
        inference.Output(0, inference.TypeOf(0), [shape[..cut].ElementCount, shape[cut..].ElementCount]);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).Reshape(evaluation.Output(0).Shape).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.Reshape(g.Input(0).ShapeOf()));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("batch kept", [SampleInput.Normal(2, 3, 4)]),
        new("axis 0", [SampleInput.Normal(2, 3)], new Attributes { ["axis"] = 0 }),
        new("negative axis", [SampleInput.Normal(2, 3, 4)], new Attributes { ["axis"] = -1 }),
    ];
}

/// <summary>ONNX <c>Transpose</c>; without <c>perm</c> the axes are reversed.</summary>
public sealed class Transpose : MovementOperator
{
    private static readonly Signature s_signature = new([new("data")], ["transposed"]);

    /// <summary>The operator.</summary>
    public static Transpose Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Transpose";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        int[] perm = Permutation(inference.Attributes, shape.Rank);
        if (perm.Length != shape.Rank || !perm.Order().SequenceEqual(Enumerable.Range(0, shape.Rank)))
            throw inference.Fail($"perm [{string.Join(',', perm)}] is not a permutation of the {shape.Rank} axes of {shape}.");
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. perm.Select(a => shape[a])]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var strides = e.Input(0).Shape.Strides();
        int[] steps = [.. Permutation(e.Attributes, strides.Length).Select(a => strides[a])];
        Strided.Gather(Raw<T>(e.Input(0)), 0, steps, Raw<T>(e.Output(0)), e.Output(0).Shape);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Attributes.Ints("perm") is not { } perm)
        {
            g.Set(0, g.Builder.Apply(Instance, [g.Gradient]));
            return;
        }

        var inverse = new long[perm.Length];
        for (int i = 0; i < perm.Length; i++) inverse[perm[i]] = i;
        g.Set(0, g.Builder.Apply(Instance, [g.Gradient], new Attributes { ["perm"] = inverse }));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("reversed", [SampleInput.Normal(2, 3, 4)]),
        new("channels last", [SampleInput.Normal(2, 3, 4, 5)], new Attributes { ["perm"] = new long[] { 0, 2, 3, 1 } }),
    ];

    private static int[] Permutation(Attributes attributes, int rank) => attributes.Ints("perm") is { } perm
        ? Array.ConvertAll(perm, a => (int)a)
        : [.. Enumerable.Range(0, rank).Reverse()];
}

/// <summary>ONNX <c>Unsqueeze</c> since operator set 13: extents of 1 put in at the given axes of the result.</summary>
public sealed class Unsqueeze : Operator
{
    private static readonly Signature s_signature = new([new("data"), new("axes", InputRole.Shape)], ["expanded"]);

    /// <summary>The operator.</summary>
    public static Unsqueeze Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Unsqueeze";

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        long[] axes = inference.IntegersOf(1);
        var put = new HashSet<int>(axes.Select(a => inference.Axis(a, shape.Rank + axes.Length)));
        if (put.Count != axes.Length) throw inference.Fail($"the axes [{string.Join(',', axes)}] name one twice.");
        var result = new Dimension[shape.Rank + axes.Length];
        for (int axis = 0, own = 0; axis < result.Length; axis++) result[axis] = put.Contains(axis) ? 1 : shape[own++];
        inference.Output(0, inference.TypeOf(0), new SymbolicShape(result), inference.Input(0).Extents);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).Reshape(evaluation.Output(0).Shape).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.Reshape(g.Input(0).ShapeOf()));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("ends", [SampleInput.Normal(2, 3), SampleInput.Integers(0, -1)])];
}

/// <summary>ONNX <c>Squeeze</c> since operator set 13: takes extents of 1 out, those at the given axes or all.</summary>
public sealed class Squeeze : Operator
{
    private static readonly Signature s_signature = new([new("data"), new("axes", InputRole.Shape, Optional: true)], ["squeezed"]);

    /// <summary>The operator.</summary>
    public static Squeeze Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Squeeze";

    /// <inheritdoc/>
    public override int SinceVersion => 13;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        HashSet<int> taken;
        if (inference.Has(1))
        {
            taken = [.. inference.IntegersOf(1).Select(a => inference.Axis(a, shape.Rank))];
            foreach (int axis in taken)
            {
                if (shape[axis].IsKnown && shape[axis] != 1)
                    throw inference.Fail($"axis {axis} of {shape} is {shape[axis]}; only an extent of 1 can be taken out.");
            }
        }
        else
        {
            if (!shape.IsKnown) throw Inference.Unknown();
            taken = [.. Enumerable.Range(0, shape.Rank).Where(a => shape[a] == 1)];
        }

        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. shape.Where((_, axis) => !taken.Contains(axis))]), inference.Input(0).Extents);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).Reshape(evaluation.Output(0).Shape).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.Reshape(g.Input(0).ShapeOf()));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("given axes", [SampleInput.Normal(1, 3, 1, 2), SampleInput.Integers(0, -2)]),
        new("all", [SampleInput.Normal(1, 3, 1, 2)]),
    ];
}

/// <summary>ONNX <c>Expand</c>: broadcasts a value to at least the given shape.</summary>
public sealed class Expand : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("shape", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static Expand Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Expand";

    /// <inheritdoc/>
    public override int SinceVersion => 8;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var target = new SymbolicShape([.. inference.ExtentsOf(1)]);
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, inference.ShapeOf(0), target));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Output(0).Shape;
        Strided.Gather(Raw<T>(e.Input(0)), 0, Broadcast.Strides(e.Input(0).Shape, shape), Raw<T>(e.Output(0)), shape);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.ReduceTo(g.Input(0)));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("new axis", [SampleInput.Normal(3), SampleInput.Integers(2, 3)]),
        new("repeated axis", [SampleInput.Normal(2, 1, 4), SampleInput.Integers(2, 3, 4)]),
    ];
}

/// <summary>ONNX <c>Cast</c> to the type that the attribute <c>to</c> gives by its number.</summary>
public sealed class Cast : Operator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static Cast Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Cast";

    /// <inheritdoc/>
    public override int SinceVersion => 6;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var type = (ElementType)inference.Attributes.Int("to", 0);
        if (!Enum.IsDefined(type) || type == ElementType.Undefined)
            throw new UnsupportedModelException(
                inference.Place, $"casts to the element type {(int)type}.", "Only numbers of 8 bits and more and booleans are supported.");
        inference.Output(0, type, inference.Input(0).Shape, type.IsInteger() ? inference.Input(0).Extents : null);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).To(evaluation.Output(0).ElementType).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Input(0).ElementType.IsFloat() && g.Output(0).ElementType.IsFloat()) g.Set(0, g.Gradient.Cast(g.Input(0).ElementType));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("to float", [SampleInput.Integers(1, -2, 3)], new Attributes { ["to"] = (long)ElementType.Float32 }),
        new("to integers", [SampleInput.Given([4], 1.75f, -1.75f, 0, 3)], new Attributes { ["to"] = (long)ElementType.Int64 }),
        new("floats to floats", [SampleInput.Normal(2, 3)], new Attributes { ["to"] = (long)ElementType.Float32 }),
    ];
}

/// <summary>ONNX <c>CastLike</c>: Cast to the type of another value.</summary>
public sealed class CastLike : Operator
{
    private static readonly Signature s_signature = new([new("input"), new("target_type", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static CastLike Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "CastLike";

    /// <inheritdoc/>
    public override int SinceVersion => 15;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(
        0, inference.TypeOf(1), inference.Input(0).Shape, inference.TypeOf(1).IsInteger() ? inference.Input(0).Extents : null);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).To(evaluation.Output(0).ElementType).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0) && g.Input(0).ElementType.IsFloat() && g.Output(0).ElementType.IsFloat()) g.Set(0, g.Gradient.Cast(g.Input(0).ElementType));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("floats", [SampleInput.Normal(2, 3), SampleInput.Fixed(Tensor.Scalar(0f))]),
        new("to integers", [SampleInput.Given([3], 1.75f, -1.75f, 3), SampleInput.Fixed(Tensor.Scalar(0L))]),
    ];
}

/// <summary>
/// ONNX <c>Trilu</c>: the upper or, with <c>upper</c> 0, the lower triangle of the last two axes, from the k-th diagonal on; zeros
/// elsewhere.
/// </summary>
public sealed class Trilu : MovementOperator
{
    private static readonly Signature s_signature = new([new("input"), new("k", InputRole.Shape, Optional: true)], ["output"]);

    /// <summary>The operator.</summary>
    public static Trilu Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Trilu";

    /// <inheritdoc/>
    public override int SinceVersion => 14;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);
        if (inference.ShapeOf(0) is { Rank: < 2 } x) throw inference.Fail($"the input {x} has no matrix in its last two axes.");
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Input(0).Shape;
        bool upper = e.Attributes.Int("upper", 1) != 0;
        long diagonal = e.Has(1) ? e.Input(1).ToArray<long>()[0] : 0;
        int rows = shape[^2], columns = shape[^1];
        var x = Raw<T>(e.Input(0));
        var y = Raw<T>(e.Output(0));
        for (int i = 0; i < y.Length; i++)
        {
            Int128 above = (Int128)(i % columns) - (i / columns % rows) - diagonal;
            y[i] = (upper ? above >= 0 : above <= 0) ? x[i] : default;
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) =>
        g.Set(0, g.Builder.Apply(Instance, [g.Gradient, .. g.Node.Inputs.Skip(1)], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("upper", [SampleInput.Normal(2, 3, 4)]),
        new("lower, next diagonal", [SampleInput.Normal(3, 4), SampleInput.Fixed(Tensor.Scalar(1L))], new Attributes { ["upper"] = false }),
    ];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Shape</c>: the extents of a value, as a vector.</summary>
    public static Value ShapeOf(this Value x) => x.Owner.Apply(ShapeOperator.Instance, [x]);

    /// <summary>ONNX <c>Shape</c>: the extents of a value from an axis on, as a vector.</summary>
    public static Value ShapeOf(this Value x, int start) => x.Owner.Apply(ShapeOperator.Instance, [x], new Attributes { ["start"] = start });

    /// <summary>ONNX <c>Reshape</c> to a shape that another value holds.</summary>
    public static Value Reshape(this Value x, Value shape) => x.Owner.Apply(Operators.Reshape.Instance, [x, shape]);

    /// <summary>ONNX <c>Reshape</c>; 0 keeps an extent, one -1 takes what is left.</summary>
    public static Value Reshape(this Value x, long[] shape) => x.Reshape(x.Owner.Integers(shape));

    /// <summary>ONNX <c>Flatten</c>: keeps the axes before <paramref name="axis"/> as the first, all others become the second.</summary>
    public static Value Flatten(this Value x, int axis = 1) =>
        x.Owner.Apply(Operators.Flatten.Instance, [x], new Attributes { ["axis"] = axis });

    /// <summary>ONNX <c>Transpose</c>.</summary>
    public static Value Transpose(this Value x, params IReadOnlyList<int> permutation) =>
        x.Owner.Apply(Operators.Transpose.Instance, [x], new Attributes { ["perm"] = permutation.Select(a => (long)a).ToArray() });

    /// <summary>ONNX <c>Transpose</c> of the last two axes.</summary>
    public static Value SwapLastAxes(this Value x)
    {
        int rank = x.Shape?.Rank ?? throw new Errors.ShapeException(x.Name, "its rank is unknown, so its last two axes cannot be swapped.");
        return x.Transpose([.. Enumerable.Range(0, rank - 2), rank - 1, rank - 2]);
    }

    /// <summary>ONNX <c>Unsqueeze</c>: extents of 1 put in at the given axes of the result.</summary>
    public static Value Unsqueeze(this Value x, params IReadOnlyList<int> axes) =>
        x.Owner.Apply(Operators.Unsqueeze.Instance, [x, x.Owner.Integers([.. axes.Select(a => (long)a)])]);

    /// <summary>ONNX <c>Squeeze</c>: takes the extents of 1 at the given axes out.</summary>
    public static Value Squeeze(this Value x, params IReadOnlyList<int> axes) =>
        x.Owner.Apply(Operators.Squeeze.Instance, [x, x.Owner.Integers([.. axes.Select(a => (long)a)])]);

    /// <summary>ONNX <c>Expand</c> to a shape that another value holds.</summary>
    public static Value Expand(this Value x, Value shape) => x.Owner.Apply(Operators.Expand.Instance, [x, shape]);

    /// <summary>ONNX <c>Cast</c>; nothing is emitted where the type is right already.</summary>
    public static Value Cast(this Value x, ElementType type) =>
        x.ElementType == type ? x : x.Owner.Apply(Operators.Cast.Instance, [x], new Attributes { ["to"] = (long)type });
}
