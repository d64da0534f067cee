using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Framework.Kernels.Simd;

/// <summary>The numbers of a vector's lanes.</summary>
internal static unsafe class Lanes
{
    private static ReadOnlySpan<float> Numbers => [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    /// <summary>0 in the first lane, 1 in the second and so on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Count<T>()
        where T : unmanaged, ISimd<T> => T.Load((float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Numbers)));

    /// <summary>Reads the first <paramref name="count"/> lanes; the others are <paramref name="fill"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T LoadPartial<T>(float* source, int count, float fill)
        where T : unmanaged, ISimd<T> =>
        T.Select(T.LessThan(Count<T>(), T.Broadcast(count)), T.LoadPartial(source, count), T.Broadcast(fill));
}
