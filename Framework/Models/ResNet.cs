using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>What a <see cref="ResNet"/> is made of.</summary>
public enum ResNetBlock
{
    /// <summary>Two convolutions of 3x3.</summary>
    Basic,

    /// <summary>Two convolutions of 3x3 without a shortcut: the plain network that residual ones are compared with.</summary>
    Plain,

    /// <summary>1x1, 3x3 and 1x1, where the 3x3 is the strided one, as in torchvision.</summary>
    Bottleneck,

    /// <summary>1x1, 3x3 and 1x1, where the first 1x1 is the strided one, as in the paper.</summary>
    BottleneckV1,
}

/// <summary>ResNet (He, Zhang, Ren and Sun 2015, table 1) for 224 x 224 colour images, with torchvision's parameter names.</summary>
public sealed class ResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly MaxPool2d _maxpool;
    private readonly Sequential[] _layers;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="depth">The number of layers with weights: 18 or 34 (basic and plain blocks), 50, 101 or 152 (bottlenecks).</param>
    /// <param name="block">What it is made of; null takes basic blocks below 50 layers and torchvision's bottlenecks from there.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="width">A factor for the number of channels.</param>
    /// <exception cref="Errors.UsageException">There is no such network.</exception>
    public ResNet(int depth, ResNetBlock? block = null, int classes = 1000, double width = 1)
    {
        var kind = block ?? (depth < 50 ? ResNetBlock.Basic : ResNetBlock.Bottleneck);
        int[] blocks = Blocks(depth, kind);
        int channels = Channels.Scaled(64, width);
        _conv1 = Add("conv1", new Conv2d(3, channels, kernel: 7, stride: 2, padding: 3, bias: false));
        _bn1 = Add("bn1", new BatchNorm2d(channels));
        _maxpool = Add("maxpool", new MaxPool2d(3, stride: 2, padding: 1));
        _layers = new Sequential[4];
        for (int i = 0; i < 4; i++)
        {
            _layers[i] = Add($"layer{i + 1}", new Sequential());
            for (int b = 0; b < blocks[i]; b++)
            {
                int stride = i > 0 && b == 0 ? 2 : 1, narrow = Channels.Scaled(64 << i, width);
                int output = kind is ResNetBlock.Basic or ResNetBlock.Plain ? narrow : 4 * narrow;
                _layers[i].Add(Block(kind, channels, narrow, output, stride, blocks.Sum()));
                channels = output;
            }
        }

        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(1));
        _fc = Add("fc", new Linear(channels, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _maxpool.Forward(_bn1.Forward(_conv1.Forward(x)).Relu());
        foreach (var layer in _layers) x = layer.Forward(x);
        return _fc.Forward(_avgpool.Forward(x).Flatten());
    }

    private static Module Block(ResNetBlock kind, int input, int narrow, int output, int stride, int blocks)
    {
        var shortcut = kind == ResNetBlock.Plain ? null
            : input == output && stride == 1 ? Shortcut.Identity()
            : Shortcut.Projection(input, output, stride);
        return kind switch
        {
            ResNetBlock.Basic or ResNetBlock.Plain => new BasicBlock(input, output, stride, shortcut, blocks),
            ResNetBlock.Bottleneck => new Bottleneck(input, narrow, output, firstStride: 1, secondStride: stride, shortcut!, blocks),
            _ => new Bottleneck(input, narrow, output, firstStride: stride, secondStride: 1, shortcut!, blocks),
        };
    }

    private static int[] Blocks(int depth, ResNetBlock kind) => (depth, kind) switch
    {
        (18, ResNetBlock.Basic or ResNetBlock.Plain) => [2, 2, 2, 2],
        (34, ResNetBlock.Basic or ResNetBlock.Plain) or (50, ResNetBlock.Bottleneck or ResNetBlock.BottleneckV1) => [3, 4, 6, 3],
        (101, ResNetBlock.Bottleneck or ResNetBlock.BottleneckV1) => [3, 4, 23, 3],
        (152, ResNetBlock.Bottleneck or ResNetBlock.BottleneckV1) => [3, 8, 36, 3],
        _ => throw new Errors.UsageException(
            $"ResNet of {depth} layers of {kind} blocks",
            "is not in the paper.",
            "There are 18 and 34 of basic or plain blocks, and 50, 101 and 152 of bottlenecks."),
    };
}
