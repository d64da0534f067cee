using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Framework.Errors;
using Interop.Native;

namespace Interop.TurboJpeg;

/// <summary>The TurboJPEG library, found and loaded. It stays loaded until the process ends.</summary>
/// <remarks>The functions are those of the public header <c>turbojpeg.h</c> that versions 1.4 to 3 have in common.</remarks>
public sealed unsafe class TurboJpegLibrary
{
    /// <summary>The environment variable that may name the library's file or its folder.</summary>
    public const string Variable = "CNN_TURBOJPEG";

    internal const string Engine = "TurboJPEG";

    private static readonly Lazy<TurboJpegLibrary?> s_system = new(() => Search().Find(null) is { } path ? new(path) : FromSystem());

    private TurboJpegLibrary(string path)
        : this(Load(path), path)
    {
    }

    private TurboJpegLibrary(nint library, string path)
    {
        LibraryPath = path;
        InitDecompress = (delegate* unmanaged<nint>)Function("tjInitDecompress");
        DecompressHeader = (delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int>)Function("tjDecompressHeader3");
        Decompress = (delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int>)Function("tjDecompress2");
        ErrorText = (delegate* unmanaged<nint, nint>)Function("tjGetErrorStr2");
        ErrorCode = (delegate* unmanaged<nint, int>)Function("tjGetErrorCode");
        Destroy = (delegate* unmanaged<nint, int>)Function("tjDestroy");

        nint Function(string name) => NativeLibrary.TryGetExport(library, name, out nint address)
            ? address
            : throw new EngineException(Engine, $"'{path}' has no function {name}.", "Version 2.0 or later is needed.");
    }

    /// <summary>The file that was loaded, or its name where the system found it.</summary>
    public string LibraryPath { get; }

    internal delegate* unmanaged<nint> InitDecompress { get; }

    /// <summary>Handle, file, its length, width, height, subsampling, colour space.</summary>
    internal delegate* unmanaged<nint, byte*, CULong, int*, int*, int*, int*, int> DecompressHeader { get; }

    /// <summary>Handle, file, its length, pixels, width, bytes of a row, height, pixel format, flags.</summary>
    internal delegate* unmanaged<nint, byte*, CULong, byte*, int, int, int, int, int, int> Decompress { get; }

    internal delegate* unmanaged<nint, nint> ErrorText { get; }

    internal delegate* unmanaged<nint, int> ErrorCode { get; }

    internal delegate* unmanaged<nint, int> Destroy { get; }

    /// <summary>Finds and loads the library.</summary>
    /// <param name="path">
    /// Its file or folder; null to look for it: where the environment variable <see cref="Variable"/> points, then among the application's native
    /// assets, then in <c>.native/turbojpeg</c> at or above the current directory or the application, then where the system keeps libraries.
    /// </param>
    /// <exception cref="EngineException">It is absent, or not at the path that was asked for, or cannot be used.</exception>
    public static TurboJpegLibrary Find(string? path = null) => TryFind(out var library, path) ? library : throw Search().Absent();

    /// <summary>Finds and loads the library; false where nothing was asked for and it is nowhere.</summary>
    /// <inheritdoc cref="Find"/>
    public static bool TryFind([NotNullWhen(true)] out TurboJpegLibrary? library, string? path = null) =>
        (library = path is null ? s_system.Value : new(Search().Find(path)!)) is not null;

    private static NativeSearch Search() => new(
        Engine,
        Variable,
        OperatingSystem.IsWindows() ? ["turbojpeg.dll", "libturbojpeg.dll"]
            : OperatingSystem.IsMacOS() ? ["libturbojpeg.dylib", "libturbojpeg.0.dylib"]
            : ["libturbojpeg.so.0", "libturbojpeg.so"],
        "turbojpeg",
        $"Install libturbojpeg (Debian: apt-get install libturbojpeg0), or let {Variable} name the library; or save the pictures as PNG.");

    private static TurboJpegLibrary? FromSystem()
    {
        foreach (string name in Search().FileNames)
        {
            if (NativeLibrary.TryLoad(name, out nint library)) return new TurboJpegLibrary(library, name);
        }

        return null;
    }

    private static nint Load(string path)
    {
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new EngineException(Engine, $"'{path}' cannot be loaded: {error.Message}", "A library for this platform is needed.", error);
        }
    }
}
