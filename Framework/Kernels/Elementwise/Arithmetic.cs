using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>-x</summary>
internal readonly struct Negate : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => -x;
}

/// <summary>|x|</summary>
internal readonly struct Abs : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Abs(x);
}

/// <summary>1, -1, or x itself where it is a zero or NaN.</summary>
internal readonly struct Sign : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S>
    {
        S negative = S.Select(S.LessThan(x, S.Zero), S.Broadcast(-1f), x);
        return S.Select(S.LessThan(S.Zero, x), S.Broadcast(1f), negative);
    }
}

/// <summary>1 / x</summary>
internal readonly struct Reciprocal : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Broadcast(1f) / x;
}

/// <summary>The square root; NaN below 0.</summary>
internal readonly struct Sqrt : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Sqrt(x);
}

/// <summary>e^x</summary>
internal readonly struct Exp : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Exp(x);
}

/// <summary>The natural logarithm.</summary>
internal readonly struct Log : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Log(x);
}

/// <summary>The error function.</summary>
internal readonly struct Erf : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => SimdMath.Erf(x);
}

/// <summary>The next whole number below.</summary>
internal readonly struct Floor : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Floor(x);
}

/// <summary>The next whole number above.</summary>
internal readonly struct Ceiling : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Ceiling(x);
}

/// <summary>The nearest whole number, ties to even.</summary>
internal readonly struct Round : IUnaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Round(x);
}

/// <summary>a + b</summary>
internal readonly struct Add : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => a + b;
}

/// <summary>a - b</summary>
internal readonly struct Subtract : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => a - b;
}

/// <summary>a b</summary>
internal readonly struct Multiply : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => a * b;
}

/// <summary>a / b</summary>
internal readonly struct Divide : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => a / b;
}

/// <summary>The smaller; NaN where either is NaN.</summary>
internal readonly struct Minimum : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.Equal(a, a), S.Min(a, b), a);
}

/// <summary>The larger; NaN where either is NaN.</summary>
internal readonly struct Maximum : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.Equal(a, a), S.Max(a, b), a);
}

/// <summary>x from 0 on, slope x below.</summary>
internal readonly struct PRelu : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S x, S slope, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Select(S.LessThan(x, S.Zero), slope * x, x);
}

/// <summary>a b + c, rounded once.</summary>
internal readonly struct MultiplyAdd : ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c)
        where S : unmanaged, ISimd<S> => S.MultiplyAdd(a, b, c);
}

/// <summary>c - a b, rounded once.</summary>
internal readonly struct NegatedMultiplyAdd : ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c)
        where S : unmanaged, ISimd<S> => S.MultiplyAdd(-a, b, c);
}

/// <summary>b where a is not 0, c elsewhere.</summary>
internal readonly struct Where : ITernaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S c)
        where S : unmanaged, ISimd<S> => S.Select(S.Equal(a, S.Zero), c, b);
}
