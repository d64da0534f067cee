namespace Architecture.Tests;

/// <summary>The files that the rules are about.</summary>
internal static class Repository
{
    public static readonly string[] Products = ["Framework", "Onnx", "Interop", "Validation", "Cli"];

    public static string Root { get; } = FindRoot();

    /// <summary>Every C# file below a folder, but what a build made.</summary>
    public static IEnumerable<SourceFile> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.Split('/').Any(part => part is "bin" or "obj"))
            .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))));

    public static string ReadProject(string name) => File.ReadAllText(Path.Combine(Root, name, $"{name}.csproj"));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Framework.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
