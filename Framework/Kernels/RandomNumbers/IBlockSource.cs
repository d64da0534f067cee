using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Framework.Tensors;

namespace Framework.Kernels.RandomNumbers;

/// <summary>A way to compute neighbouring blocks of <see cref="Philox"/>.</summary>
internal unsafe interface IBlockSource
{
    /// <summary>Blocks are computed in multiples of this.</summary>
    const int Multiple = 8;

    /// <summary>Whether this process can.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>Writes the words of <paramref name="count"/> blocks, a multiple of <see cref="Multiple"/>.</summary>
    static abstract void Fill(ulong seed, ulong stream, ulong block, int count, uint* words);
}

/// <summary>One block after the other.</summary>
internal readonly unsafe struct SingleBlocks : IBlockSource
{
    public static bool IsSupported => true;

    public static void Fill(ulong seed, ulong stream, ulong block, int count, uint* words)
    {
        for (int i = 0; i < count; i++, words += 4) (words[0], words[1], words[2], words[3]) = Philox.Block(seed, stream, block + (ulong)i);
    }
}

/// <summary>Several blocks side by side, a 64-bit lane for each; only a lane's lower half counts.</summary>
internal readonly unsafe struct BlocksSideBySide<TVector> : IBlockSource
    where TVector : unmanaged, IBlockVector<TVector>
{
    public static bool IsSupported => TVector.IsSupported;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Fill(ulong seed, ulong stream, ulong block, int count, uint* words)
    {
        for (int i = 0; i < count; i += TVector.Blocks, words += 4 * TVector.Blocks)
        {
            TVector c0 = TVector.Count(block + (ulong)i);
            TVector c1 = TVector.ShiftRight32(c0);
            TVector c2 = TVector.Broadcast((uint)stream), c3 = TVector.Broadcast(stream >> 32);
            uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
            for (int round = 0; round < Philox.Rounds; round++)
            {
                TVector p0 = TVector.Multiply(c0, TVector.Broadcast(Philox.Multiplier0));
                TVector p1 = TVector.Multiply(c2, TVector.Broadcast(Philox.Multiplier1));
                c0 = TVector.ShiftRight32(p1) ^ c1 ^ TVector.Broadcast(k0);
                c2 = TVector.ShiftRight32(p0) ^ c3 ^ TVector.Broadcast(k1);
                c1 = p1;
                c3 = p0;
                k0 += Philox.KeyStep0;
                k1 += Philox.KeyStep1;
            }

            TVector.StoreInOrder(words, c0, c1, c2, c3);
        }
    }
}

/// <summary>64-bit lanes as Philox needs them.</summary>
internal unsafe interface IBlockVector<TSelf>
    where TSelf : unmanaged, IBlockVector<TSelf>
{
    static abstract bool IsSupported { get; }

    static abstract int Blocks { get; }

    static abstract TSelf Broadcast(ulong value);

    /// <summary>The numbers of the blocks from <paramref name="first"/> on, in the order of lanes that <see cref="StoreInOrder"/> expects.</summary>
    static abstract TSelf Count(ulong first);

    /// <summary>64-bit products of the lanes' lower halves.</summary>
    static abstract TSelf Multiply(TSelf left, TSelf right);

    static abstract TSelf ShiftRight32(TSelf value);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>Writes the lower halves, block after block: its word 0, 1, 2, 3.</summary>
    static abstract void StoreInOrder(uint* target, TSelf w0, TSelf w1, TSelf w2, TSelf w3);
}

/// <summary>Eight blocks.</summary>
internal readonly unsafe struct Blocks512(Vector512<ulong> lanes) : IBlockVector<Blocks512>
{
    private readonly Vector512<ulong> _lanes = lanes;

    public static bool IsSupported => Avx512F.IsSupported;

    public static int Blocks => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks512 Broadcast(ulong value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks512 Count(ulong first) => new(Vector512.Create(first) + Vector512.Create(0ul, 4, 1, 5, 2, 6, 3, 7));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks512 Multiply(Blocks512 left, Blocks512 right) => new(Avx512F.Multiply(left._lanes.AsUInt32(), right._lanes.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks512 ShiftRight32(Blocks512 value) => new(value._lanes >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks512 operator ^(Blocks512 left, Blocks512 right) => new(left._lanes ^ right._lanes);

    /// <summary>Pairs of words become lanes; unpacking takes the even lanes of both, which are the first four blocks, then the odd ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInOrder(uint* target, Blocks512 w0, Blocks512 w1, Blocks512 w2, Blocks512 w3)
    {
        var low = (w0._lanes & Vector512.Create((ulong)uint.MaxValue)) | (w1._lanes << 32);
        var high = (w2._lanes & Vector512.Create((ulong)uint.MaxValue)) | (w3._lanes << 32);
        Avx512F.UnpackLow(low, high).AsUInt32().Store(target);
        Avx512F.UnpackHigh(low, high).AsUInt32().Store(target + 16);
    }
}

/// <summary>Four blocks.</summary>
internal readonly unsafe struct Blocks256(Vector256<ulong> lanes) : IBlockVector<Blocks256>
{
    private readonly Vector256<ulong> _lanes = lanes;

    public static bool IsSupported => Avx2.IsSupported;

    public static int Blocks => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks256 Broadcast(ulong value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks256 Count(ulong first) => new(Vector256.Create(first) + Vector256.Create(0ul, 2, 1, 3));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks256 Multiply(Blocks256 left, Blocks256 right) => new(Avx2.Multiply(left._lanes.AsUInt32(), right._lanes.AsUInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks256 ShiftRight32(Blocks256 value) => new(value._lanes >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Blocks256 operator ^(Blocks256 left, Blocks256 right) => new(left._lanes ^ right._lanes);

    /// <inheritdoc cref="Blocks512.StoreInOrder"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreInOrder(uint* target, Blocks256 w0, Blocks256 w1, Blocks256 w2, Blocks256 w3)
    {
        var low = (w0._lanes & Vector256.Create((ulong)uint.MaxValue)) | (w1._lanes << 32);
        var high = (w2._lanes & Vector256.Create((ulong)uint.MaxValue)) | (w3._lanes << 32);
        Avx2.UnpackLow(low, high).AsUInt32().Store(target);
        Avx2.UnpackHigh(low, high).AsUInt32().Store(target + 8);
    }
}
