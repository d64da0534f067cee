using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// DenseNet-BC (Huang, Liu, van der Maaten and Weinberger 2016, table 1) for 224 x 224 colour images, with torchvision's parameter names: in a dense
/// block every layer sees all before it.
/// </summary>
public sealed class DenseNet : Module
{
    private readonly Sequential _features;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Linear _classifier;

    /// <summary>Makes the network.</summary>
    /// <param name="depth">The number of layers with weights: 121, 161, 169 or 201.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="width">A factor for the number of channels.</param>
    /// <exception cref="UsageException">There is no such network.</exception>
    public DenseNet(int depth, int classes = 1000, double width = 1)
    {
        int growth = Channels.Scaled(depth == 161 ? 48 : 32, width), channels = 2 * growth;
        int[] blocks = Blocks(depth);
        _features = Add("features", new Sequential
        {
            { "conv0", new Conv2d(3, channels, kernel: 7, stride: 2, padding: 3, bias: false) },
            { "norm0", new BatchNorm2d(channels) },
            { "relu0", new ReLU() },
            { "pool0", new MaxPool2d(3, stride: 2, padding: 1) },
        });
        for (int i = 0; i < blocks.Length; i++)
        {
            _features.Add($"denseblock{i + 1}", DenseBlock(channels, growth, blocks[i]));
            channels += blocks[i] * growth;
            if (i == blocks.Length - 1) break;
            _features.Add($"transition{i + 1}", Transition(channels));
            channels /= 2;
        }

        _features.Add("norm5", new BatchNorm2d(channels));
        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(1));
        _classifier = Add("classifier", new Linear(channels, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _features.Forward(x).Relu();
        return _classifier.Forward(_avgpool.Forward(x).Flatten());
    }

    private static Sequential DenseBlock(int channels, int growth, int layers)
    {
        var block = new Sequential();
        for (int i = 0; i < layers; i++) block.Add($"denselayer{i + 1}", new DenseLayer(channels + (i * growth), growth));
        return block;
    }

    private static Sequential Transition(int channels) => new()
    {
        { "norm", new BatchNorm2d(channels) },
        { "relu", new ReLU() },
        { "conv", new Conv2d(channels, channels / 2, kernel: 1, bias: false) },
        { "pool", new AvgPool2d(2) },
    };

    private static int[] Blocks(int depth) => depth switch
    {
        121 => [6, 12, 24, 16],
        161 => [6, 12, 36, 24],
        169 => [6, 12, 32, 32],
        201 => [6, 12, 48, 32],
        _ => throw new UsageException($"DenseNet of {depth} layers", "is not in the paper.", "There are 121, 161, 169 and 201."),
    };
}

/// <summary>
/// A layer of a dense block: normalised, rectified, 1x1 to four times the growth, normalised, rectified, 3x3; its maps are appended to its input.
/// </summary>
public sealed class DenseLayer : Module
{
    private readonly BatchNorm2d _norm1;
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _norm2;
    private readonly Conv2d _conv2;

    /// <summary>Makes the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="growth">Channels that it appends.</param>
    public DenseLayer(int inChannels, int growth)
    {
        _norm1 = Add("norm1", new BatchNorm2d(inChannels));
        _conv1 = Add("conv1", new Conv2d(inChannels, 4 * growth, kernel: 1, bias: false));
        _norm2 = Add("norm2", new BatchNorm2d(4 * growth));
        _conv2 = Add("conv2", new Conv2d(4 * growth, growth, kernel: 3, padding: 1, bias: false));
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var y = _conv1.Forward(_norm1.Forward(x).Relu());
        y = _conv2.Forward(_norm2.Forward(y).Relu());
        return new[] { x, y }.Concat(axis: 1, Path);
    }
}
