using Cli.Runs;
using Framework.Data;
using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using Framework.Training;

namespace Cli.Recipes;

/// <summary>A network, a data set, and how the one learns the other; what it reaches is in <c>docs/RECIPES.md</c>.</summary>
/// <param name="name">Its name.</param>
/// <param name="description">What it shows, in a line.</param>
/// <param name="data">The data set that it is made for; null where the user is to name one.</param>
internal abstract class Recipe(string name, string description, string? data)
{
    public string Name => name;

    public string Description => description;

    public string? Data => data;

    /// <summary>The network with its first weights, and what goes with it.</summary>
    /// <param name="data">What it is to learn.</param>
    /// <param name="model">The network that the user named, or null.</param>
    /// <param name="seed">Seeds new weights.</param>
    /// <exception cref="FrameworkException">The network that the user named does not fit, or is missing or one too many.</exception>
    public abstract RecipeNetwork Begin(IDataset data, string? model, long seed);

    /// <summary>How it is trained; epochs, batch, seed and threads can be chosen otherwise by the user.</summary>
    /// <param name="normalization">What images are to be normalised by.</param>
    public abstract TrainerOptions Options(ChannelStatistics normalization);

    /// <summary>The images to learn from and those to be judged on.</summary>
    /// <param name="open">Opens a part of the data set.</param>
    public virtual (IDataset Train, IDataset Test) Parts(Func<DataSplit, IDataset> open) => (open(DataSplit.Train), open(DataSplit.Test));
}

/// <summary>What a recipe trains.</summary>
/// <param name="Graph">The network with its first weights.</param>
/// <param name="Normalization">How images are normalised.</param>
/// <param name="NormalizedBy">Who says so.</param>
/// <param name="Finish">What is kept of the network once it is trained.</param>
internal sealed record RecipeNetwork(Graph Graph, ChannelStatistics Normalization, string NormalizedBy, Func<Graph, Graph> Finish);

/// <summary>A recipe with a network of its own, which begins with random weights.</summary>
/// <inheritdoc cref="Recipe"/>
internal abstract class NetworkRecipe(string name, string description, string? data) : Recipe(name, description, data)
{
    /// <summary>The extents of an image once it is transformed; null for those that the network is made for.</summary>
    public virtual Shape? Image => null;

    /// <summary>The network, without weights yet.</summary>
    /// <param name="data">What it is to learn.</param>
    public abstract Module Network(IDataset data);

    public override RecipeNetwork Begin(IDataset data, string? model, long seed)
    {
        if (model is not null)
            throw new UsageException("--model", $"is for a network without a recipe; {Name} decides this itself.", "Leave it out, or copy the recipe.");
        var network = Network(data).Initialize(seed).TraceAll(Image is { } image ? ["N", .. (SymbolicShape)image] : null, Name);

        // Auxiliary heads are for training only.
        return new RecipeNetwork(network, data.Statistics ?? ChannelStatistics.Of(data), "the data set says", trained => trained.WithOutputs(trained.Outputs[0]));
    }
}

/// <summary>A recipe for a network that somebody trained before on something else, read from an ONNX file.</summary>
/// <inheritdoc cref="Recipe"/>
internal abstract class FineTuningRecipe(string name, string description, string? data) : Recipe(name, description, data)
{
    /// <summary>What is changed of the network.</summary>
    protected abstract FineTuningPlan Tuning { get; }

    public override RecipeNetwork Begin(IDataset data, string? model, long seed)
    {
        if (model is null) throw new UsageException($"recipe {Name}", "needs a network to begin with.", "Add --model FILE.onnx, such as another run's model.onnx.");
        var source = FineTuningPlan.Apply(Tuning, ModelSource.Open(model, seed, data), data.ClassNames.Count, seed);
        source.CheckFits(data);
        var (normalization, by) = source.Normalization(data, () => data);
        return new RecipeNetwork(source.Graph, normalization, by, source.Finished);
    }
}
