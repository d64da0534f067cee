using Framework.Data;
using Framework.Data.Transforms;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;
using static Framework.Operators.ValueOperators;

namespace Cli.Recipes;

/// <summary>Nearly all of MNIST: a small network of 3x3 convolutions with batch normalisation, digits that are moved about, and one cycle of the rate.</summary>
internal sealed class MnistCnn() : NetworkRecipe("mnist-cnn", "a small convolutional network on MNIST, at least 99.4% of the test digits", "mnist")
{
    public override Module Network(IDataset data) => new PixelNetwork(data.SampleShape, data.ClassNames.Count, widths: [16, 32, 64]);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 8,
        BatchSize = 64,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f) { Nesterov = true, SparesVectors = true },
        Schedule = Schedule.OneCycle(0.1f, rise: 0.2),
        Loss = Loss.CrossEntropyWith(labelSmoothing: 0.05f),
        Average = WeightAverage.Exponential(0.998f),
        TrainTransforms = [new RandomShift(2), new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}

/// <summary>Pairs of 3x3 convolutions with batch normalisation and ReLU, each pair at half the size of the one before; then dropout and one layer.</summary>
internal sealed class PixelNetwork : Module
{
    private readonly Shape _image;
    private readonly (Conv2d Conv, BatchNorm2d Norm)[] _layers;
    private readonly MaxPool2d _pool;
    private readonly Dropout _dropout;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="image">Channels, rows and columns of an image.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="widths">Channels of each pair.</param>
    public PixelNetwork(Shape image, int classes, int[] widths)
    {
        _image = image;
        int halvings = widths.Length - 1;
        int[] outputs = [.. widths.SelectMany(w => new[] { w, w })];
        _layers =
        [
            .. outputs.Select((width, i) => (
                Add($"conv{i + 1}", new Conv2d(i == 0 ? image[0] : outputs[i - 1], width, kernel: 3, padding: 1, bias: false)),
                Add($"bn{i + 1}", new BatchNorm2d(width)))),
        ];
        _pool = Add("pool", new MaxPool2d(2));
        _dropout = Add("dropout", new Dropout(0.2f));
        _fc = Add("fc", new Linear(widths[^1] * (image[1] >> halvings) * (image[2] >> halvings), classes));
    }

    public override SymbolicShape InputShape => ["N", .. (SymbolicShape)_image];

    public override Value Forward(Value x)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            if (i > 0 && i % 2 == 0) x = _pool.Forward(x);
            x = _layers[i].Norm.Forward(_layers[i].Conv.Forward(x)).Relu();
        }

        return _fc.Forward(_dropout.Forward(x.Flatten()));
    }
}
