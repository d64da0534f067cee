using System.Runtime.CompilerServices;

namespace Framework.Kernels.Simd;

/// <summary>Elementary functions over vectors of any width.</summary>
/// <remarks>
/// The polynomials are minimax, found by Remez exchange in 40 digits and rounded to float; each function's comment gives
/// the largest error of the rounded polynomial, relative to the function. A unit in the last place (ulp) is 1.2e-7
/// relative at most. The bounds beside them are the sum of the rounding steps named, and hold on processors with a fused
/// multiply-add. NaN gives NaN everywhere.
/// </remarks>
internal static class SimdMath
{
    /// <summary>The bound in ulps that the tests hold <see cref="Exp"/> to.</summary>
    public const double ExpUlps = 1.5;

    /// <summary>The bound in ulps that the tests hold <see cref="Log"/> to.</summary>
    public const double LogUlps = 1.5;

    /// <summary>The bound in ulps that the tests hold <see cref="Tanh"/> to.</summary>
    public const double TanhUlps = 3;

    /// <summary>The bound in ulps that the tests hold <see cref="Sigmoid"/> to.</summary>
    public const double SigmoidUlps = 3.5;

    /// <summary>The bound in ulps that the tests hold <see cref="Erf"/> to.</summary>
    public const double ErfUlps = 2;

    /// <summary>The bound in ulps that the tests hold <see cref="Softplus"/> to.</summary>
    public const double SoftplusUlps = 4;

    private const float Log2E = 1.44269504f;

    /// <summary>ln 2 in two parts: the first has 9 bits, so that its product with any exponent is exact.</summary>
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    private const int MantissaBits = 23;
    private const int ExponentBias = 127;

    /// <summary>e^x; infinity above 88.72, denormal below -87.34, 0 below -103.97.</summary>
    /// <remarks>
    /// x = n ln 2 + r with |r| at most ln 2 / 2; e^r = 1 + r + r² q(r), polynomial error 3.8e-9. The remainder r is good to
    /// 2^-25 absolute, the last two additions to half an ulp of a result near 1: together below 1.5 ulp. 2^n is applied in
    /// two factors, since n reaches from -150 to 128; a denormal result rounds once more, by half of its ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        x = T.Min(T.Broadcast(89f), T.Max(T.Broadcast(-104f), x));
        T n = T.Round(x * T.Broadcast(Log2E));
        T r = T.MultiplyAdd(n, T.Broadcast(-Ln2High), x);
        r = T.MultiplyAdd(n, T.Broadcast(-Ln2Low), r);

        T q = T.Broadcast(0.00138146116f);
        q = T.MultiplyAdd(q, r, T.Broadcast(0.00836871751f));
        q = T.MultiplyAdd(q, r, T.Broadcast(0.041668389f));
        q = T.MultiplyAdd(q, r, T.Broadcast(0.166665211f));
        q = T.MultiplyAdd(q, r, T.Broadcast(0.49999994f));
        T y = T.MultiplyAdd(q, r * r, r) + T.Broadcast(1f);

