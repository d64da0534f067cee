using System.Runtime.InteropServices;

namespace Framework.Tensors;

/// <summary>One large block of native memory that a plan lays its results out in. Freed on disposal or, at the latest, on collection.</summary>
/// <remarks>
/// Blocks of 4 MiB and more are aligned to 2 MiB and get huge pages where the system has them.
/// </remarks>
public sealed unsafe class Arena : IDisposable
{
    private void* _block;

    /// <summary>Takes the memory; its content is undefined.</summary>
    public Arena(nint byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        ByteCount = byteCount;
        bool large = byteCount >= 2 * HugePages.Size;
        _block = NativeMemory.AlignedAlloc((nuint)Math.Max(byteCount, 1), large ? (nuint)HugePages.Size : Storage.Alignment);
        if (large) HugePages.Advise(_block, byteCount);
        if (byteCount > 0) GC.AddMemoryPressure(byteCount);
    }

    /// <summary>Frees the memory.</summary>
    ~Arena() => Free();

    /// <summary>Bytes that may be used.</summary>
    public nint ByteCount { get; }

    /// <summary>The first byte.</summary>
    public byte* Pointer => (byte*)_block;

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_block == null) return;
        NativeMemory.AlignedFree(_block);
        _block = null;
        if (ByteCount > 0) GC.RemoveMemoryPressure(ByteCount);
    }
}
