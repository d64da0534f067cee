using System.Globalization;
using System.Text.Json;
using Cli.Plumbing;
using Framework.Graphs;
using Onnx;

namespace Cli.Runs;

/// <summary>The folder of a training run: <c>model.onnx</c>, <c>log.jsonl</c> with a line for each epoch, <c>report.json</c>.</summary>
internal sealed class RunFolder : IDisposable
{
    private const string ModelName = "model.onnx";
    private const string LogName = "log.jsonl";
    private const string ReportName = "report.json";

    private readonly bool _made;
    private bool _logged;

    private RunFolder(string path)
    {
        Path = path;
        _made = !Directory.Exists(path);
        Directory.CreateDirectory(path);
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The trained network's file.</summary>
    public string ModelPath => ModelIn(Path);

    /// <summary>The trained network's file in a run's folder.</summary>
    public static string ModelIn(string folder) => System.IO.Path.Combine(folder, ModelName);

    /// <summary>Makes the folder, or takes one that is there, whose files are replaced.</summary>
    /// <param name="path">The folder; null for the next free one of <c>runs/MODEL-DATA-NUMBER</c>.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="data">The data set's name.</param>
    public static RunFolder Create(string? path, string model, string data)
    {
        OutputPath.CheckFolder(path, "--out");
        return new RunFolder(path ?? NextFree(System.IO.Path.Combine("runs", $"{Stem(model)}-{Stem(data)}")));
    }

    /// <summary>Adds an epoch to the log.</summary>
    public void Log(EpochFigures epoch)
    {
        string path = System.IO.Path.Combine(Path, LogName);
        string line = JsonSerializer.Serialize(epoch, FiguresJson.Default.EpochFigures) + "\n";
        if (_logged) File.AppendAllText(path, line);
        else File.WriteAllText(path, line);
        _logged = true;
    }

    /// <summary>Writes the trained network.</summary>
    public void Save(Graph network) => OnnxModel.Save(network, ModelPath);

    /// <summary>Writes the run's figures.</summary>
    public void Save(TrainFigures figures) =>
        JsonOutput.WriteFile(System.IO.Path.Combine(Path, ReportName), figures, FiguresJson.Default.TrainFigures);

    /// <summary>Removes a folder that was made for nothing, since the run failed before its first result.</summary>
    public void Dispose()
    {
        if (_made && !Directory.EnumerateFileSystemEntries(Path).Any()) Directory.Delete(Path);
    }

    private static string NextFree(string stem)
    {
        for (int number = 1; ; number++)
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"{stem}-{number}");
            if (!Directory.Exists(path) && !File.Exists(path)) return path;
        }
    }

    private static string Stem(string nameOrPath) =>
        System.IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(nameOrPath));
}
