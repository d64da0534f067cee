using System.Runtime.InteropServices;
using Framework.Errors;
using Interop.Native;

namespace Interop.Tests.Native;

public sealed class NativeSearchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cnn-search-");
    private readonly NativeSearch _search;

    public NativeSearchTests()
    {
        _search = new NativeSearch("Engine", "CNN_ENGINE", ["libengine.so", "libengine.so.1"], "engine", "Get it with `bash eng/get-engine.sh`.")
        {
            Application = Folder("app/bin"),
            CurrentDirectory = Folder("home/project/deep"),
            ReadVariable = _ => null,
        };
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Nothing_is_found_where_nothing_is() => _search.Find(null).Should().BeNull();

    [Fact]
    public void The_error_for_an_absent_library_is_one_line_that_says_where_it_was_sought_and_how_to_get_it()
    {
        string message = _search.Absent().Message;

        message.Should().NotContain("\n").And.Contain("CNN_ENGINE").And.Contain(".native/engine")
            .And.Contain(_search.Application).And.Contain(_search.CurrentDirectory).And.EndWith("Get it with `bash eng/get-engine.sh`.");
    }

    [Theory]
    [InlineData("app/bin/libengine.so")]
    [InlineData("app/bin/libengine.so.1")]
    [InlineData("app/.native/engine/libengine.so.1")]
    [InlineData("home/project/deep/.native/engine/libengine.so")]
    [InlineData("home/.native/engine/libengine.so")]
    public void Each_place_is_searched(string place)
    {
        string file = Library(place);

        _search.Find(null).Should().Be(file);
    }

    [Fact]
    public void A_packages_native_assets_are_searched()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        string processor = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        string file = Library($"app/bin/runtimes/{system}-{processor}/native/libengine.so");

        _search.Find(null).Should().Be(file);
    }

    [Fact]
    public void Earlier_places_win()
    {
        string[] inOrder =
        [
            Library("asked/libengine.so"),
            Library("variable/libengine.so"),
            Library("app/bin/libengine.so"),
            Library("home/project/deep/.native/engine/libengine.so"),
            Library("home/project/.native/engine/libengine.so"),
            Library("app/.native/engine/libengine.so"),
        ];
        var withVariable = _search with { ReadVariable = _ => inOrder[1] };

        withVariable.Find(inOrder[0]).Should().Be(inOrder[0]);
        withVariable.Find(null).Should().Be(inOrder[1]);
        foreach (string expected in inOrder[2..])
        {
            _search.Find(null).Should().Be(expected);
            File.Delete(expected);
        }
    }

    [Fact]
    public void A_folder_may_be_asked_for() =>
        _search.Find(Path.GetDirectoryName(Library("asked/libengine.so.1"))).Should().EndWith("libengine.so.1");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_path_that_was_asked_for_and_is_not_there_is_an_error_even_where_another_library_is(bool byVariable)
    {
        Library("app/bin/libengine.so");
        string missing = Path.Combine(_folder.FullName, "missing.so");
        var search = byVariable ? _search with { ReadVariable = _ => missing } : _search;

        var act = () => search.Find(byVariable ? null : missing);

        act.Should().Throw<EngineException>().WithMessage($"Engine: *'{missing}', which does not exist. Get it with*");
    }

    [Fact]
    public void A_folder_that_was_asked_for_and_lacks_the_library_is_an_error()
    {
        Library("app/bin/libengine.so");

        var act = () => _search.Find(Folder("empty"));

        act.Should().Throw<EngineException>().WithMessage("Engine: *holds no libengine.so or libengine.so.1.*");
    }

    private string Folder(string path) => Directory.CreateDirectory(Path.Combine(_folder.FullName, path)).FullName;

    private string Library(string path)
    {
        string file = Path.Combine(Folder(Path.GetDirectoryName(path)!), Path.GetFileName(path));
        File.WriteAllText(file, "");
        return file;
    }
}
