using System.CommandLine;
using Cli.Plumbing;
using Cli.Recipes;
using Cli.Reports;
using Cli.Runs;
using Cli.TensorBoard;
using Cli.Terminals;
using Framework.Errors;
using Framework.Models;
using Framework.Training;
using Framework.Training.Checkpoints;

namespace Cli.Commands;

/// <summary><c>cnn train</c>: trains a network of the catalogue or by a recipe, goes on with one from a file, or with a run that was ended early.</summary>
internal static class TrainCommand
{
    private static readonly TimeSpan s_betweenCheckpoints = TimeSpan.FromMinutes(1);

    public static Command Create()
    {
        var model = new Option<string?>("--model")
        {
            HelpName = "NAME|FILE.onnx|RUN",
            Description = "A known network, such as lenet5 (a name that is unknown lists them), or one to train further.",
        };
        var recipe = Options.OneOf("--recipe", "A network, its data and how it is trained, all in one.", [.. RecipeList.All.Select(r => r.Name)]);
        var resume = new Option<string?>("--resume") { HelpName = "RUN", Description = "Goes on with a run that was ended early, or killed." };
        var outFolder = new Option<string?>("--out")
        {
            HelpName = "RUN",
            Description = "The run's folder; the next free one below runs/ by default.",
        };
        var epochs = Options.AtLeast("--epochs", 1, "N", "Passes over the training images.");
        var batch = Options.AtLeast("--batch", 1, "N", "Images in a batch.");
        var optimizer = Options.OneOf("--optimizer", "How gradients become steps; sgd by default.", [.. TrainingSettings.Optimizers.Keys]);
        var rate = Options.Number<float>("--lr", "RATE", "The learning rate, at its highest.", r => r > 0 && float.IsFinite(r), "a number above 0");
        var momentum = Options.Number<float>(
            "--momentum", "M", "What is kept of the last step.", m => m is >= 0 and < 1, "a number from 0 to below 1");
        var decay = Options.Number<float>(
            "--weight-decay", "D", "What of each weight is added to its gradient.", d => d >= 0 && float.IsFinite(d), "a number of at least 0");
        var schedule = Options.OneOf("--schedule", "How the rate goes over the run; cosine by default.", [.. TrainingSettings.Schedules.Keys]);
        var smoothing = Options.Number<float>(
            "--label-smoothing", "S", "What of a label is spread over all classes.", s => s is >= 0 and < 1, "a number from 0 to below 1");
        var clip = Options.Number<float>("--clip-norm", "N", "The largest norm of all gradients together.", n => n > 0, "a number above 0");
        var average = Options.Number<float>(
            "--average", "KEPT", "Keeps a running mean of the weights, such as 0.999, which is what is saved.", k => k is > 0 and < 1, "a number between 0 and 1");
        var accumulate = Options.AtLeast("--accumulate", 1, "N", "Batches whose gradients make one step.");
        var patience = Options.AtLeast("--patience", 0, "N", "Ends the run after more epochs than these without a lower test loss.");
        var every = Options.AtLeast("--checkpoint-every", 1, "STEPS", "Saves a checkpoint so often too, beside one a minute and one an epoch.");
        var seed = Options.Seed();
        var threads = Options.Threads();
        var json = Options.Json();
        var tuning = new FineTuningChoice();
        var command = new DocumentedCommand(
            "train",
            "Trains a network.",
            "cnn train --model lenet5 --data mnist --epochs 10 --seed 1 --out runs/first",
            """
            What is not said follows from the model, or from the recipe. The run's folder gets model.onnx (with the normalisation of images and
            the names of classes as metadata), log.jsonl, log.csv, report.json, report.html, TensorBoard events and checkpoints. Ctrl-C ends the run after the step under way, saves,
            and exits with 130; `cnn train --resume RUN` goes on from there, also after a crash, and ends with the same weights, bit for bit.
            """)
        {
            model, recipe, resume, outFolder, epochs, batch, optimizer, rate, momentum, decay, schedule, smoothing, clip, average, accumulate,
            patience, every, seed, threads, json,
        };
        var data = new DataChoice(required: false).AddTo(command);
        tuning.AddTo(command);
        command.SetAction(parsed =>
        {
            var plan = new RunPlan
            {
                Recipe = parsed.GetValue(recipe),
                Model = FullIfPath(parsed.GetValue(model)),
                Data = data.Read(parsed),
                Epochs = parsed.GetValue(epochs),
                Batch = parsed.GetValue(batch),
                Optimizer = parsed.GetValue(optimizer),
                Lr = parsed.GetValue(rate),
                Momentum = parsed.GetValue(momentum),
                WeightDecay = parsed.GetValue(decay),
                Schedule = parsed.GetValue(schedule),
                LabelSmoothing = parsed.GetValue(smoothing),
                ClipNorm = parsed.GetValue(clip),
                Average = parsed.GetValue(average),
                Accumulate = parsed.GetValue(accumulate),
                Patience = parsed.GetValue(patience),
                Tuning = tuning.Read(parsed),
                Seed = parsed.GetValue(seed) ?? 1,
            };
            var target = new Target(parsed.GetValue(outFolder), parsed.GetValue(resume), parsed.GetValue(every) ?? 0);
            return Run(plan, target, parsed.GetValue(threads) ?? 0, new JsonOutput(parsed.GetValue(json)));
        });
        return command;
    }

