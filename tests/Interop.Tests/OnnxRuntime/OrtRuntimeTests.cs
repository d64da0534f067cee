using System.Runtime.InteropServices;
using System.Text;
using Framework.Errors;
using Framework.Tensors;
using Interop.OnnxRuntime;

namespace Interop.Tests.OnnxRuntime;

public sealed unsafe class OrtRuntimeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cnn-ort-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_library_that_the_script_fetches_is_found_and_tells_its_version()
    {
        var runtime = OrtRuntime.Find();

        runtime.Version.Should().MatchRegex(@"^1\.\d+\.\d+$");
        runtime.BuildInfo.Should().Contain("build type=");
        File.Exists(runtime.LibraryPath).Should().BeTrue();
    }

    [Fact]
    public void A_library_is_loaded_once() => OrtRuntime.Find().Should().BeSameAs(OrtRuntime.Find(OrtRuntime.Find().LibraryPath));

    [Fact]
    public void An_absent_library_is_no_runtime_and_an_error_that_says_how_to_get_it()
    {
        var search = OrtRuntime.Search() with
        {
            Application = _folder.FullName,
            CurrentDirectory = _folder.FullName,
            ReadVariable = _ => null,
        };

        search.Find(null).Should().BeNull();
        search.Absent().Message.Should().Contain("CNN_ONNXRUNTIME").And.Contain(".native/onnxruntime")
            .And.EndWith("Get it with `bash eng/get-onnxruntime.sh`.");
    }

    [Fact]
    public void A_path_that_does_not_exist_is_an_error_though_the_library_is_elsewhere()
    {
        var find = () => OrtRuntime.Find(Path.Combine(_folder.FullName, "nowhere"));
        var tryFind = () => OrtRuntime.TryFind(out _, Path.Combine(_folder.FullName, "nowhere"));

        find.Should().Throw<EngineException>().WithMessage("ONNX Runtime: *nowhere', which does not exist.*");
        tryFind.Should().Throw<EngineException>();
    }

    [Fact]
    public void A_file_that_is_no_library_is_an_error()
    {
        string file = Path.Combine(_folder.FullName, "libonnxruntime.so");
        File.WriteAllText(file, "not a library");

        var act = () => OrtRuntime.Find(file);

        act.Should().Throw<EngineException>().WithMessage("ONNX Runtime: *cannot be loaded*").Which.Message.Should().NotContain("\n");
    }

    // The engine prints a session's settings to its log; a wrong place in the table would set another one, or none.
    [Theory]
    [InlineData(false, 3, OrtOptimization.Basic)]
    [InlineData(true, 1, OrtOptimization.None)]
    public void Options_arrive_as_what_they_are(bool deterministic, int threads, OrtOptimization optimization)
    {
        const int setSessionLogSeverityLevel = 22, setUserLoggingFunction = 266, information = 1;
        var runtime = OrtRuntime.Find();
        var options = new OrtSessionOptions { Deterministic = deterministic, Threads = threads, Optimization = optimization };
        using var settings = options.ToNative(runtime.Api);
        var getApiBase = (delegate* unmanaged<nint*>)NativeLibrary.GetExport(NativeLibrary.Load(runtime.LibraryPath), "OrtGetApiBase");
        var table = (nint*)((delegate* unmanaged<uint, nint>)getApiBase()[0])(OrtApi.Version);
        delegate* unmanaged<nint, int, byte*, byte*, byte*, byte*, void> log = &Log;
        runtime.Api.Check(((delegate* unmanaged<nint, void*, nint, nint>)table[setUserLoggingFunction])(settings.Value, log, 0), "log");
        runtime.Api.Check(((delegate* unmanaged<nint, int, nint>)table[setSessionLogSeverityLevel])(settings.Value, information), "severity");
        byte[] model = new TinyModel().Input("x", ElementType.Float32, 1).Node("Relu", ["x"], ["y"]).Output("y", ElementType.Float32, 1).ToBytes();

        lock (Logged)
        {
            Logged.Clear();
            nint session;
            fixed (byte* m = model)
            {
                runtime.Api.Check(
                    runtime.Api.CreateSessionFromArray(runtime.Environment.Value, m, (nuint)model.Length, settings.Value, &session), "session");
            }

            runtime.Api.ReleaseSession(session);

            Logged.ToString().Should().Contain($"use_deterministic_compute:{(deterministic ? 1 : 0)}");
        }
    }

    private static readonly StringBuilder Logged = new();

    [UnmanagedCallersOnly]
    private static void Log(nint parameter, int severity, byte* category, byte* id, byte* location, byte* message) =>
        Logged.AppendLine(Marshal.PtrToStringUTF8((nint)message));
}
