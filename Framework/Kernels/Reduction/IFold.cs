using System.Runtime.CompilerServices;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Reduction;

/// <summary>What is done to an element before it is taken in, and how two results become one.</summary>
internal interface IFold
{
    /// <summary>The result of no elements.</summary>
    static abstract float Identity { get; }

    /// <summary>Whether results are added; a constant to the compiler.</summary>
    static virtual bool IsSum => true;

    static abstract S Map<S>(S x)
        where S : unmanaged, ISimd<S>;

    static abstract S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S>;
}

internal readonly struct SumFold : IFold
{
    public static float Identity => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => a + b;
}

internal readonly struct SquareFold : IFold
{
    public static float Identity => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => x * x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => a + b;
}

internal readonly struct MagnitudeFold : IFold
{
    public static float Identity => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => S.Abs(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => a + b;
}

internal readonly struct ProductFold : IFold
{
    public static float Identity => 1;

    public static bool IsSum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => a * b;
}

internal readonly struct MaxFold : IFold
{
    public static float Identity => float.NegativeInfinity;

    public static bool IsSum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => Maximum.Apply(a, b, S.Zero, S.Zero);
}

internal readonly struct MinFold : IFold
{
    public static float Identity => float.PositiveInfinity;

    public static bool IsSum => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Map<S>(S x)
        where S : unmanaged, ISimd<S> => x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Combine<S>(S a, S b)
        where S : unmanaged, ISimd<S> => Minimum.Apply(a, b, S.Zero, S.Zero);
}
