using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Framework.Kernels.Simd;

/// <summary>Vectors of whole numbers from 0 to 255 that take a byte a lane in memory.</summary>
internal static unsafe class LaneBytes
{
    /// <summary>Reads <see cref="ISimd{TSelf}.Width"/> bytes as floats.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* source)
        where T : unmanaged, ISimd<T>
    {
        if (T.Set == InstructionSet.Vector512) return T.FromInteger(Unsafe.BitCast<Vector512<int>, T>(Widen512(Vector128.Load(source))));
        if (T.Set == InstructionSet.Vector256)
            return T.FromInteger(Unsafe.BitCast<Vector256<int>, T>(Widen256(Vector128.CreateScalar(Unsafe.ReadUnaligned<ulong>(source)).AsByte())));
        if (T.Set == InstructionSet.Vector128)
        {
            var shorts = Vector128.WidenLower(Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(source)).AsByte());
            return T.FromInteger(Unsafe.BitCast<Vector128<uint>, T>(Vector128.WidenLower(shorts)));
        }

        return T.Broadcast(*source);
    }

    /// <summary>Writes floats as <see cref="ISimd{TSelf}.Width"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T>(byte* target, T value)
        where T : unmanaged, ISimd<T>
    {
        T integers = T.ToInteger(value);
        if (T.Set == InstructionSet.Vector512)
        {
            Narrow512(Unsafe.BitCast<T, Vector512<int>>(integers)).Store(target);
        }
        else if (T.Set == InstructionSet.Vector256)
        {
            var lanes = Unsafe.BitCast<T, Vector256<uint>>(integers);
            var shorts = Vector128.Narrow(lanes.GetLower(), lanes.GetUpper());
            Unsafe.WriteUnaligned(target, Vector128.Narrow(shorts, shorts).AsUInt64().ToScalar());
        }
        else if (T.Set == InstructionSet.Vector128)
        {
            var lanes = Unsafe.BitCast<T, Vector128<uint>>(integers);
            var shorts = Vector128.Narrow(lanes, lanes);
            Unsafe.WriteUnaligned(target, Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar());
        }
        else
        {
            *target = (byte)Unsafe.BitCast<T, int>(integers);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Widen512(Vector128<byte> bytes)
    {
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector512Int32(bytes);
        return Vector512.Create(Widen256(bytes), Widen256(Vector128.Create(bytes.GetUpper(), bytes.GetUpper())));
    }

    /// <summary>The first eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Widen256(Vector128<byte> bytes)
    {
        if (Avx2.IsSupported) return Avx2.ConvertToVector256Int32(bytes);
        var shorts = Vector128.WidenLower(bytes);
        return Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Narrow512(Vector512<int> lanes)
    {
        if (Avx512F.IsSupported) return Avx512F.ConvertToVector128Byte(lanes);
        var low = lanes.GetLower().AsUInt32();
        var high = lanes.GetUpper().AsUInt32();
        return Vector128.Narrow(Vector128.Narrow(low.GetLower(), low.GetUpper()), Vector128.Narrow(high.GetLower(), high.GetUpper()));
    }
}
