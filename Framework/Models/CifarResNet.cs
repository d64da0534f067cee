using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// The residual networks of 6n + 2 layers for 32 x 32 colour images (He et al. 2015, section 4.2): a 3x3 convolution, then 2n layers at each of the
/// sizes 32, 16 and 8 with 16, 32 and 64 channels, global average pooling, one fully connected layer. Shortcuts have no parameters.
/// </summary>
public sealed class CifarResNet : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Sequential[] _layers;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="depth">The number of layers with weights: 6n + 2, as 20, 32, 44, 56, 110 or 1202.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="shortcuts">Whether it has shortcuts; without, it is the plain network that it is compared with.</param>
    /// <param name="width">A factor for the number of channels.</param>
    /// <exception cref="UsageException">The depth is not 6n + 2.</exception>
    public CifarResNet(int depth, int classes = 10, bool shortcuts = true, double width = 1)
    {
        if (depth < 8 || depth % 6 != 2)
            throw new UsageException($"CIFAR ResNet of {depth} layers", "is not of 6n + 2 layers.", "The paper has 20, 32, 44, 56, 110 and 1202.");
        int channels = Channels.Scaled(16, width);
        _conv1 = Add("conv1", new Conv2d(3, channels, kernel: 3, padding: 1, bias: false));
        _bn1 = Add("bn1", new BatchNorm2d(channels));
        _layers = new Sequential[3];
        int blocks = (depth - 2) / 6;
        for (int i = 0; i < 3; i++)
        {
            _layers[i] = Add($"layer{i + 1}", new Sequential());
            for (int b = 0; b < blocks; b++)
            {
                int output = Channels.Scaled(16 << i, width), stride = i > 0 && b == 0 ? 2 : 1;
                var shortcut = shortcuts ? Shortcut.ZeroPadding(channels, output, stride) : null;
                _layers[i].Add(new BasicBlock(channels, output, stride, shortcut, 3 * blocks));
                channels = output;
            }
        }

        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(1));
        _fc = Add("fc", new Linear(channels, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 32, 32];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _bn1.Forward(_conv1.Forward(x)).Relu();
        foreach (var layer in _layers) x = layer.Forward(x);
        return _fc.Forward(_avgpool.Forward(x).Flatten());
    }
}