    private static int Run(RunPlan plan, Target target, int threads, JsonOutput json)
    {
        var terminal = json.Terminal;
        OutputPath.CheckFolder(target.Out, "--out");
        if (target.Resume is { } earlier) plan = GoneOnWith(earlier, plan, target);
        var prepared = PreparedRun.Of(plan, threads, terminal);
        using var run = target.Resume is null ? RunFolder.Create(target.Out, prepared.Title, prepared.Data, plan) : RunFolder.Open(target.Resume);
        using var events = new WriteEvents(run.In("tensorboard"));
        using var trainer = new Trainer(prepared.Network, prepared.Options with
        {
            Callbacks = [new Logging(run), events, new SaveCheckpoints(run.Checkpoints, target.CheckpointEvery, s_betweenCheckpoints)],
        });
        terminal.Line(
            $"{prepared.Title} on {prepared.Train.Count} images of {prepared.Data}, {prepared.Test.Count} to test; "
            + $"normalised as {prepared.NormalizedBy}; run {run.Path}");
        if (target.Resume is not null) Restore(trainer, run, terminal);

        using var interruption = new Interruption();
        var epochs = terminal.Training((onStep, onEpoch) => trainer.Fit(prepared.Train, prepared.Test, onStep, onEpoch, interruption.Token));
        string? unverified = run.Save(prepared.Finished(trainer.Network));

        var figures = new TrainFigures
        {
            Epochs = [.. epochs.Select(EpochFigures.Of)],
            TestAccuracy = epochs.Count > 0 ? epochs[^1].TestAccuracy : null,
            Seconds = epochs.Sum(e => e.Seconds),
            Run = Path.GetFullPath(run.Path),
            Model = plan.Model ?? plan.Recipe!,
            Data = prepared.Data,
            Interrupted = interruption.Happened,
            Settings = prepared.Settings,
        };
        run.Save(figures);
        RunPage.Write(run.PagePath, prepared, figures, trainer);
        json.Write(figures, FiguresJson.Default.TrainFigures);
        if (unverified is not null)
        {
            terminal.Line($"{run.ModelPath} was not written: {unverified} The weights are in {run.Checkpoints.Path}.");
            return ExitCode.CheckFailed;
        }

        terminal.Line(interruption.Happened
            ? $"Ended early as asked; the network as it is now was saved: {run.ModelPath}; to go on: cnn train --resume {run.Path}"
            : $"Saved {run.ModelPath}; its report: {run.PagePath}");
        return interruption.Happened ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>What was asked of a run at first; only how long it goes may be chosen anew.</summary>
    private static RunPlan GoneOnWith(string folder, RunPlan asked, Target target)
    {
        string? odd = asked.Details
            .Concat(asked.Recipe is null ? [] : ["--recipe"])
            .Concat(asked.Data is null ? [] : ["--data"])
            .Concat(asked.Batch is null ? [] : ["--batch"])
            .Concat(target.Out is null ? [] : ["--out"])
            .FirstOrDefault();
        if (odd is not null) throw new UsageException(odd, "cannot be chosen for a run that is gone on with.", "Leave it out.");
        var plan = RunFolder.PlanIn(folder);
        return plan with { Epochs = asked.Epochs ?? plan.Epochs };
    }

    private static void Restore(Trainer trainer, RunFolder run, Terminal terminal)
    {
        var checkpoint = run.Checkpoints.LoadNewest(broken => terminal.Line($"{broken.Message} The one before it is used."));
        if (checkpoint is null)
        {
            terminal.Line("There is no checkpoint yet: the run begins anew.");
            return;
        }

        trainer.Restore(checkpoint);
        terminal.Line($"Going on after step {checkpoint.Progress.Step}, in epoch {checkpoint.Progress.Epoch + 1}.");
    }

    // A run may be gone on with from another folder.
    private static string? FullIfPath(string? nameOrPath) =>
        nameOrPath is not null && Path.Exists(nameOrPath) && !ModelCatalog.Names.Contains(nameOrPath) ? Path.GetFullPath(nameOrPath) : nameOrPath;

    /// <summary>Where a run's files go.</summary>
    private sealed record Target(string? Out, string? Resume, int CheckpointEvery);

    /// <summary>Keeps the run's log.</summary>
    private sealed class Logging(RunFolder run) : ITrainingCallback
    {
        public void EpochDone(Trainer trainer, EpochResult epoch) => run.Log(trainer.Progress.History);
    }
}
