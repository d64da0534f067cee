using System.Globalization;
using System.Text.Json;
using Cli.Plumbing;
using Framework.Errors;
using Framework.Files;
using Framework.Graphs;
using Framework.Training;
using Framework.Training.Checkpoints;
using Validation.Export;

namespace Cli.Runs;

/// <summary>
/// The folder of a training run: <c>run.json</c> says what was asked, <c>checkpoints/</c> how far it has come; <c>log.jsonl</c> and <c>log.csv</c> have a line
/// for each epoch; <c>model.onnx</c>, <c>report.json</c> and <c>report.html</c> come at its end.
/// </summary>
internal sealed class RunFolder : IDisposable
{
    private const string ModelName = "model.onnx";
    private const string PlanName = "run.json";
    private const string ReportName = "report.json";

    private readonly bool _made;

    private RunFolder(string path)
    {
        Path = path;
        _made = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        Checkpoints = new CheckpointFolder(In("checkpoints"));
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The trained network's file.</summary>
    public string ModelPath => ModelIn(Path);

    /// <summary>The page that tells of the run.</summary>
    public string PagePath => In("report.html");

    /// <summary>How far the run has come.</summary>
    public CheckpointFolder Checkpoints { get; }

    /// <summary>The trained network's file in a run's folder.</summary>
    public static string ModelIn(string folder) => System.IO.Path.Combine(folder, ModelName);

    /// <summary>What was asked of the run in a folder.</summary>
    /// <exception cref="UsageException">There is no run in it.</exception>
    public static RunPlan PlanIn(string folder) => RunPlan.Load(System.IO.Path.Combine(folder, PlanName));

    /// <summary>Makes the folder, or takes one that is there, whose files are replaced.</summary>
    /// <param name="path">The folder; null for the next free one of <c>runs/MODEL-DATA-NUMBER</c>.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="data">The data set's name.</param>
    /// <param name="plan">What was asked.</param>
    public static RunFolder Create(string? path, string model, string data, RunPlan plan)
    {
        OutputPath.CheckFolder(path, "--out");
        var folder = new RunFolder(path ?? NextFree(System.IO.Path.Combine("runs", $"{Stem(model)}-{Stem(data)}")));
        folder.Checkpoints.Clear();
        plan.Save(folder.In(PlanName));
        return folder;
    }

    /// <summary>Opens the folder of a run that is to be gone on with.</summary>
    public static RunFolder Open(string path) => new(path);

    /// <summary>Writes the log of the epochs so far.</summary>
    public void Log(IReadOnlyList<EpochResult> history)
    {
        var epochs = history.Select(EpochFigures.Of).ToArray();
        WriteLines("log.jsonl", epochs.Select(e => JsonSerializer.Serialize(e, FiguresJson.Default.EpochFigures)));
        WriteLines("log.csv", epochs.Select(Row).Prepend("epoch,loss,train_accuracy,test_loss,test_accuracy,rate,seconds,images_per_second"));
    }

    /// <summary>Writes the trained network, verified as every export is.</summary>
    /// <returns>What did not hold, so that there is no file; null where all did.</returns>
    public string? Save(Graph network)
    {
        var report = VerifiedExport.Save(network, ModelPath);
        return report.Ok ? null : string.Join(' ', report.Checks.Where(c => c.Ok == false).Select(c => $"{c.Name}: {c.Detail}"));
    }

    /// <summary>Writes the run's figures.</summary>
    public void Save(TrainFigures figures) => JsonOutput.WriteFile(In(ReportName), figures, FiguresJson.Default.TrainFigures);

    /// <summary>The path of a file in the folder.</summary>
    public string In(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Removes a folder that was made for nothing, since the run failed before its first result.</summary>
    public void Dispose()
    {
        if (_made && Checkpoints.Files.Count == 0 && !File.Exists(ModelPath)) Directory.Delete(Path, recursive: true);
    }

    private static string Row(EpochFigures e) => string.Create(
        CultureInfo.InvariantCulture,
        $"{e.Epoch},{e.Loss:R},{e.TrainAccuracy:R},{e.TestLoss:R},{e.TestAccuracy:R},{e.Rate:R},{e.Seconds:F3},{e.ImagesPerSecond:F1}");

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

    private void WriteLines(string name, IEnumerable<string> lines) => AtomicFile.Write(In(name), stream =>
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines) writer.WriteLine(line);
    });
}
