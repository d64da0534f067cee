using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Execution;
using Framework.Models;
using Framework.Tensors;
using Framework.Training;
using Interop.OnnxRuntime;
using Onnx;

namespace Cli.Commands;

/// <summary><c>cnn quickstart</c>: from the embedded digits to a checked ONNX file.</summary>
internal static class QuickstartCommand
{
    private const string DefaultFile = "lenet5-digits.onnx";
    private const double LeastAccuracy = 0.97;

    // So few digits are soon learnt by heart. That one may lie elsewhere costs nothing and teaches more than any decay of weights.
    private const int MostShift = 2;

    // Two programs that sum the same few hundred products in other orders differ by some units in the last place, 6e-8 each.
    private const double LargestDifference = 1e-5;

    private static readonly TrainingSettings s_settings = TrainingSettings.DefaultsOf("lenet5") with { Epochs = 12 };

    public static Command Create()
    {
        var outFile = new Option<string>("--out")
        {
            HelpName = "FILE.onnx",
            Description = $"Where the network goes; {DefaultFile} by default.",
            DefaultValueFactory = _ => DefaultFile,
        };
        var epochs = Options.AtLeast("--epochs", 1, "N", $"Passes over the training digits; {s_settings.Epochs} by default.");
        var seed = Options.Seed();
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new DocumentedCommand(
            "quickstart",
            "Trains LeNet-5 on the embedded digits, exports it, reads it back, and runs it in ONNX Runtime where that is found.",
            "cnn quickstart --out digits.onnx")
        { outFile, epochs, seed, threads, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(outFile)!,
            s_settings with
            {
                Epochs = parsed.GetValue(epochs) ?? s_settings.Epochs,
                Seed = parsed.GetValue(seed) ?? s_settings.Seed,
                Threads = parsed.GetValue(threads) ?? s_settings.Threads,
            },
            new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static int Run(string file, TrainingSettings settings, JsonOutput json)
    {
        var terminal = json.Terminal;
        OutputPath.CheckFile(file, "--out");
        bool hasEngine = OrtRuntime.TryFind(out var engine);

        terminal.Line($"LeNet-5 on {Digits.Train.Count} handwritten digits, each time moved by up to {MostShift} pixels, {settings.Epochs} epochs:");
        var options = settings.ToOptions(Digits.Statistics);
        options = options with { TrainTransforms = [new RandomShift(MostShift), .. options.TrainTransforms] };
        using var trainer = new Trainer(new LeNet5().Initialize(settings.Seed).Trace(), options);
        var epochs = terminal.Training((onStep, onEpoch) => trainer.Fit(Digits.Train, Digits.Test, onStep, onEpoch));

        var network = ModelNotes.Write(trainer.Network, Digits.Statistics, Digits.ClassNames);
        OnnxModel.Save(network, file);
        terminal.Line($"Wrote {file}.");

        var sessionOptions = new SessionOptions { Threads = settings.Threads };
        using var ours = new Session(network, sessionOptions);
        using var reimported = new Session(OnnxModel.Load(file), sessionOptions);
        double reimport = Compare(ours, images => reimported.Run(images)[0]).MaxAbs;
        var withEngine = hasEngine ? Compare(ours, file, engine!, settings.Threads) : null;

        double accuracy = epochs[^1].TestAccuracy!.Value;
        bool ok = accuracy >= LeastAccuracy && reimport == 0 && withEngine is null or { MaxAbs: <= LargestDifference };
        var figures = new QuickstartFigures(
            epochs.Sum(e => e.Seconds), Digits.Test.Count, accuracy, Path.GetFullPath(file), reimport, withEngine, ok);
        Show(terminal, figures);
        json.Write(figures, FiguresJson.Default.QuickstartFigures);
        return ok ? ExitCode.Done : ExitCode.CheckFailed;
    }

    private static EngineFigures Compare(Session ours, string file, OrtRuntime engine, int threads)
    {
        using var session = new OrtSession(file, new OrtSessionOptions { Threads = threads }, engine);
        string input = ours.Graph.Inputs[0].Name, output = ours.Graph.Outputs[0].Name;
        var (maxAbs, largest) = Compare(ours, images => session.Run(new Dictionary<string, Tensor> { [input] = images }, [output])[output]);
        return new EngineFigures(engine.Version, maxAbs / largest);
    }

    /// <summary>Runs both over all test digits: the largest difference, and the largest magnitude of our scores.</summary>
    private static (double MaxAbs, double Largest) Compare(Session ours, Func<Tensor, Tensor> other)
    {
        double maxAbs = 0, largest = 0;
        var loader = new DataLoader(Digits.Test, new LoaderOptions { BatchSize = 100, Transforms = [new Normalize(Digits.Statistics)] });
        foreach (var batch in loader.Epoch(0))
        {
            using (batch)
            {
                var expected = ours.Run(batch.Images)[0].AsSpan<float>();
                var found = other(batch.Images).AsSpan<float>();
                for (int i = 0; i < expected.Length; i++)
                {
                    // Maximum propagates what is no number, so that it cannot hide.
                    maxAbs = Math.Max(maxAbs, Math.Abs((double)found[i] - expected[i]));
                    largest = Math.Max(largest, Math.Abs((double)expected[i]));
                }
            }
        }

        return (maxAbs, largest);
    }

    private static void Show(Terminal terminal, QuickstartFigures figures)
    {
        terminal.Table(
            ["check", "found", "expected", "holds"],
            [
                Least($"accuracy on {figures.TestImages} test digits", figures.TestAccuracy, LeastAccuracy),
                Most("file read back, largest difference", figures.ReimportMaxAbs, 0),
                .. figures.Onnxruntime is { } engine
                    ? new[] { Most($"ONNX Runtime {engine.Version}, difference of scores over the largest", engine.MaxAbs, LargestDifference) }
                    : [],
            ]);
        if (figures.Onnxruntime is null)
            terminal.Line("ONNX Runtime's library is not here, so the file was not run in it. To get it: bash eng/get-onnxruntime.sh (needs npm)");
        terminal.Line($"Next: cnn evaluate --model {Path.GetFileName(figures.OnnxFile)} --data digits");
    }

    private static string[] Least(string check, double found, double least) => Row(check, found, $"at least {Text(least)}", found >= least);

    private static string[] Most(string check, double found, double most) =>
        Row(check, found, most == 0 ? "0" : $"at most {Text(most)}", found <= most);

    private static string[] Row(string check, double found, string expected, bool holds) => [check, Text(found), expected, holds ? "yes" : "NO"];

    private static string Text(double number) => number.ToString("G4", CultureInfo.InvariantCulture);
}
