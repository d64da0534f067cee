using Framework.Data;
using Framework.Data.Transforms;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>Clothes by the same network as digits, a little wider; they may be mirrored, and hardly moved.</summary>
internal sealed class FashionCnn() : NetworkRecipe("fashion-cnn", "a small convolutional network on Fashion-MNIST, at least 92.5%", "fashion-mnist")
{
    public override Module Network(IDataset data) => new PixelNetwork(data.SampleShape, data.ClassNames.Count, widths: [20, 40, 80]);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 12,
        BatchSize = 64,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f) { Nesterov = true, SparesVectors = true },
        Schedule = Schedule.OneCycle(0.1f, rise: 0.2),
        Loss = Loss.CrossEntropyWith(labelSmoothing: 0.05f),
        Average = WeightAverage.Exponential(0.998f),
        TrainTransforms = [new RandomFlip(), new RandomShift(1), new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}
