using Cli.Plumbing;
using Cli.Recipes;
using Cli.Terminals;
using Framework.Data;
using Framework.Errors;
using Framework.Graphs;
using Framework.Training;

namespace Cli.Runs;

/// <summary>Everything that a run needs, before it begins.</summary>
/// <param name="Title">What is trained, in short.</param>
/// <param name="Network">The network with its first weights.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="Train">What it learns from.</param>
/// <param name="Test">What it is judged on.</param>
/// <param name="Data">The data set's name.</param>
/// <param name="Normalization">How images are normalised.</param>
/// <param name="NormalizedBy">Who says so.</param>
/// <param name="Settings">What the report says of the options.</param>
/// <param name="Finish">What is kept of the network once it is trained.</param>
internal sealed record PreparedRun(
    string Title,
    Graph Network,
    TrainerOptions Options,
    IDataset Train,
    IDataset Test,
    string Data,
    ChannelStatistics Normalization,
    string NormalizedBy,
    SettingsFigures Settings,
    Func<Graph, Graph> Finish)
{
    /// <summary>Opens data and network as a plan says.</summary>
    /// <exception cref="FrameworkException">Something is not there, or does not fit.</exception>
    public static PreparedRun Of(RunPlan plan, int threads, Terminal terminal) =>
        plan.Recipe is null ? OfModel(plan, threads, terminal) : OfRecipe(plan, threads, terminal);

    /// <summary>What is kept of the network once it is trained, with what its file says of images and classes.</summary>
    public Graph Finished(Graph trained) => ModelNotes.Write(Finish(trained), Normalization, Train.ClassNames);

    private static PreparedRun OfModel(RunPlan plan, int threads, Terminal terminal)
    {
        if (plan.Model is null || plan.Data is null) throw new UsageException("train", "needs --model and --data, or --recipe, or --resume.", "See `cnn train --help`.");
        var settings = TrainingSettings.Of(plan, threads);
        var (train, test) = (plan.Data.Open(DataSplit.Train, terminal), plan.Data.Open(DataSplit.Test, terminal));
        var model = FineTuningPlan.Apply(plan.Tuning, ModelSource.Open(plan.Model, plan.Seed, train), train.ClassNames.Count, plan.Seed);
        model.CheckFits(train);
        model.CheckFits(test);
        var (normalization, by) = model.Normalization(train, () => train);
        var options = settings.ToOptions(normalization) with
        {
            Loss = plan.LabelSmoothing is { } smoothing ? Loss.CrossEntropyWith(smoothing) : Loss.CrossEntropy,
            Clipping = plan.ClipNorm is { } most ? GradientClipping.ByNorm(most) : null,
            Average = plan.Average is { } kept ? WeightAverage.Exponential(kept) : null,
            Accumulation = plan.Accumulate ?? 1,
            EarlyStopping = plan.Patience is { } patience ? new EarlyStopping(patience) : null,
        };
        var figures = new SettingsFigures(
            settings.Epochs, settings.Batch, settings.Optimizer, settings.Rate, settings.Momentum, settings.WeightDecay, settings.Schedule, plan.Seed);
        return new PreparedRun(model.Stem, model.Graph, options, train, test, plan.Data.Name, normalization, by, figures, model.Finished);
    }

    private static PreparedRun OfRecipe(RunPlan plan, int threads, Terminal terminal)
    {
        if (plan.Details.FirstOrDefault(d => d != "--model") is { } odd)
            throw new UsageException($"{odd}", $"is for a network without a recipe; {plan.Recipe} decides this itself.", "Leave it out, or copy the recipe.");
        var recipe = RecipeList.Find(plan.Recipe!);
        var data = plan.Data ?? new DataPlan(recipe.Data
            ?? throw new UsageException($"recipe {recipe.Name}", "needs data that does not come by itself.", "Add --data FOLDER with CIFAR-10's binary files."));
        var (train, test) = recipe.Parts(split => data.Open(split, terminal));
        var network = recipe.Begin(train, plan.Model, plan.Seed);
        var options = recipe.Options(network.Normalization);
        options = options with { Epochs = plan.Epochs ?? options.Epochs, BatchSize = plan.Batch ?? options.BatchSize, Seed = plan.Seed, Threads = threads };
        var figures = new SettingsFigures(options.Epochs, options.BatchSize, options.Optimizer.GetType().Name.ToLowerInvariant(), null, null, null, null, plan.Seed);
        return new PreparedRun(
            recipe.Name, network.Graph, options, train, test, data.Name, network.Normalization, network.NormalizedBy, figures, network.Finish);
    }
}