        T half = T.Floor(n * T.Broadcast(0.5f));
        return y * PowerOfTwo(half) * PowerOfTwo(n - half);
    }

    /// <summary>The natural logarithm; NaN below 0, minus infinity at both zeros.</summary>
    /// <remarks>
    /// x = 2^e m with m from √½ to √2, f = m - 1 (exact); ln m = f - f²/2 + f³ p(f), polynomial error 6.3e-9. Near 1 the terms
    /// after f are below a fifth of the result and their roundings with them; elsewhere e ln 2 dominates and is exact in
    /// its first part: below 1.5 ulp. Denormals are scaled by 2^23 first.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Log<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        const int SqrtHalf = 0x3F3504F3;
        T denormal = T.LessThan(x, T.Broadcast(1.17549435e-38f));
        T scaled = T.Select(denormal, x * T.Broadcast(8388608f), x);
        T bits = T.AddInteger(scaled, T.BroadcastInteger(-SqrtHalf));
        T e = T.FromInteger(T.ShiftRight(bits, MantissaBits)) - (denormal & T.Broadcast(MantissaBits));
        T f = T.AddInteger(bits & T.BroadcastInteger((1 << MantissaBits) - 1), T.BroadcastInteger(SqrtHalf)) - T.Broadcast(1f);

        T p = T.Broadcast(-0.0763469264f);
        p = T.MultiplyAdd(p, f, T.Broadcast(0.12761645f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.131601363f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.142017439f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.166233614f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.200012282f));
        p = T.MultiplyAdd(p, f, T.Broadcast(-0.250008196f));
        p = T.MultiplyAdd(p, f, T.Broadcast(0.333333313f));
        T square = f * f;
        T y = T.MultiplyAdd(p * square, f, e * T.Broadcast(Ln2Low));
        y = T.MultiplyAdd(square, T.Broadcast(-0.5f), y);
        y = T.MultiplyAdd(e, T.Broadcast(Ln2High), f + y);

        y = T.Select(T.LessThan(x, T.Broadcast(float.PositiveInfinity)), y, x);
        y = T.Select(T.LessThan(x, T.Zero), T.Broadcast(float.NaN), y);
        return T.Select(T.Equal(x, T.Zero), T.Broadcast(float.NegativeInfinity), y);
    }

    /// <summary>The hyperbolic tangent.</summary>
    /// <remarks>
    /// Below 0.625: x + x³ p(x²), polynomial error 8.7e-9, the second term at most an eighth of the first: below 1.5 ulp. From
    /// there on 1 - 2 / (e^2x + 1): the quotient, at most 0.45 of a result of at least 0.55, carries 2.5 ulp of its own: below 3 ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Tanh<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        T a = T.Abs(x);
        T square = a * a;
        T p = T.Broadcast(-0.00570497988f);
        p = T.MultiplyAdd(p, square, T.Broadcast(0.0206390806f));
        p = T.MultiplyAdd(p, square, T.Broadcast(-0.0537397116f));
        p = T.MultiplyAdd(p, square, T.Broadcast(0.133314416f));
        p = T.MultiplyAdd(p, square, T.Broadcast(-0.333332807f));
        T near = T.MultiplyAdd(p * square, a, a);
        T far = T.Broadcast(1f) - (T.Broadcast(2f) / (Exp(a + a) + T.Broadcast(1f)));
        return T.Select(T.LessThan(a, T.Broadcast(0.625f)), near, far) | Sign(x);
    }

    /// <summary>1 / (1 + e^-x).</summary>
    /// <remarks>
    /// In terms of e^-|x|, which cannot overflow: 1 / (1 + e) or e / (1 + e), so that the result keeps its relative accuracy as
    /// it tends to 0. 1.5 ulp each from the exponential (at most once in the small quotient, half in the sum), half an ulp each
    /// from sum and quotient: below 3.5 ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        T one = T.Broadcast(1f);
        T e = Exp(-T.Abs(x));
        return T.Select(T.LessThan(x, T.Zero), e, one) / (one + e);
    }

    /// <summary>The error function.</summary>
    /// <remarks>
    /// Below 1: x + x p(x²), polynomial error 2.4e-9, the second term at most a seventh of the first. From there on 1 - e^-r(x), r a
    /// polynomial in x with error 1.3e-8; the subtrahend is at most 0.16, and its own error with it. Both below 2 ulp. From 3.95 on
    /// the result is 1.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Erf<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        T a = T.Abs(x);
        T square = a * a;
        T p = T.Broadcast(7.85386292e-05f);
        p = T.MultiplyAdd(p, square, T.Broadcast(-0.000801019429f));
        p = T.MultiplyAdd(p, square, T.Broadcast(0.00518832775f));
        p = T.MultiplyAdd(p, square, T.Broadcast(-0.0268538129f));
        p = T.MultiplyAdd(p, square, T.Broadcast(0.112835854f));
        p = T.MultiplyAdd(p, square, T.Broadcast(-0.37612626f));
        p = T.MultiplyAdd(p, square, T.Broadcast(0.128379166f));
        T near = T.MultiplyAdd(p, a, a);

        T b = T.Min(T.Broadcast(3.95f), a);
        T r = T.Broadcast(2.16976205e-05f);
        r = T.MultiplyAdd(r, b, T.Broadcast(-0.000441472745f));
        r = T.MultiplyAdd(r, b, T.Broadcast(0.00420528511f));
        r = T.MultiplyAdd(r, b, T.Broadcast(-0.0252103414f));
        r = T.MultiplyAdd(r, b, T.Broadcast(0.108422101f));
        r = T.MultiplyAdd(r, b, T.Broadcast(0.633216381f));
        r = T.MultiplyAdd(r, b, T.Broadcast(1.12958026f));
        r = T.MultiplyAdd(r, b, T.Broadcast(-0.000188468359f));
        T far = T.Broadcast(1f) - Exp(-r);
        return T.Select(T.LessThan(a, T.Broadcast(1f)), near, far) | Sign(x);
    }

    /// <summary>ln(1 + e^x).</summary>
    /// <remarks>
    /// max(x, 0) + ln(1 + e) with e = e^-|x|. What the sum u = 1 + e loses is put back to first order, (e - (u - 1)) / u, so that the
    /// logarithm keeps its relative accuracy as e tends to 0. Exponential 1.5, logarithm 1.5, correction and sum half each: 4 ulp.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Softplus<T>(T x)
        where T : unmanaged, ISimd<T>
    {
        T one = T.Broadcast(1f);
        T e = Exp(-T.Abs(x));
        T u = one + e;
        return T.Max(T.Zero, x) + (Log(u) + ((e - (u - one)) / u));
    }

    /// <summary>2^n for whole n from -126 to 127.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T PowerOfTwo<T>(T n)
        where T : unmanaged, ISimd<T> =>
        T.ShiftLeft(T.ToInteger(n + T.Broadcast(ExponentBias)), MantissaBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Sign<T>(T x)
        where T : unmanaged, ISimd<T> =>
        x & T.Broadcast(-0f);
}
