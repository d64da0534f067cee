using Framework.Data;
using Framework.Data.Transforms;
using Framework.Models;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>LeNet-5 as of 1998, with the rate of today.</summary>
internal sealed class LeNet5OnMnist() : NetworkRecipe("lenet5", "LeNet-5 on MNIST", "mnist")
{
    public override Module Network(IDataset data) => new LeNet5(data.ClassNames.Count);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 12,
        BatchSize = 32,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 1e-3f),
        Schedule = Schedule.Cosine(0.01f),
        TrainTransforms = [new RandomShift(2), new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}
