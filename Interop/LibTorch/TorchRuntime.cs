using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Framework.Errors;
using Interop.Native;

namespace Interop.LibTorch;

/// <summary>libtorch with the shim over it, found and loaded. It stays loaded until the process ends.</summary>
public sealed unsafe class TorchRuntime
{
    /// <summary>The environment variable that may name the shim's file or its folder.</summary>
    public const string Variable = "CNN_LIBTORCH";

    internal const string Engine = "libtorch";

    private static readonly ConcurrentDictionary<string, Lazy<TorchRuntime>> Loaded = new();

    private TorchRuntime(string libraryPath)
    {
        LibraryPath = libraryPath;
        try
        {
            Api = new TorchApi(NativeLibrary.Load(libraryPath));
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new EngineException(
                Engine,
                $"'{libraryPath}' cannot be loaded: {e.Message.ReplaceLineEndings(" ").Trim()}",
                "Build it anew with `bash eng/build-libtorch-shim.sh`.",
                e);
        }

        Version = Marshal.PtrToStringUTF8((nint)Api.Version()) ?? "unknown";
    }

    /// <summary>The version of libtorch, as in <c>1.13.1</c>.</summary>
    public string Version { get; }

    /// <summary>The shim's file.</summary>
    public string LibraryPath { get; }

    internal TorchApi Api { get; }

    /// <summary>Finds and loads the shim, and libtorch with it.</summary>
    /// <param name="path">
    /// The shim's file or folder; null to look for it: where the environment variable <see cref="Variable"/> points, then among the
    /// application's native assets, then in <c>.native/libtorch</c> at or above the current directory or the application.
    /// </param>
    /// <exception cref="EngineException">It is absent, or not at the path that was asked for, or cannot be loaded.</exception>
    public static TorchRuntime Find(string? path = null) => TryFind(out var runtime, path) ? runtime : throw Search().Absent();

    /// <summary>Finds and loads the shim where there is one.</summary>
    /// <param name="runtime">The runtime; null where the shim is absent.</param>
    /// <param name="path">As for <see cref="Find"/>.</param>
    /// <returns>False where nothing was asked for, and no place holds the shim.</returns>
    /// <exception cref="EngineException">It is not at the path that was asked for, or cannot be loaded.</exception>
    public static bool TryFind([NotNullWhen(true)] out TorchRuntime? runtime, string? path = null)
    {
        string? file = Search().Find(path);
        runtime = file is null ? null : Loaded.GetOrAdd(file, key => new Lazy<TorchRuntime>(() => new TorchRuntime(key))).Value;
        return runtime is not null;
    }

    internal static NativeSearch Search()
    {
        string name = OperatingSystem.IsWindows() ? "cnn_torch.dll" : OperatingSystem.IsMacOS() ? "libcnn_torch.dylib" : "libcnn_torch.so";
        return new NativeSearch(Engine, Variable, [name], "libtorch", "Build it with `bash eng/build-libtorch-shim.sh`.");
    }
}
