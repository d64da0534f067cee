using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// AlexNet (Krizhevsky, Sutskever and Hinton 2012) for 227 x 227 colour images, as it is usually tabled: normalisation after the first two pools,
/// and, unless asked for, not the paper's two groups of channels in the second, fourth and fifth convolution, which came from its two processors.
/// </summary>
/// <remarks>The paper says 224 x 224; its 55 x 55 maps follow from 227. The paper normalises before pooling.</remarks>
public sealed class AlexNet : Module
{
    private readonly Conv2d _conv1;
    private readonly Conv2d _conv2;
    private readonly Conv2d _conv3;
    private readonly Conv2d _conv4;
    private readonly Conv2d _conv5;
    private readonly MaxPool2d _pool1;
    private readonly MaxPool2d _pool2;
    private readonly MaxPool2d _pool5;
    private readonly LocalResponseNorm _norm1;
    private readonly LocalResponseNorm _norm2;
    private readonly Linear _fc6;
    private readonly Linear _fc7;
    private readonly Linear _fc8;
    private readonly Dropout _dropout6;
    private readonly Dropout _dropout7;

    /// <summary>Makes the network.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="grouped">Whether channels are in two groups, as in the paper.</param>
    /// <param name="width">A factor for the number of channels.</param>
    public AlexNet(int classes = 1000, bool grouped = false, double width = 1)
    {
        int groups = grouped ? 2 : 1;
        _conv1 = Add("conv1", new Conv2d(3, Scaled(96), kernel: 11, stride: 4));
        _pool1 = Add("pool1", new MaxPool2d(3, stride: 2));
        _norm1 = Add("norm1", new LocalResponseNorm());
        _conv2 = Add("conv2", new Conv2d(Scaled(96), Scaled(256), kernel: 5, padding: 2, groups: groups));
        _pool2 = Add("pool2", new MaxPool2d(3, stride: 2));
        _norm2 = Add("norm2", new LocalResponseNorm());
        _conv3 = Add("conv3", new Conv2d(Scaled(256), Scaled(384), kernel: 3, padding: 1));
        _conv4 = Add("conv4", new Conv2d(Scaled(384), Scaled(384), kernel: 3, padding: 1, groups: groups));
        _conv5 = Add("conv5", new Conv2d(Scaled(384), Scaled(256), kernel: 3, padding: 1, groups: groups));
        _pool5 = Add("pool5", new MaxPool2d(3, stride: 2));
        _fc6 = Add("fc6", new Linear(Scaled(256) * 6 * 6, Scaled(4096)));
        _dropout6 = Add("dropout6", new Dropout());
        _fc7 = Add("fc7", new Linear(Scaled(4096), Scaled(4096)));
        _dropout7 = Add("dropout7", new Dropout());
        _fc8 = Add("fc8", new Linear(Scaled(4096), classes));

        int Scaled(int channels) => Channels.Scaled(channels, width);
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 227, 227];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _norm1.Forward(_pool1.Forward(_conv1.Forward(x).Relu()));
        x = _norm2.Forward(_pool2.Forward(_conv2.Forward(x).Relu()));
        x = _conv3.Forward(x).Relu();
        x = _conv4.Forward(x).Relu();
        x = _pool5.Forward(_conv5.Forward(x).Relu());
        x = x.Flatten();
        x = _dropout6.Forward(_fc6.Forward(x).Relu());
        x = _dropout7.Forward(_fc7.Forward(x).Relu());
        return _fc8.Forward(x);
    }
}
