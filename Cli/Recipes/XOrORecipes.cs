using Framework.Data;
using Framework.Data.Transforms;
using Framework.Models;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>X or O, shifted, scaled and turned: features that are looked for everywhere.</summary>
internal sealed class XOrOByFeatures() : NetworkRecipe("xo", "X or O by a small convolutional network", "xo")
{
    public override Module Network(IDataset data) => new XOrO(data.ClassNames.Count);

    public override TrainerOptions Options(ChannelStatistics normalization) => Usual(normalization);

    /// <summary>How both ways to tell them apart are trained.</summary>
    public static TrainerOptions Usual(ChannelStatistics normalization) => new()
    {
        Epochs = 20,
        BatchSize = 32,
        Optimizer = new Adam(),
        Schedule = Schedule.OneCycle(0.02f),
        TrainTransforms = [new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}

/// <summary>The same by pixels: softmax regression, which has no answer to a shape that moves.</summary>
internal sealed class XOrOByPixels() : NetworkRecipe("xo-softmax", "X or O by softmax regression, to compare with xo", "xo")
{
    public override Module Network(IDataset data) => new SoftmaxRegression(data.SampleShape, data.ClassNames.Count);

    public override TrainerOptions Options(ChannelStatistics normalization) => XOrOByFeatures.Usual(normalization);
}
