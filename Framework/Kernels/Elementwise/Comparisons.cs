using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>1 where equal, 0 elsewhere.</summary>
internal readonly struct Equal : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.Equal(a, b) & S.Broadcast(1f);
}

/// <summary>1 where not equal, NaN included, 0 elsewhere.</summary>
internal readonly struct NotEqual : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => ~S.Equal(a, b) & S.Broadcast(1f);
}

/// <summary>1 where a is below b, 0 elsewhere.</summary>
internal readonly struct Less : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.LessThan(a, b) & S.Broadcast(1f);
}

/// <summary>1 where a is at most b, 0 elsewhere.</summary>
internal readonly struct LessOrEqual : IBinaryFormula
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static S Apply<S>(S a, S b, S alpha, S beta)
        where S : unmanaged, ISimd<S> => S.LessThanOrEqual(a, b) & S.Broadcast(1f);
}
