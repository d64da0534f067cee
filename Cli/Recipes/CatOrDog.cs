using Cli.Runs;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>
/// Cats and dogs of CIFAR-10 told apart by a network that has learned something else before: its last layer is a new one of two classes, and all of it goes on
/// learning, slowly.
/// </summary>
internal sealed class CatOrDog() : FineTuningRecipe("cat-or-dog", "cats and dogs of CIFAR-10, by fine-tuning an imported network", null)
{
    private static readonly string[] s_classes = ["cat", "dog"];

    protected override FineTuningPlan Tuning { get; } = new(Classes: 2, Head: null, Freeze: [], Thaw: [], Weights: null);

    public override (IDataset Train, IDataset Test) Parts(Func<DataSplit, IDataset> open) =>
        (new ClassSubset(open(DataSplit.Train), s_classes), new ClassSubset(open(DataSplit.Test), s_classes));

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 12,
        BatchSize = 32,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f) { SparesVectors = true },
        Schedule = Schedule.Cosine(0.01f),
        TrainTransforms = [new RandomCrop(32, 32, padding: 4), new RandomFlip(), new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}
