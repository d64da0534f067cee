using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>An operator of two operands that broadcast, <c>C = f(A, B)</c>.</summary>
public abstract class BinaryOperator : NumericOperator
{
    private static readonly Signature s_signature = new([new("A"), new("B", InputRole.Parameter)], ["C"]);

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override int SinceVersion => 7;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        if (inference.TypeOf(0) != inference.TypeOf(1) && inference.TypeOf(0) != ElementType.Undefined && inference.TypeOf(1) != ElementType.Undefined)
            throw inference.Fail($"A is {inference.TypeOf(0)}, B is {inference.TypeOf(1)}; both must have one type.", "Insert a Cast.");
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, 0, 1), Extents(inference));
    }

    /// <summary>The operation on extents of other values, so that shape arithmetic keeps symbols; null where it has none.</summary>
    protected virtual Dimension? OfExtents(Dimension a, Dimension b) => null;

    /// <summary>The formula.</summary>
    protected abstract T Apply<T>(T a, T b)
        where T : unmanaged, INumber<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var c = e.Write<T>(0);
        var a = e.Read<T>(0);
        var b = e.Read<T>(1);
        var shape = e.Output(0).Shape;
        var walk = new Walk(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++) c[i] = Apply(a[walk.Offsets[0]], b[walk.Offsets[1]]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("same shape", [SampleInput.Normal(2, 3, 4), SampleInput.Uniform(0.5f, 2, 2, 3, 4)]),
        new("scalar", [SampleInput.Normal(2, 3), SampleInput.Given(Shape.Scalar, 1.5f)]),
        new("channel", [SampleInput.Normal(2, 3, 2, 2), SampleInput.Uniform(0.5f, 2, 3, 1, 1)]),
        new("both ways", [SampleInput.Normal(2, 1, 4), SampleInput.Uniform(0.5f, 2, 3, 1)]),
    ];

    private IReadOnlyList<Dimension>? Extents(Inference inference)
    {
        if (inference.Input(0).Extents is not { } a || inference.Input(1).Extents is not { } b) return null;
        var result = new Dimension[Math.Max(a.Count, b.Count)];
        if ((a.Count != 1 && a.Count != result.Length) || (b.Count != 1 && b.Count != result.Length)) return null;
        for (int i = 0; i < result.Length; i++)
        {
            if (OfExtents(a[a.Count == 1 ? 0 : i], b[b.Count == 1 ? 0 : i]) is not { } value) return null;
            result[i] = value;
        }

        return result;
    }
}

/// <summary>ONNX <c>Add</c>.</summary>
public sealed class Add : BinaryOperator
{
    /// <summary>The operator.</summary>
    public static Add Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Add";

    /// <inheritdoc/>
    protected override T Apply<T>(T a, T b) => a + b;

    /// <inheritdoc/>
    protected override Dimension? OfExtents(Dimension a, Dimension b) => a + b;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        for (int i = 0; i < 2; i++)
        {
            if (g.Needs(i)) g.Set(i, g.Gradient.ReduceTo(g.Input(i)));
        }
    }
}

/// <summary>ONNX <c>Sub</c>.</summary>
public sealed class Sub : BinaryOperator
{
    /// <summary>The operator.</summary>
    public static Sub Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Sub";

    /// <inheritdoc/>
    protected override T Apply<T>(T a, T b) => a - b;

    /// <inheritdoc/>
    protected override Dimension? OfExtents(Dimension a, Dimension b) => a - b;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Gradient.ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (-g.Gradient).ReduceTo(g.Input(1)));
    }
}

/// <summary>ONNX <c>Mul</c>.</summary>
public sealed class Mul : BinaryOperator
{
    /// <summary>The operator.</summary>
    public static Mul Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Mul";

    /// <inheritdoc/>
    protected override T Apply<T>(T a, T b) => a * b;

    /// <inheritdoc/>
    protected override Dimension? OfExtents(Dimension a, Dimension b) => a * b;

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, (g.Gradient * g.Input(1)).ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (g.Gradient * g.Input(0)).ReduceTo(g.Input(1)));
    }
}

