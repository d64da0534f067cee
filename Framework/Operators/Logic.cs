using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>An operator of two Booleans that broadcast.</summary>
public abstract class LogicalOperator : Operator
{
    private static readonly Signature s_signature = new([new("A"), new("B")], ["C"]);

    /// <inheritdoc/>
    public override int SinceVersion => 7;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Bool);
        if (inference.TypeOf(0) is not (ElementType.Bool or ElementType.Undefined))
            throw inference.Fail($"A is {inference.TypeOf(0)}; Booleans are expected.");
        Broadcast.CheckTypes(inference, 0, 1);
        inference.Output(0, ElementType.Bool, Broadcast.Common(inference, 0, 1));
    }

    /// <summary>The formula.</summary>
    protected abstract bool Apply(bool a, bool b);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var a = evaluation.Read<bool>(0);
        var b = evaluation.Read<bool>(1);
        var c = evaluation.Write<bool>(0);
        var shape = evaluation.Output(0).Shape;
        var walk = new Walk(shape, Broadcast.Strides(evaluation.Input(0).Shape, shape), Broadcast.Strides(evaluation.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++) c[i] = Apply(a[walk.Offsets[0]], b[walk.Offsets[1]]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("same shape", [SampleInput.Booleans(3, 4), SampleInput.Booleans(3, 4)]),
        new("broadcast", [SampleInput.Booleans(2, 3, 4), SampleInput.Booleans(3, 1)]),
    ];
}

/// <summary>ONNX <c>And</c>.</summary>
public sealed class And : LogicalOperator
{
    /// <summary>The operator.</summary>
    public static And Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "And";

    /// <inheritdoc/>
    protected override bool Apply(bool a, bool b) => a && b;
}

/// <summary>ONNX <c>Or</c>.</summary>
public sealed class Or : LogicalOperator
{
    /// <summary>The operator.</summary>
    public static Or Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Or";

    /// <inheritdoc/>
    protected override bool Apply(bool a, bool b) => a || b;
}

/// <summary>ONNX <c>Xor</c>.</summary>
public sealed class Xor : LogicalOperator
{
    /// <summary>The operator.</summary>
    public static Xor Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Xor";

    /// <inheritdoc/>
    protected override bool Apply(bool a, bool b) => a != b;
}

/// <summary>ONNX <c>Not</c>.</summary>
public sealed class Not : Operator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static Not Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Not";

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        if (inference.TypeOf(0) is not (ElementType.Bool or ElementType.Undefined))
            throw inference.Fail($"X is {inference.TypeOf(0)}; Booleans are expected.");
        inference.Output(0, ElementType.Bool, inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var x = evaluation.Read<bool>(0);
        var y = evaluation.Write<bool>(0);
        for (int i = 0; i < y.Length; i++) y[i] = !x[i];
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("Booleans", [SampleInput.Booleans(3, 4)])];
}

/// <summary>ONNX <c>Where</c>: elements of X where the condition holds, of Y elsewhere; all three broadcast.</summary>
public sealed class Where : MovementOperator
{
    private static readonly Signature s_signature = new([new("condition"), new("X"), new("Y")], ["output"]);

    /// <summary>The operator.</summary>
    public static Where Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Where";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    protected override int TypeInput => 1;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(1));
        if (inference.TypeOf(0) is not (ElementType.Bool or ElementType.Undefined))
            throw inference.Fail($"the condition is {inference.TypeOf(0)}; Booleans are expected.");
        Broadcast.CheckTypes(inference, 1, 2);
        inference.Output(0, inference.TypeOf(1), Broadcast.Common(inference, 0, 1, 2), Extents(inference));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var condition = e.Read<bool>(0);
        var x = Raw<T>(e.Input(1));
        var y = Raw<T>(e.Input(2));
        var to = Raw<T>(e.Output(0));
        var shape = e.Output(0).Shape;
        int[] Strides(int input) => Broadcast.Strides(e.Input(input).Shape, shape);
        var runs = new Runs(shape, Strides(0), Strides(1), Strides(2));
        for (int i = 0; runs.Next();)
        {
            int c = runs.Offsets[0], left = runs.Offsets[1], right = runs.Offsets[2];
            for (int end = i + runs.Length; i < end; i++, c += runs.Steps[0], left += runs.Steps[1], right += runs.Steps[2])
                to[i] = condition[c] ? x[left] : y[right];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        var zero = g.Builder.Scalar(0, g.Gradient.ElementType);
        if (g.Needs(1)) g.Set(1, g.Input(0).Where(g.Gradient, zero).ReduceTo(g.Input(1)));
        if (g.Needs(2)) g.Set(2, g.Input(0).Where(zero, g.Gradient).ReduceTo(g.Input(2)));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("same shape", [SampleInput.Booleans(3, 4), SampleInput.Normal(3, 4), SampleInput.Normal(3, 4)]),
        new("broadcast", [SampleInput.Booleans(3, 1), SampleInput.Normal(2, 1, 4), SampleInput.Normal(1)]),
    ];

    // A choice between two vectors of extents by a known condition keeps the symbols.
    private static IReadOnlyList<Dimension>? Extents(Inference inference)
    {
        if (inference.Input(0).Constant is not { } condition) return null;
        if (inference.Input(1).Extents is not { } x || inference.Input(2).Extents is not { } y) return null;
        var holds = condition.AsSpan<bool>();
        var result = new Dimension[Math.Max(holds.Length, Math.Max(x.Count, y.Count))];
        for (int i = 0; i < result.Length; i++)
        {
            var from = holds[holds.Length == 1 ? 0 : i] ? x : y;
            result[i] = from[from.Count == 1 ? 0 : i];
        }

        return result;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>And</c>.</summary>
    public static Value And(this Value a, Value b) => a.Owner.Apply(Operators.And.Instance, [a, b]);

    /// <summary>ONNX <c>Or</c>.</summary>
    public static Value Or(this Value a, Value b) => a.Owner.Apply(Operators.Or.Instance, [a, b]);

    /// <summary>ONNX <c>Xor</c>.</summary>
    public static Value Xor(this Value a, Value b) => a.Owner.Apply(Operators.Xor.Instance, [a, b]);

    /// <summary>ONNX <c>Not</c>.</summary>
    public static Value Not(this Value x) => x.Owner.Apply(Operators.Not.Instance, [x]);

    /// <summary>ONNX <c>Where</c>: this condition chooses between <paramref name="x"/> and <paramref name="y"/>.</summary>
    public static Value Where(this Value condition, Value x, Value y) => condition.Owner.Apply(Operators.Where.Instance, [condition, x, y]);
}
