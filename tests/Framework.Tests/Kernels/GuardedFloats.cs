using System.Runtime.InteropServices;

namespace Framework.Tests.Kernels;

/// <summary>Which end of a buffer touches a page that must not be touched.</summary>
public enum GuardedEnd
{
    /// <summary>The float before the first lies in the guard page.</summary>
    Start,

    /// <summary>The float after the last lies in the guard page.</summary>
    End,
}

/// <summary>
/// Floats between two pages that the operating system lets nobody read or write, so that a kernel that strays by one float
/// ends the process. Elsewhere than on Unix, plain memory.
/// </summary>
public sealed unsafe partial class GuardedFloats : IDisposable
{
    private const int ReadWrite = 3;
    private const int NoAccess = 0;
    private const int PrivateAnonymous = 0x22;
    private const int PrivateAnonymousMac = 0x1002;

    private readonly byte* _mapping;
    private readonly nuint _mappedBytes;

    public GuardedFloats(nint count, GuardedEnd end = GuardedEnd.End)
    {
        Count = count;
        var page = (nuint)Environment.SystemPageSize;
        nuint bytes = (nuint)count * sizeof(float);
        nuint inner = Math.Max(page, (bytes + page - 1) / page * page);
        _mappedBytes = inner + (2 * page);
        if (OperatingSystem.IsWindows())
        {
            _mapping = (byte*)NativeMemory.AlignedAlloc(_mappedBytes, page);
        }
        else
        {
            _mapping = Map(null, _mappedBytes, ReadWrite, OperatingSystem.IsMacOS() ? PrivateAnonymousMac : PrivateAnonymous, -1, 0);
            if (_mapping == (byte*)-1) throw new InvalidOperationException("mmap failed");
            if (Protect(_mapping, page, NoAccess) != 0 || Protect(_mapping + page + inner, page, NoAccess) != 0)
                throw new InvalidOperationException("mprotect failed");
        }

        Pointer = (float*)(_mapping + page + (end == GuardedEnd.End ? inner - bytes : 0));
    }

    public nint Count { get; }

    public float* Pointer { get; }

    public Span<float> Span => new(Pointer, (int)Count);

    public static GuardedFloats From(ReadOnlySpan<float> values, GuardedEnd end = GuardedEnd.End)
    {
        var buffer = new GuardedFloats(values.Length, end);
        values.CopyTo(buffer.Span);
        return buffer;
    }

    /// <summary>Whether the operating system lets this process read the byte; asked without reading it.</summary>
    public static bool CanRead(byte* address)
    {
        int* ends = stackalloc int[2];
        if (Pipe(ends) != 0) throw new InvalidOperationException("pipe failed");
        bool readable = Write(ends[1], address, 1) == 1;
        if (Close(ends[0]) + Close(ends[1]) != 0) throw new InvalidOperationException("close failed");
        return readable;
    }

    public void Dispose()
    {
        if (OperatingSystem.IsWindows()) NativeMemory.AlignedFree(_mapping);
        else if (Unmap(_mapping, _mappedBytes) != 0) throw new InvalidOperationException("munmap failed");
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "pipe")]
    private static partial int Pipe(int* ends);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int file, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
