using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>The gradient from (dy, y), and as well from (dy, x): dy where the second is above 0.</summary>
internal readonly struct ReluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S y, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, y), dy, S.Zero);
}

/// <summary>From (dy, x): dy above 0, alpha dy elsewhere, at 0 too.</summary>
internal readonly struct LeakyReluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), dy, alpha * dy);
}

/// <summary>From (dy, x): dy above 0, dy alpha e^x elsewhere.</summary>
internal readonly struct EluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), dy, dy * alpha * SimdMath.Exp(x));
}

/// <summary>From (dy, x): beta times that of <see cref="Elu"/>.</summary>
internal readonly struct SeluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => beta * EluGrad.Apply(dy, x, alpha, beta);
}

/// <summary>From (dy, x): dy above 0, dy e^(x / alpha) elsewhere.</summary>
internal readonly struct CeluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), dy, dy * SimdMath.Exp(x / alpha));
}

/// <summary>From (dy, x): dy (P(X &lt; x) + x p(x)), p the normal density.</summary>
internal readonly struct GeluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S density = S.Broadcast(0.398942280f) * SimdMath.Exp(S.Broadcast(-0.5f) * x * x);
        return dy * S.MultiplyAdd(x, density, Parts.NormalCdf(x));
    }
}

/// <summary>From (dy, x): dy (½ (1 + t) + ½ x (1 - t²) u'), t the tanh of u.</summary>
/// <remarks>From ±20 on it is 0 or dy in any case; without the limit the slope of u would overflow and meet 1 - t² = 0.</remarks>
internal readonly struct GeluTanhGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        x = Parts.Clamp(x, S.Broadcast(-20f), S.Broadcast(20f));
        S t = SimdMath.Tanh(Parts.GeluTanhArgument(x));
        S one = S.Broadcast(1f);
        S slope = S.MultiplyAdd(x * x, S.Broadcast(3f * Parts.GeluTanhCubic * Parts.GeluTanhScale), S.Broadcast(Parts.GeluTanhScale));
        return dy * S.Broadcast(0.5f) * S.MultiplyAdd(x * slope, one - (t * t), one + t);
    }
}

/// <summary>From (dy, y): dy y (1 - y).</summary>
internal readonly struct SigmoidGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S y, S alpha, S beta)
        where S : unmanaged, ISimd<S> => dy * y * (S.Broadcast(1f) - y);
}

/// <summary>From (dy, x): alpha dy where alpha x + beta is strictly between 0 and 1.</summary>
internal readonly struct HardSigmoidGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S line = S.MultiplyAdd(alpha, x, beta);
        return S.LessThan(S.Zero, line) & S.LessThan(line, S.Broadcast(1f)) & (alpha * dy);
    }
}

/// <summary>From (dy, x): 0 up to -3, dy from 3 on, dy (x / 3 + ½) between.</summary>
internal readonly struct HardSwishGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S between = dy * S.MultiplyAdd(x, S.Broadcast(1f / 3f), S.Broadcast(0.5f));
        S low = S.Select(S.LessThanOrEqual(x, S.Broadcast(-3f)), S.Zero, between);
        return S.Select(S.LessThanOrEqual(S.Broadcast(3f), x), dy, low);
    }
}

/// <summary>From (dy, x): dy s (1 + alpha x (1 - s)), s the sigmoid of alpha x.</summary>
internal readonly struct SwishGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S scaled = alpha * x;
        S s = SimdMath.Sigmoid(scaled);
        return dy * s * S.MultiplyAdd(scaled, S.Broadcast(1f) - s, S.Broadcast(1f));
    }
}

/// <summary>From (dy, x): dy (t + x (1 - t²) sigmoid(x)), t the tanh of softplus.</summary>
internal readonly struct MishGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S t = Parts.TanhOfSoftplus(x);
        return dy * S.MultiplyAdd(x * SimdMath.Sigmoid(x), S.Broadcast(1f) - (t * t), t);
    }
}

/// <summary>From (dy, y): dy (1 - y²).</summary>
internal readonly struct TanhGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S y, S alpha, S beta)
        where S : unmanaged, ISimd<S> => dy * (S.Broadcast(1f) - (y * y));
}

/// <summary>From (dy, x): dy sigmoid(x).</summary>
internal readonly struct SoftplusGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => dy * SimdMath.Sigmoid(x);
}

/// <summary>From (dy, x): dy / (1 + |x|)².</summary>
internal readonly struct SoftsignGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S quotient = S.Broadcast(1f) / (S.Broadcast(1f) + S.Abs(x));
        return dy * quotient * quotient;
    }
}

/// <summary>From (dy, x): dy above alpha, 0 elsewhere.</summary>
internal readonly struct ThresholdedReluGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(alpha, x), dy, S.Zero);
}

/// <summary>From (dy, x): dy from alpha to beta, both included; 0 elsewhere.</summary>
internal readonly struct ClipGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.LessThanOrEqual(alpha, x) & S.LessThanOrEqual(x, beta) & dy;
}

/// <summary>From (dy, y): dy / 2y.</summary>
internal readonly struct SqrtGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S y, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Broadcast(0.5f) * dy / y;
}

/// <summary>From (dy, y): -dy y².</summary>
internal readonly struct ReciprocalGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S y, S alpha, S beta)
        where S : unmanaged, ISimd<S> => -(dy * y * y);
}

/// <summary>From (dy, x): dy 2/√π e^-x².</summary>
internal readonly struct ErfGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => dy * S.Broadcast(1.12837917f) * SimdMath.Exp(-(x * x));
}

/// <summary>From (dy, x): dy with the sign of x, 0 at 0.</summary>
internal readonly struct AbsGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => dy * Sign.Apply(x, alpha, beta);
}

/// <summary>From (dy, x, slope): dy above 0, slope dy elsewhere, at 0 too; the gradient of x.</summary>
internal readonly struct PReluGrad : ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S slope)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), dy, slope * dy);
}

/// <summary>From (dy, x): 0 above 0, x dy elsewhere; the gradient of the slope before it is summed to the slope's shape.</summary>
internal readonly struct PReluSlopeGrad : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S dy, S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(S.Zero, x), S.Zero, x * dy);
}