/// <summary>ONNX <c>Div</c>; integers are divided toward zero.</summary>
public sealed class Div : BinaryOperator
{
    /// <summary>The operator.</summary>
    public static Div Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Div";

    /// <inheritdoc/>
    protected override T Apply<T>(T a, T b) => a / b;

    /// <inheritdoc/>
    protected override Dimension? OfExtents(Dimension a, Dimension b) => b.IsKnown && b.Value > 0 ? a.Divide(b.Value) : default(Dimension?);

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, (g.Gradient / g.Input(1)).ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (-(g.Gradient * g.Output(0) / g.Input(1))).ReduceTo(g.Input(1)));
    }
}

/// <summary>ONNX <c>Neg</c>.</summary>
public sealed class Neg : NumericOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static Neg Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Neg";

    /// <inheritdoc/>
    public override int SinceVersion => 6;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = -x[i];
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, -g.Gradient);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("floats", [SampleInput.Normal(2, 3)])];
}

/// <summary>ONNX <c>Sum</c> of any number of operands that broadcast; what gradients of a value read several times are added with.</summary>
public sealed class Sum : FloatOperator
{
    private static readonly Signature s_signature = new([new("data_0", Variadic: true)], ["sum"]);

    /// <summary>The operator.</summary>
    public static Sum Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Sum";

    /// <inheritdoc/>
    public override int SinceVersion => 8;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var shape = inference.ShapeOf(0);
        for (int i = 1; i < inference.InputCount; i++) shape = Broadcast.Common(inference, shape, inference.ShapeOf(i));
        inference.Output(0, inference.TypeOf(0), shape);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var y = e.Write<T>(0);
        var shape = e.Output(0).Shape;
        for (int input = 0; input < e.InputCount; input++)
        {
            var x = e.Read<T>(input);
            var walk = new Walk(shape, Broadcast.Strides(e.Input(input).Shape, shape));
            for (int i = 0; walk.Next(); i++) y[i] = input == 0 ? x[walk.Offsets[0]] : y[i] + x[walk.Offsets[0]];
        }
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        for (int i = 0; i < g.InputCount; i++)
        {
            if (g.Needs(i)) g.Set(i, g.Gradient.ReduceTo(g.Input(i)));
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("one", [SampleInput.Normal(2, 3)]),
        new("three", [SampleInput.Normal(2, 3), SampleInput.Normal(2, 3), SampleInput.Normal(2, 3)]),
        new("broadcast", [SampleInput.Normal(2, 3), SampleInput.Normal(3)]),
    ];
}

/// <summary>ONNX <c>Identity</c>.</summary>
public sealed class Identity : Operator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static Identity Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Identity";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape, inference.Input(0).Extents);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient);

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("floats", [SampleInput.Normal(2, 3)])];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Add</c>.</summary>
    public static Value Add(this Value a, Value b) => a.Owner.Apply(Operators.Add.Instance, [a, b]);

    /// <summary>ONNX <c>Sub</c>.</summary>
    public static Value Sub(this Value a, Value b) => a.Owner.Apply(Operators.Sub.Instance, [a, b]);

    /// <summary>ONNX <c>Mul</c>.</summary>
    public static Value Mul(this Value a, Value b) => a.Owner.Apply(Operators.Mul.Instance, [a, b]);

    /// <summary>ONNX <c>Div</c>.</summary>
    public static Value Div(this Value a, Value b) => a.Owner.Apply(Operators.Div.Instance, [a, b]);

    /// <summary>ONNX <c>Neg</c>.</summary>
    public static Value Neg(this Value x) => x.Owner.Apply(Operators.Neg.Instance, [x]);

    /// <summary>ONNX <c>Sum</c>.</summary>
    public static Value Sum(this IReadOnlyList<Value> values) => values.Count == 1 ? values[0] : values[0].Owner.Apply(Operators.Sum.Instance, [.. values]);
}
