using System.Runtime.InteropServices;
using Framework.Errors;

namespace Interop.Native;

/// <summary>
/// Where the library of a reference engine may be, and what to say when it is nowhere: (1) the path that was asked for,
/// as an argument or in an environment variable; (2) the application's own native assets; (3) a folder <c>.native/</c>
/// at or above the current directory or the application.
/// </summary>
/// <param name="Engine">The engine's name, for messages.</param>
/// <param name="Variable">The environment variable that may hold a file or a folder.</param>
/// <param name="FileNames">The library's possible file names on this platform, best first.</param>
/// <param name="Folder">The library's folder below <c>.native/</c>.</param>
/// <param name="Remedy">How the user gets the library: a sentence.</param>
internal sealed record NativeSearch(string Engine, string Variable, IReadOnlyList<string> FileNames, string Folder, string Remedy)
{
    /// <summary>The application's folder.</summary>
    public string Application { get; init; } = AppContext.BaseDirectory;

    /// <summary>Where the walk upwards begins beside the application's folder.</summary>
    public string CurrentDirectory { get; init; } = Environment.CurrentDirectory;

    /// <summary>How an environment variable is read.</summary>
    public Func<string, string?> ReadVariable { get; init; } = Environment.GetEnvironmentVariable;

    /// <summary>The library's file; null where nothing was asked for and no place holds it.</summary>
    /// <param name="asked">A file or a folder that must hold the library; null to search.</param>
    /// <exception cref="EngineException">A path was asked for, here or by the variable, and the library is not there.</exception>
    public string? Find(string? asked)
    {
        if (asked is not null) return Asked(asked, "the path that was given");
        if (ReadVariable(Variable) is { Length: > 0 } path) return Asked(path, $"the environment variable {Variable}");
        return Places().SelectMany(FilesIn).FirstOrDefault(File.Exists);
    }

    /// <summary>The error for a library that no place holds.</summary>
    public EngineException Absent() =>
        new(Engine, $"its library {FileNames[0]} is neither beside the application ({Application}), nor named by {Variable}, nor in a folder " +
            $".native/{Folder} at or above that or the current directory ({CurrentDirectory}).", Remedy);

    private string Asked(string path, string by)
    {
        if (File.Exists(path)) return Path.GetFullPath(path);
        if (!Directory.Exists(path)) throw new EngineException(Engine, $"{by} names '{path}', which does not exist.", Remedy);
        return FilesIn(Path.GetFullPath(path)).FirstOrDefault(File.Exists)
            ?? throw new EngineException(Engine, $"{by} names the folder '{path}', which holds no {string.Join(" or ", FileNames)}.", Remedy);
    }

    private IEnumerable<string> FilesIn(string folder) => FileNames.Select(name => Path.Combine(folder, name));

    private IEnumerable<string> Places() =>
    [
        Application,
        Path.Combine(Application, "runtimes", PortablePlatform(), "native"),
        .. SelfAndAbove(CurrentDirectory).Concat(SelfAndAbove(Application)).Select(folder => Path.Combine(folder, ".native", Folder)),
    ];

    private static IEnumerable<string> SelfAndAbove(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent) yield return at.FullName;
    }

    /// <summary>The identifier under which packages keep native assets; the runtime's own may name a distribution.</summary>
    private static string PortablePlatform()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }
}
