using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Framework.Tensors;

/// <summary>
/// Memory that tensors look into. It never moves, so kernels and native engines may hold its address as long as they
/// hold the storage.
/// </summary>
/// <remarks>
/// A tensor of the user's lives in <see cref="ManagedStorage"/>, whose spans keep it alive by themselves. Other kinds
/// (a plan's arena, a mapped file) are kept alive by their owner, the session or the model.
/// </remarks>
public abstract unsafe class Storage
{
    /// <summary>The alignment of every storage's first byte: a cache line, and one 512-bit vector.</summary>
    public const int Alignment = 64;

    /// <summary>Bytes that may be used.</summary>
    public abstract nint ByteCount { get; }

    /// <summary>The first byte.</summary>
    public abstract byte* Pointer { get; }

    /// <summary><paramref name="count"/> elements from the byte <paramref name="byteOffset"/>.</summary>
    internal abstract Span<T> Span<T>(nint byteOffset, int count)
        where T : unmanaged;
}

/// <summary>Storage in the garbage-collected heap, pinned for its whole life; freed when nothing refers to it.</summary>
public sealed unsafe class ManagedStorage : Storage
{
    private readonly ulong[] _words;
    private readonly int _skippedWords;

    /// <summary>Takes memory for <paramref name="byteCount"/> bytes.</summary>
    /// <param name="byteCount">Bytes; at least 0.</param>
    /// <param name="zeroed">Whether the memory must start as zeros.</param>
    public ManagedStorage(nint byteCount, bool zeroed = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        ByteCount = byteCount;
        int words = checked((int)((byteCount + sizeof(ulong) - 1) / sizeof(ulong)) + (Alignment / sizeof(ulong)));
        bool large = byteCount >= 2 * HugePages.Size;
        _words = zeroed && !large ? GC.AllocateArray<ulong>(words, pinned: true) : GC.AllocateUninitializedArray<ulong>(words, pinned: true);
        var start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_words));
        nuint aligned = (start + Alignment - 1) & ~(nuint)(Alignment - 1);
        _skippedWords = (int)(aligned - start) / sizeof(ulong);
        Pointer = (byte*)aligned;
        if (!large) return;
        HugePages.Advise(Pointer, byteCount);
        if (zeroed) Array.Clear(_words);
    }

    /// <inheritdoc/>
    public override nint ByteCount { get; }

    /// <inheritdoc/>
    public override byte* Pointer { get; }

    internal override Span<T> Span<T>(nint byteOffset, int count)
    {
        ref byte first = ref Unsafe.As<ulong, byte>(ref _words[_skippedWords]);
        return MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref first, byteOffset)), count);
    }
}

/// <summary>Storage at an address that somebody else owns: a plan's arena, a mapped file, another engine's result.</summary>
/// <param name="pointer">The first byte.</param>
/// <param name="byteCount">Bytes that may be used.</param>
/// <param name="owner">What must stay alive as long as the address is used; kept here.</param>
public sealed unsafe class ForeignStorage(byte* pointer, nint byteCount, object owner) : Storage
{
    /// <summary>What keeps the memory alive.</summary>
    public object Owner { get; } = owner;

    /// <inheritdoc/>
    public override nint ByteCount { get; } = byteCount;

    /// <inheritdoc/>
    public override byte* Pointer { get; } = pointer;

    internal override Span<T> Span<T>(nint byteOffset, int count) => new(Pointer + byteOffset, count);
}
