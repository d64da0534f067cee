using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// A compact ResNet for a few classes such as cat and dog, 224 x 224: 3, 4, 6 and 3 bottlenecks without batch normalisation. The last block of each
/// of the first three groups is strided.
/// </summary>
public sealed class CourseResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly MaxPool2d _pool1;
    private readonly Sequential _blocks;
    private readonly AdaptiveAvgPool2d _pool2;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="baseDim">Channels of the first convolution and of the first group's narrow layers.</param>
    /// <param name="classes">The number of classes.</param>
    public CourseResNet(int baseDim = 64, int classes = 2)
    {
        _conv1 = Add("conv1", new Conv2d(3, baseDim, kernel: 7, stride: 2, padding: 3));
        _pool1 = Add("pool1", new MaxPool2d(3, stride: 2, padding: 1));
        _blocks = Add("blocks", new Sequential());
        int[] counts = [3, 4, 6, 3];
        int total = counts.Sum(), channels = baseDim;
        for (int group = 0; group < counts.Length; group++)
        {
            int narrow = baseDim << group, wide = 4 * narrow;
            for (int i = 0; i < counts[group]; i++)
            {
                bool strided = group < counts.Length - 1 && i == counts[group] - 1;
                _blocks.Add(new CourseBottleneck(channels, narrow, wide, strided ? 2 : 1, total));
                channels = wide;
            }
        }

        _pool2 = Add("pool2", new AdaptiveAvgPool2d(1));
        _fc = Add("fc", new Linear(channels, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _pool1.Forward(_conv1.Forward(x).Relu());
        x = _blocks.Forward(x);
        return _fc.Forward(_pool2.Forward(x).Flatten());
    }
}

/// <summary>
/// A bottleneck in which every convolution, the last included, is followed by ReLU and the sum by none, and whose input always goes through a 1x1
/// convolution, strided or not, on its way to the sum.
/// </summary>
public sealed class CourseBottleneck : Module
{
    private readonly Conv2d _conv1;
    private readonly Conv2d _conv2;
    private readonly Conv2d _conv3;
    private readonly Conv2d _shortcut;

    /// <summary>Makes the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="narrow">Channels inside.</param>
    /// <param name="wide">Channels of the output.</param>
    /// <param name="stride">Step of the first convolution and of the shortcut.</param>
    /// <param name="blocks">
    /// How many such blocks follow each other; what each adds starts smaller by the root of it, so that their sum stays in bounds.
    /// </param>
    public CourseBottleneck(int inChannels, int narrow, int wide, int stride, int blocks = 1)
    {
        _conv1 = Add("conv1", new Conv2d(inChannels, narrow, kernel: 1, stride: stride));
        _conv2 = Add("conv2", new Conv2d(narrow, narrow, kernel: 3, padding: 1));
        _conv3 = Add("conv3", new Conv2d(narrow, wide, kernel: 1, initialization: Initialization.He.Times(1 / Math.Sqrt(blocks))));
        _shortcut = Add("shortcut", new Conv2d(inChannels, wide, kernel: 1, stride: stride, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var y = _conv1.Forward(x).Relu();
        y = _conv2.Forward(y).Relu();
        y = _conv3.Forward(y).Relu();
        return y + _shortcut.Forward(x);
    }
}
