using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framework.Kernels.Simd;

/// <summary>Vectors of floats that lie a fixed distance apart.</summary>
internal static unsafe class StridedLoad
{
    /// <summary>Reads source[0], source[stride], source[2 stride] and so on, and nothing before the first or behind the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(float* source, nint stride)
        where T : unmanaged, ISimd<T>
    {
        if (T.Width == 1 || stride == 1) return T.Load(source);
        return stride == 2 ? EverySecond<T>(source) : Collect<T>(source, stride);
    }

    /// <summary>The even lanes of one vector, and the odd ones of a second that starts one early so as to end with the last wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T EverySecond<T>(float* source)
        where T : unmanaged, ISimd<T>
    {
        if (T.Set == InstructionSet.Vector512 && Avx512F.IsSupported)
        {
            var order = Vector512.Create(0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31);
            return Unsafe.BitCast<Vector512<float>, T>(Avx512F.PermuteVar16x32x2(Vector512.Load(source), order, Vector512.Load(source + 15)));
        }

        if (T.Set == InstructionSet.Vector256 && Avx2.IsSupported)
        {
            // Shuffled, the halves hold 0 2 9 11 and 4 6 13 15 of the two vectors put side by side.
            var mixed = Avx.Shuffle(Vector256.Load(source), Vector256.Load(source + 7), 0b_11_01_10_00);
            return Unsafe.BitCast<Vector256<double>, T>(Avx2.Permute4x64(mixed.AsDouble(), 0b_11_01_10_00));
        }

        if (T.Set == InstructionSet.Vector128 && Sse.IsSupported)
            return Unsafe.BitCast<Vector128<float>, T>(Sse.Shuffle(Vector128.Load(source), Vector128.Load(source + 3), 0b_11_01_10_00));
        return Collect<T>(source, 2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Collect<T>(float* source, nint stride)
        where T : unmanaged, ISimd<T>
    {
        if (T.Set == InstructionSet.Vector512)
            return Unsafe.BitCast<Vector512<float>, T>(Vector512.Create(Eight(source, stride), Eight(source + (8 * stride), stride)));
        if (T.Set == InstructionSet.Vector256) return Unsafe.BitCast<Vector256<float>, T>(Eight(source, stride));
        return Unsafe.BitCast<Vector128<float>, T>(Four(source, stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Eight(float* source, nint stride) =>
        Vector256.Create(Four(source, stride), Four(source + (4 * stride), stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Four(float* source, nint stride) =>
        Vector128.Create(source[0], source[stride], source[2 * stride], source[3 * stride]);
}
