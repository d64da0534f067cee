using System.Runtime.InteropServices;

namespace Framework.Tensors;

/// <summary>One large block of native memory that a plan lays its results out in. Freed on disposal or, at the latest, on collection.</summary>
/// <remarks>
/// Blocks of 4 MiB and more are aligned to 2 MiB and offered to the kernel for huge pages on Linux: with 4 KiB pages two threads read no
/// faster than one.
/// </remarks>
public sealed unsafe partial class Arena : IDisposable
{
    private const nuint HugePage = 2 << 20;
    private const int AdviseHugePages = 14;
    private void* _block;

    /// <summary>Takes the memory; its content is undefined.</summary>
    public Arena(nint byteCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(byteCount);
        ByteCount = byteCount;
        bool large = (nuint)byteCount >= 2 * HugePage;
        _block = NativeMemory.AlignedAlloc((nuint)Math.Max(byteCount, 1), large ? HugePage : Storage.Alignment);
        if (large && OperatingSystem.IsLinux()) _ = Advise(_block, (nuint)byteCount, AdviseHugePages);
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

    // Advice only: a kernel that does not know it says so, and nothing changes.
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
