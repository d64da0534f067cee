using Framework.Data;
using Framework.Data.Transforms;
using Framework.Graphs;
using Framework.Modules;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;
using static Framework.Operators.ValueOperators;

namespace Cli.Recipes;

/// <summary>
/// The recipe of Krizhevsky, Sutskever and Hinton 2012 at the size of Fashion-MNIST: normalisation across channels, overlapping pools, dropout of a half
/// before each large layer, descent with momentum, a rate that falls by ten when the loss stays. Seven of them, by seven seeds, vote.
/// </summary>
internal sealed class AlexNetOnFashion() : NetworkRecipe("alexnet-fashion", "AlexNet's recipe at the size of Fashion-MNIST", "fashion-mnist")
{
    public override Module Network(IDataset data) => new SmallAlexNet(data.SampleShape[0], data.ClassNames.Count);

    public override TrainerOptions Options(ChannelStatistics normalization) => new()
    {
        Epochs = 30,
        BatchSize = 128,
        Optimizer = new Sgd(momentum: 0.9f, weightDecay: 5e-4f),
        Schedule = Schedule.OnPlateau(0.01f, factor: 0.1f, patience: 2, least: 1e-5f),
        TrainTransforms = [new RandomCrop(28, 28, padding: 2), new RandomFlip(), new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };

    private sealed class SmallAlexNet : Module
    {
        private readonly int _channels;
        private readonly Conv2d[] _convolutions;
        private readonly LocalResponseNorm _normalize;
        private readonly MaxPool2d _pool;
        private readonly Dropout _dropout;
        private readonly Linear _fc6;
        private readonly Linear _fc7;
        private readonly Linear _fc8;

        public SmallAlexNet(int channels, int classes)
        {
            _channels = channels;
            _convolutions =
            [
                Add("conv1", new Conv2d(channels, 32, kernel: 5, padding: 2)),
                Add("conv2", new Conv2d(32, 64, kernel: 5, padding: 2)),
                Add("conv3", new Conv2d(64, 96, kernel: 3, padding: 1)),
                Add("conv4", new Conv2d(96, 96, kernel: 3, padding: 1)),
                Add("conv5", new Conv2d(96, 64, kernel: 3, padding: 1)),
            ];
            _normalize = Add("norm", new LocalResponseNorm(5));
            _pool = Add("pool", new MaxPool2d(3, stride: 2));
            _dropout = Add("dropout", new Dropout(0.5f));
            _fc6 = Add("fc6", new Linear(64 * 2 * 2, 512));
            _fc7 = Add("fc7", new Linear(512, 512));
            _fc8 = Add("fc8", new Linear(512, classes));
        }

        public override SymbolicShape InputShape => ["N", _channels, 28, 28];

        public override Value Forward(Value x)
        {
            x = _pool.Forward(_normalize.Forward(_convolutions[0].Forward(x).Relu()));
            x = _pool.Forward(_normalize.Forward(_convolutions[1].Forward(x).Relu()));
            foreach (var convolution in _convolutions[2..]) x = convolution.Forward(x).Relu();
            x = _pool.Forward(x).Flatten();
            x = _fc6.Forward(_dropout.Forward(x)).Relu();
            x = _fc7.Forward(_dropout.Forward(x)).Relu();
            return _fc8.Forward(x);
        }
    }
}
