using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>x</summary>
internal readonly struct Identity : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x;
}

/// <summary>max(x, 0); NaN stays NaN.</summary>
internal readonly struct Relu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(x, S.Zero), S.Zero, x);
}

/// <summary>x from 0 on, alpha x below.</summary>
internal readonly struct LeakyRelu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(x, S.Zero), alpha * x, x);
}

/// <summary>x above 0, alpha (e^x - 1) elsewhere.</summary>
internal readonly struct Elu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), x, alpha * Parts.ExpMinusOne(x));
}

/// <summary>beta times (x above 0, alpha (e^x - 1) elsewhere); beta is ONNX's gamma.</summary>
internal readonly struct Selu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => beta * Elu.Apply(x, alpha, beta);
}

/// <summary>x above 0, alpha (e^(x / alpha) - 1) elsewhere.</summary>
internal readonly struct Celu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), x, alpha * Parts.ExpMinusOne(x / alpha));
}

/// <summary>x P(X &lt; x) for normal X, through the error function.</summary>
internal readonly struct Gelu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x * Parts.NormalCdf(x);
}

/// <summary><see cref="Gelu"/> approximated by ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
internal readonly struct GeluTanh : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S half = S.Broadcast(0.5f) * x;
        return S.MultiplyAdd(half, SimdMath.Tanh(Parts.GeluTanhArgument(x)), half);
    }
}

/// <summary>1 / (1 + e^-x).</summary>
internal readonly struct Sigmoid : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Sigmoid(x);
}

/// <summary>alpha x + beta, held between 0 and 1.</summary>
internal readonly struct HardSigmoid : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => Parts.Clamp(S.MultiplyAdd(alpha, x, beta), S.Zero, S.Broadcast(1f));
}

/// <summary>x times (x / 6 + ½ held between 0 and 1).</summary>
internal readonly struct HardSwish : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x * Parts.Clamp(S.MultiplyAdd(x, S.Broadcast(1f / 6f), S.Broadcast(0.5f)), S.Zero, S.Broadcast(1f));
}

/// <summary>x sigmoid(alpha x); SiLU where alpha is 1.</summary>
internal readonly struct Swish : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x * SimdMath.Sigmoid(alpha * x);
}

/// <summary>x tanh(ln(1 + e^x)).</summary>
internal readonly struct Mish : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x * Parts.TanhOfSoftplus(x);
}

/// <summary>The hyperbolic tangent.</summary>
internal readonly struct Tanh : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Tanh(x);
}

/// <summary>ln(1 + e^x).</summary>
internal readonly struct Softplus : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Softplus(x);
}

/// <summary>x / (1 + |x|).</summary>
internal readonly struct Softsign : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => x / (S.Broadcast(1f) + S.Abs(x));
}

/// <summary>x above alpha, 0 elsewhere; NaN stays NaN.</summary>
internal readonly struct ThresholdedRelu : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThanOrEqual(x, alpha), S.Zero, x);
}

/// <summary>x held between alpha and beta; beta where they cross; NaN stays NaN.</summary>
internal readonly struct Clip : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => Parts.Clamp(x, alpha, beta);
}
