using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// ZFNet (Zeiler and Fergus 2013, figure 3) for 224 x 224 colour images: AlexNet with a first layer of 7x7 filters at every second place, a second
/// layer that is strided too, and 512, 1024 and 512 filters in the last three convolutions (the form that won ILSVRC 2013; the figure has AlexNet's
/// 384, 384 and 256).
/// </summary>
/// <remarks>Maps of 110, 55, 26, 13 and 6. Contrast is normalised as in AlexNet; the paper does not give its own formula.</remarks>
public sealed class ZFNet : Module
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
    /// <param name="width">A factor for the number of channels.</param>
    public ZFNet(int classes = 1000, double width = 1)
    {
        _conv1 = Add("conv1", new Conv2d(3, Scaled(96), kernel: 7, stride: 2, padding: 1));
        _pool1 = Add("pool1", new MaxPool2d(3, stride: 2, padding: 1));
        _norm1 = Add("norm1", new LocalResponseNorm());
        _conv2 = Add("conv2", new Conv2d(Scaled(96), Scaled(256), kernel: 5, stride: 2));
        _pool2 = Add("pool2", new MaxPool2d(3, stride: 2, padding: 1));
        _norm2 = Add("norm2", new LocalResponseNorm());
        _conv3 = Add("conv3", new Conv2d(Scaled(256), Scaled(512), kernel: 3, padding: 1));
        _conv4 = Add("conv4", new Conv2d(Scaled(512), Scaled(1024), kernel: 3, padding: 1));
        _conv5 = Add("conv5", new Conv2d(Scaled(1024), Scaled(512), kernel: 3, padding: 1));
        _pool5 = Add("pool5", new MaxPool2d(3, stride: 2));
        _fc6 = Add("fc6", new Linear(Scaled(512) * 6 * 6, Scaled(4096)));
        _dropout6 = Add("dropout6", new Dropout());
        _fc7 = Add("fc7", new Linear(Scaled(4096), Scaled(4096)));
        _dropout7 = Add("dropout7", new Dropout());
        _fc8 = Add("fc8", new Linear(Scaled(4096), classes));

        int Scaled(int channels) => Channels.Scaled(channels, width);
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

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
