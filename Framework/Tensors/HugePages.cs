using System.Runtime.InteropServices;

namespace Framework.Tensors;

/// <summary>Asks Linux to lay large memory out in pages of 2 MiB: with those of 4 KiB two threads read no faster than one.</summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of such a page.</summary>
    public const nint Size = 2 << 20;

    private const int MadvHugePage = 14;

    /// <summary>Asks for the pages that lie wholly within a range. To be called before the memory is first touched.</summary>
    public static void Advise(void* start, nint byteCount)
    {
        if (!OperatingSystem.IsLinux()) return;
        nint first = ((nint)start + Size - 1) & -Size, end = ((nint)start + byteCount) & -Size;

        // Advice only: a kernel that does not know it says so, and nothing changes.
        if (end > first) _ = Advise((void*)first, (nuint)(end - first), MadvHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
