using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Framework.Errors;
using Interop.Native;

namespace Interop.OnnxRuntime;

/// <summary>ONNX Runtime's library, found and loaded. It stays loaded until the process ends.</summary>
public sealed unsafe class OrtRuntime
{
    /// <summary>The environment variable that may name the library's file or its folder.</summary>
    public const string Variable = "CNN_ONNXRUNTIME";

    internal const string Engine = "ONNX Runtime";

    // Errors come back as statuses; the engine's own lines would only repeat them on standard error.
    private const int LogFatalOnly = 4;

    private static readonly ConcurrentDictionary<string, Lazy<OrtRuntime>> Loaded = new();

    private OrtRuntime(string libraryPath)
    {
        LibraryPath = libraryPath;
        var getApiBase = (delegate* unmanaged<nint*>)Load(libraryPath);
        nint* apiBase = getApiBase();
        Version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)apiBase[1])()) ?? "unknown";
        var table = (nint*)((delegate* unmanaged<uint, nint>)apiBase[0])(OrtApi.Version);
        if (table is null)
        {
            throw new EngineException(
                Engine, $"'{libraryPath}' is version {Version}, which is too old.", $"Version 1.{OrtApi.Version} or later is needed.");
        }

        Api = new OrtApi(table);
        BuildInfo = Marshal.PtrToStringUTF8(Api.GetBuildInfoString()) ?? "";

        nint environment;
        fixed (byte* name = "cnn"u8) Api.Check(Api.CreateEnv(LogFatalOnly, name, &environment), Engine);
        Environment = new NativeHandle(environment, Api.ReleaseEnv);

        const int arenaAllocator = 1, defaultMemory = 0;
        nint memory;
        Api.Check(Api.CreateCpuMemoryInfo(arenaAllocator, defaultMemory, &memory), Engine);
        CpuMemory = new NativeHandle(memory, Api.ReleaseMemoryInfo);
    }

    /// <summary>The library's version, as in <c>1.30.0</c>.</summary>
    public string Version { get; }

    /// <summary>What the library says of its build: branch, commit, compiler flags.</summary>
    public string BuildInfo { get; }

    /// <summary>The file that was loaded.</summary>
    public string LibraryPath { get; }

    internal OrtApi Api { get; }

    internal NativeHandle Environment { get; }

    internal NativeHandle CpuMemory { get; }

    /// <summary>Finds and loads the library.</summary>
    /// <param name="path">
    /// Its file or folder; null to look for it: where the environment variable <see cref="Variable"/> points, then among
    /// the application's native assets, then in <c>.native/onnxruntime</c> at or above the current directory or the application.
    /// </param>
    /// <exception cref="EngineException">It is absent, or not at the path that was asked for, or cannot be used.</exception>
    public static OrtRuntime Find(string? path = null) =>
        TryFind(out var runtime, path) ? runtime : throw Search().Absent();

    /// <summary>Finds and loads the library where there is one.</summary>
    /// <param name="runtime">The library; null where it is absent.</param>
    /// <param name="path">As for <see cref="Find"/>.</param>
    /// <returns>False where nothing was asked for, and no place holds the library.</returns>
    /// <exception cref="EngineException">It is not at the path that was asked for, or cannot be used.</exception>
    public static bool TryFind([NotNullWhen(true)] out OrtRuntime? runtime, string? path = null)
    {
        string? file = Search().Find(path);
        runtime = file is null ? null : Loaded.GetOrAdd(file, key => new Lazy<OrtRuntime>(() => new OrtRuntime(key))).Value;
        return runtime is not null;
    }

    internal static NativeSearch Search()
    {
        string[] names = OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
            : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib", "libonnxruntime.1.dylib"]
            : ["libonnxruntime.so", "libonnxruntime.so.1"];
        return new NativeSearch(Engine, Variable, names, "onnxruntime", "Get it with `bash eng/get-onnxruntime.sh`.");
    }

    private static nint Load(string file)
    {
        try
        {
            return NativeLibrary.GetExport(NativeLibrary.Load(file), "OrtGetApiBase");
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new EngineException(Engine, $"'{file}' cannot be loaded: {e.Message.ReplaceLineEndings(" ").Trim()}", inner: e);
        }
    }
}
