using System.Diagnostics;

namespace Cli.Tests;

/// <summary>What a run of the command left: exit code, standard output, standard error.</summary>
internal sealed record CnnResult(int ExitCode, string Output, string Error)
{
    public string[] OutputLines => Lines(Output);

    public string[] ErrorLines => Lines(Error);

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>The built command, run as a process of its own in a folder of its own.</summary>
internal sealed class Cnn : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    private readonly Dictionary<string, string> _environment = [];

    /// <summary>The folder in which it runs; empty at first.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("cnn-").FullName;

    /// <summary>The built program. It lies beside this test in the tree, built in the same configuration.</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>The program to run; the built one unless a copy is to be.</summary>
    public string Path { get; init; } = Program;

    public string this[string file] => System.IO.Path.Combine(Folder, file);

    /// <summary>The names of the files and folders in the folder, those below included.</summary>
    public string[] Files => [.. Directory.GetFileSystemEntries(Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public Cnn With(string variable, string value)
    {
        _environment[variable] = value;
        return this;
    }

    public CnnResult Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return End(process);
    }

    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path, .. arguments])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CNN_DATA"] = this["no-data-here"];
        start.Environment.Remove("CNN_ONNXRUNTIME");
        start.Environment.Remove("CNN_TRACE");
        foreach (var (variable, value) in _environment) start.Environment[variable] = value;
        return Process.Start(start)!;
    }

    public static CnnResult End(Process process)
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (process.WaitForExit(s_patience)) return new CnnResult(process.ExitCode, output.Result, error.Result);
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"cnn did not end within {s_patience}.");
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static string FindProgram()
    {
        string target = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string configuration = System.IO.Path.GetFileName(System.IO.Path.GetFullPath(System.IO.Path.Combine(AppContext.BaseDirectory, "..")));
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Framework.sln")))
                return System.IO.Path.Combine(folder.FullName, "Cli", "bin", configuration, target, "cnn.dll");
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
