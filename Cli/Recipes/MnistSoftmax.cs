using Framework.Data;
using Framework.Data.Transforms;
using Framework.Models;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>How far one layer gets: softmax regression on pixels.</summary>
internal sealed class MnistSoftmax() : NetworkRecipe("mnist-softmax", "softmax regression on the pixels of MNIST", "mnist")
{
    public override Module Network(IDataset data) => new SoftmaxRegression(data.SampleShape, data.ClassNames.Count);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 12,
        BatchSize = 64,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 1e-4f),
        Schedule = Schedule.Cosine(0.01f),
        TrainTransforms = [new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}
