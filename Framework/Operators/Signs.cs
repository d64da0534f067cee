using System.Numerics;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>The formula of an elementwise function over any numbers, integers included; one struct each.</summary>
public interface INumericFormula
{
    /// <summary>The value at <paramref name="x"/>.</summary>
    static abstract T Apply<T>(T x)
        where T : unmanaged, INumber<T>;
}

/// <summary>An elementwise function over any numbers.</summary>
/// <typeparam name="TFormula">The function.</typeparam>
public abstract class NumericFunction<TFormula> : NumericOperator
    where TFormula : struct, INumericFormula
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <inheritdoc/>
    public override int SinceVersion => 6;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    protected sealed override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = TFormula.Apply(x[i]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("floats", [SampleInput.Normal(2, 3)]), new("integers", [SampleInput.Fixed(Tensors.Tensor.From<int>([3, -2, 0], [3]))])];
}

/// <summary>ONNX <c>Neg</c>.</summary>
public sealed class Neg : NumericFunction<Neg.Formula>
{
    /// <summary>The operator.</summary>
    public static Neg Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Neg";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, -g.Gradient);

    /// <summary>The formula.</summary>
    public readonly struct Formula : INumericFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T x)
            where T : unmanaged, INumber<T> => -x;
    }
}

/// <summary>ONNX <c>Abs</c>. At 0 the derivative is 0.</summary>
public sealed class Abs : NumericFunction<Abs.Formula>
{
    /// <summary>The operator.</summary>
    public static Abs Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Abs";

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient * g.Input(0).Sign());

    /// <summary>The formula; the most negative integer, which has no counterpart, stays as it is.</summary>
    public readonly struct Formula : INumericFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T x)
            where T : unmanaged, INumber<T> => x < T.Zero ? -x : x == T.Zero ? T.Zero : x;
    }
}

/// <summary>ONNX <c>Sign</c>: -1, 0 or 1. Its derivative is 0.</summary>
public sealed class Sign : NumericFunction<Sign.Formula>
{
    /// <summary>The operator.</summary>
    public static Sign Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Sign";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <summary>The formula.</summary>
    public readonly struct Formula : INumericFormula
    {
        /// <inheritdoc/>
        public static T Apply<T>(T x)
            where T : unmanaged, INumber<T> => x > T.Zero ? T.One : x < T.Zero ? -T.One : x;
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Neg</c>.</summary>
    public static Value Neg(this Value x) => x.Owner.Apply(Operators.Neg.Instance, [x]);

    /// <summary>ONNX <c>Abs</c>.</summary>
    public static Value Abs(this Value x) => x.Owner.Apply(Operators.Abs.Instance, [x]);

    /// <summary>ONNX <c>Sign</c>.</summary>
    public static Value Sign(this Value x) => x.Owner.Apply(Operators.Sign.Instance, [x]);
}
