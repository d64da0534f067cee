using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>Terms that an activation and its gradient share.</summary>
internal static class Parts
{
    /// <summary>√(2/π)</summary>
    public const float GeluTanhScale = 0.797884561f;

    public const float GeluTanhCubic = 0.044715f;

    /// <summary>x held between two bounds, the upper one where they cross; NaN stays NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Clamp<S>(S x, S low, S high)
        where S : unmanaged, ISimd<S>
    {
        S raised = S.Select(S.LessThan(x, low), low, x);
        return S.Select(S.LessThan(high, raised), high, raised);
    }

    /// <summary>e^x - 1 for x up to 0, without cancellation: tanh(x / 2) (e^x + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S ExpMinusOne<S>(S x)
        where S : unmanaged, ISimd<S> => SimdMath.Tanh(S.Broadcast(0.5f) * x) * (SimdMath.Exp(x) + S.Broadcast(1f));

    /// <summary>The probability that a normal variable is below x.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S NormalCdf<S>(S x)
        where S : unmanaged, ISimd<S>
    {
        S half = S.Broadcast(0.5f);
        return S.MultiplyAdd(half, SimdMath.Erf(x * S.Broadcast(0.707106781f)), half);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S GeluTanhArgument<S>(S x)
        where S : unmanaged, ISimd<S> =>
        x * S.MultiplyAdd(x * x, S.Broadcast(GeluTanhCubic * GeluTanhScale), S.Broadcast(GeluTanhScale));

    /// <summary>tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2); 1 from 20 on, where the square would soon overflow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S TanhOfSoftplus<S>(S x)
        where S : unmanaged, ISimd<S>
    {
        S e = SimdMath.Exp(S.Select(S.LessThan(S.Broadcast(20f), x), S.Broadcast(20f), x));
        S two = S.Broadcast(2f);
        S n = e * (e + two);
        return n / (n + two);
    }
}
