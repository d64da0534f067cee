using Framework.Data;
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

    /// <summary>The extents of an image once it is transformed; null for those that the network is made for.</summary>
    public virtual Shape? Image => null;

    /// <summary>The network, without weights yet.</summary>
    /// <param name="data">What it is to learn.</param>
    public abstract Module Network(IDataset data);

    /// <summary>How it is trained; epochs, batch, seed and threads can be chosen otherwise by the user.</summary>
    /// <param name="normalization">What images are to be normalised by.</param>
    public abstract TrainerOptions Options(ChannelStatistics normalization);

    /// <summary>The images to learn from and those to be judged on.</summary>
    /// <param name="open">Opens a part of the data set.</param>
    public virtual (IDataset Train, IDataset Test) Parts(Func<DataSplit, IDataset> open) => (open(DataSplit.Train), open(DataSplit.Test));
}
