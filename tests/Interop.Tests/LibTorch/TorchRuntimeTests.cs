using Framework.Errors;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public sealed class TorchRuntimeTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cnn-torch-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_shim_that_the_script_builds_is_found_and_tells_libtorchs_version() =>
        TorchRuntime.Find().Version.Should().MatchRegex(@"^\d+\.\d+\.\d+");

    [Fact]
    public void An_absent_shim_is_an_error_that_says_how_to_get_it()
    {
        var search = TorchRuntime.Search() with
        {
            Application = _folder.FullName,
            CurrentDirectory = _folder.FullName,
            ReadVariable = _ => null,
        };

        search.Find(null).Should().BeNull();
        search.Absent().Message.Should().Contain("CNN_LIBTORCH").And.Contain(".native/libtorch")
            .And.EndWith("Build it with `bash eng/build-libtorch-shim.sh`.");
    }

    [Fact]
    public void A_path_that_does_not_exist_is_an_error_though_the_shim_is_elsewhere()
    {
        var act = () => TorchRuntime.TryFind(out _, Path.Combine(_folder.FullName, "nowhere"));

        act.Should().Throw<EngineException>().WithMessage("libtorch: *nowhere', which does not exist.*");
    }

    [Fact]
    public void A_file_that_is_no_library_is_an_error()
    {
        string file = Path.Combine(_folder.FullName, "libcnn_torch.so");
        File.WriteAllText(file, "not a library");

        var act = () => TorchRuntime.Find(file);

        act.Should().Throw<EngineException>().WithMessage("libtorch: *cannot be loaded*");
    }
}
