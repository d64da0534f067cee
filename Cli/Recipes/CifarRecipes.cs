using Framework.Data;
using Framework.Data.Transforms;
using Framework.Models;
using Framework.Modules;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Recipes;

/// <summary>What the recipes for CIFAR-10 share: the set is the user's to point to, and the augmentation of Lee et al. 2015: four pixels of padding, a crop, a flip.</summary>
internal abstract class CifarRecipe(string name, string description) : NetworkRecipe(name, description, null)
{
    protected static TrainerOptions Augmented(ChannelStatistics normalization, int side = 32) => new()
    {
        BatchSize = 128,
        TrainTransforms = [new RandomCrop(32, 32, padding: 4), new RandomFlip(), .. Resized(side), new Normalize(normalization)],
        TestTransforms = [.. Resized(side), new Normalize(normalization)],
    };

    private static ITransform[] Resized(int side) => side == 32 ? [] : [new Resize(side, side)];
}

/// <summary>He et al. 2015, section 4.2: residual or plain networks of so many layers, the rate divided by ten at a half and at three quarters.</summary>
internal sealed class CifarResidual(int depth, bool shortcuts) : CifarRecipe(
    $"{(shortcuts ? "resnet" : "plain")}{depth}", $"{(shortcuts ? "a residual" : "a plain")} network of {depth} layers on CIFAR-10")
{
    public override Module Network(IDataset data) => new CifarResNet(depth, data.ClassNames.Count, shortcuts);

    public override TrainerOptions Options(ChannelStatistics normalization) => Augmented(normalization) with
    {
        Epochs = 40,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 1e-4f),
        Schedule = Schedule.MultiStep(0.1f, [20, 30]),
    };
}

/// <summary>Pairs of 3x3 convolutions, after Simonyan and Zisserman 2014, with batch normalisation.</summary>
internal sealed class CifarVgg() : CifarRecipe("vgg-cifar", "a small VGG with batch normalisation on CIFAR-10")
{
    public override Module Network(IDataset data) => new PixelNetwork(data.SampleShape, data.ClassNames.Count, widths: [32, 64, 128]);

    public override TrainerOptions Options(ChannelStatistics normalization) => Augmented(normalization) with
    {
        Epochs = 30,
        BatchSize = 64,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f) { Nesterov = true, SparesVectors = true },
        Schedule = Schedule.OneCycle(0.1f),
    };
}

/// <summary>GoogLeNet (Szegedy et al. 2014) at a quarter of its width, on pictures of twice their size, with its two auxiliary heads in the loss.</summary>
internal sealed class CifarGoogLeNet() : CifarRecipe("googlenet-cifar", "GoogLeNet with auxiliary heads at a quarter of its width on CIFAR-10")
{
    private const int Side = 64;

    public override Shape Image => [3, Side, Side];

    public override Module Network(IDataset data) => new GoogLeNet(data.ClassNames.Count, torchvision: true, width: 0.25);

    public override TrainerOptions Options(ChannelStatistics normalization) => Augmented(normalization, Side) with
    {
        Epochs = 30,
        BatchSize = 64,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 2e-4f),
        Schedule = Schedule.Cosine(0.05f).WarmedUp(epochs: 1),
    };
}
