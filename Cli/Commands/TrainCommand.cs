using System.CommandLine;
using Cli.Plumbing;
using Cli.Runs;
using Framework.Data;
using Framework.Training;

namespace Cli.Commands;

/// <summary><c>cnn train</c>: trains a network of the catalogue, or goes on with one from a file.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            HelpName = "NAME|FILE.onnx|RUN",
            Description = "A known network, such as lenet5 (a name that is unknown lists them), or one to train further.",
            Required = true,
        };
        var outFolder = new Option<string?>("--out")
        {
            HelpName = "RUN",
            Description = "The run's folder; the next free one below runs/ by default.",
        };
        var epochs = Options.AtLeast("--epochs", 1, "N", "Passes over the training images.");
        var batch = Options.AtLeast("--batch", 1, "N", "Images in a step.");
        var optimizer = Options.OneOf("--optimizer", "Stochastic gradient descent with momentum, for now.", "sgd");
        var rate = Options.Number<float>("--lr", "RATE", "The learning rate, at its highest.", r => r > 0 && float.IsFinite(r), "a number above 0");
        var momentum = Options.Number<float>(
            "--momentum", "M", "What is kept of the last step.", m => m is >= 0 and < 1, "a number from 0 to below 1");
        var decay = Options.Number<float>(
            "--weight-decay", "D", "What of each weight is added to its gradient.", d => d >= 0 && float.IsFinite(d), "a number of at least 0");
        var schedule = Options.OneOf("--schedule", "How the rate goes over the run.", TrainingSettings.Constant, TrainingSettings.Cosine);
        var seed = Options.Seed();
        var threads = Options.Threads();
        var json = Options.Json();
        var tuning = new FineTuningChoice();
        var command = new DocumentedCommand(
            "train",
            "Trains a network.",
            "cnn train --model lenet5 --data mnist --epochs 10 --seed 1 --out runs/first",
            """
            What is not said follows from the model. The run's folder gets model.onnx (with the normalisation of images and the names of
            classes as metadata), log.jsonl and report.json. Ctrl-C ends the run after the step under way, saves, and exits with 130.
            """)
        { model, outFolder, epochs, batch, optimizer, rate, momentum, decay, schedule, seed, threads, json };
        var data = new DataChoice().AddTo(command);
        tuning.AddTo(command);
        command.SetAction(parsed =>
        {
            string name = parsed.GetValue(model)!;
            var defaults = TrainingSettings.DefaultsOf(name);
            var settings = new TrainingSettings
            {
                Epochs = parsed.GetValue(epochs) ?? defaults.Epochs,
                Batch = parsed.GetValue(batch) ?? defaults.Batch,
                Rate = parsed.GetValue(rate) ?? defaults.Rate,
                Momentum = parsed.GetValue(momentum) ?? defaults.Momentum,
                WeightDecay = parsed.GetValue(decay) ?? defaults.WeightDecay,
                Schedule = parsed.GetValue(schedule) ?? defaults.Schedule,
                Seed = parsed.GetValue(seed) ?? defaults.Seed,
                Threads = parsed.GetValue(threads) ?? defaults.Threads,
            };
            var output = new JsonOutput(parsed.GetValue(json));
            return Run(
                name,
                data.Name(parsed),
                split => data.Open(parsed, split, output.Terminal),
                parsed.GetValue(outFolder),
                settings,
                (m, classes) => tuning.Apply(parsed, m, classes, settings.Seed),
                output);
        });
        return command;
    }

    private static int Run(
        string modelName,
        string dataName,
        Func<DataSplit, IDataset> open,
        string? outFolder,
        TrainingSettings settings,
        Func<ModelSource, int, ModelSource> adapt,
        JsonOutput json)
    {
        var terminal = json.Terminal;
        OutputPath.CheckFolder(outFolder, "--out");
        var train = open(DataSplit.Train);
        var test = open(DataSplit.Test);
        var model = adapt(ModelSource.Open(modelName, settings.Seed, train), train.ClassNames.Count);
        model.CheckFits(train);
        model.CheckFits(test);
        var (normalization, by) = model.Normalization(train, () => train);

        using var trainer = new Trainer(model.Graph, settings.ToOptions(normalization));
        using var run = RunFolder.Create(outFolder, model.Stem, dataName);
        terminal.Line($"{model.Stem} on {train.Count} images of {dataName}, {test.Count} to test; normalised as {by}; run {run.Path}");

        using var interruption = new Interruption();
        var epochs = terminal.Training((onStep, onEpoch) => trainer.Fit(
            train,
            test,
            onStep,
            epoch =>
            {
                run.Log(Figures(epoch));
                onEpoch(epoch);
            },
            interruption.Token));
        run.Save(ModelNotes.Write(model.Finished(trainer.Network), normalization, train.ClassNames));

        var figures = new TrainFigures
        {
            Epochs = [.. epochs.Select(Figures)],
            TestAccuracy = epochs.Count > 0 ? epochs[^1].TestAccuracy : null,
            Seconds = epochs.Sum(e => e.Seconds),
            Run = Path.GetFullPath(run.Path),
            Model = modelName,
            Data = dataName,
            Interrupted = interruption.Happened,
            Settings = settings.ToFigures(),
        };
        run.Save(figures);
        json.Write(figures, FiguresJson.Default.TrainFigures);
        terminal.Line(interruption.Happened
            ? $"Ended early as asked; the network as it is now was saved: {run.ModelPath}"
            : $"Saved {run.ModelPath}");
        return interruption.Happened ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static EpochFigures Figures(EpochResult epoch) =>
        new(epoch.Epoch, epoch.Loss, epoch.TrainAccuracy, epoch.TestAccuracy, epoch.Seconds, epoch.ImagesPerSecond);
}
