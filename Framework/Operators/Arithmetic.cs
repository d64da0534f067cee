using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>The formula of an operator of two operands; one struct each, so that the loop over it is compiled for it.</summary>
public interface IBinaryFormula
{
    /// <summary>The value.</summary>
    static abstract T Apply<T>(T a, T b)
        where T : unmanaged, INumber<T>;

    /// <summary>The same over extents of other values, so that shape arithmetic keeps symbols; null where there is none.</summary>
    static virtual Dimension? OfExtents(Dimension a, Dimension b) => null;
}

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
        Broadcast.CheckTypes(inference, 0, 1);
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), Broadcast.Common(inference, 0, 1), Broadcast.Extents(inference, OfExtents));
    }

    /// <summary>The operation on extents of other values; null where it has none.</summary>
    protected virtual Dimension? OfExtents(Dimension a, Dimension b) => null;

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("same shape", [SampleInput.Normal(2, 3, 4), SampleInput.Uniform(0.5f, 2, 2, 3, 4)]),
        new("scalar", [SampleInput.Normal(2, 3), SampleInput.Given(Shape.Scalar, 1.5f)]),
        new("channel", [SampleInput.Normal(2, 3, 2, 2), SampleInput.Uniform(0.5f, 2, 3, 1, 1)]),
        new("both ways", [SampleInput.Normal(2, 1, 4), SampleInput.Uniform(0.5f, 2, 3, 1)]),
    ];
}

/// <summary>An operator of two operands that is one formula.</summary>
/// <typeparam name="TFormula">The formula.</typeparam>
public abstract class BinaryOperator<TFormula> : BinaryOperator
    where TFormula : struct, IBinaryFormula
{
    /// <inheritdoc/>
    protected override Dimension? OfExtents(Dimension a, Dimension b) => TFormula.OfExtents(a, b);

    /// <inheritdoc/>
    protected sealed override void Evaluate<T>(Evaluation e)
    {
        var a = e.Read<T>(0);
        var b = e.Read<T>(1);
        var c = e.Write<T>(0);
        var shape = e.Output(0).Shape;
        var runs = new Runs(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; runs.Next();)
        {
            int left = runs.Offsets[0], right = runs.Offsets[1], leftStep = runs.Steps[0], rightStep = runs.Steps[1];
            for (int end = i + runs.Length; i < end; i++, left += leftStep, right += rightStep) c[i] = TFormula.Apply(a[left], b[right]);
        }
    }
}

/// <summary>ONNX <c>Add</c>.</summary>
public sealed class Add : BinaryOperator<Add.Formula>
{
    /// <summary>The operator.</summary>
    public static Add Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Add";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        for (int i = 0; i < 2; i++)
        {
            if (g.Needs(i)) g.Set(i, g.Gradient.ReduceTo(g.Input(i)));
        }
    }

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => a + b;

        /// <inheritdoc/>
        public static Dimension? OfExtents(Dimension a, Dimension b) => a + b;
    }
}

/// <summary>ONNX <c>Sub</c>.</summary>
public sealed class Sub : BinaryOperator<Sub.Formula>
{
    /// <summary>The operator.</summary>
    public static Sub Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Sub";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, g.Gradient.ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (-g.Gradient).ReduceTo(g.Input(1)));
    }

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => a - b;

        /// <inheritdoc/>
        public static Dimension? OfExtents(Dimension a, Dimension b) => a - b;
    }
}

/// <summary>ONNX <c>Mul</c>.</summary>
public sealed class Mul : BinaryOperator<Mul.Formula>
{
    /// <summary>The operator.</summary>
    public static Mul Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Mul";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, (g.Gradient * g.Input(1)).ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (g.Gradient * g.Input(0)).ReduceTo(g.Input(1)));
    }

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => a * b;

        /// <inheritdoc/>
        public static Dimension? OfExtents(Dimension a, Dimension b) => a * b;
    }
}

/// <summary>ONNX <c>Div</c>; integers are divided toward zero.</summary>
public sealed class Div : BinaryOperator<Div.Formula>
{
    /// <summary>The operator.</summary>
    public static Div Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Div";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        if (g.Needs(0)) g.Set(0, (g.Gradient / g.Input(1)).ReduceTo(g.Input(0)));
        if (g.Needs(1)) g.Set(1, (-(g.Gradient * g.Output(0) / g.Input(1))).ReduceTo(g.Input(1)));
    }

    /// <summary>The formula.</summary>
    public readonly struct Formula : IBinaryFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T a, T b)
            where T : unmanaged, INumber<T> => a / b;

        /// <inheritdoc/>
        public static Dimension? OfExtents(Dimension a, Dimension b) => b.IsKnown && b.Value > 0 ? a.Divide(b.Value) : default(Dimension?);
    }
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
}
