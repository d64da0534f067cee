using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, section II.B) for 28 x 28 grey images: 5x5 convolutions of 6 and 16 filters, each
/// followed by 2x2 pooling, then layers of 120, 84 and 10 units; 61,706 parameters. The paper's 32 x 32 field is the image padded by 2.
/// </summary>
/// <remarks>
/// As usual today: every filter of the second convolution sees all six maps, pooling has no weights, ReLU stands for the scaled tanh, and
/// softmax for the radial basis functions of the output.
/// </remarks>
public sealed class LeNet5 : Module
{
    private readonly Conv2d _conv1;
    private readonly MaxPool2d _pool1;
    private readonly Conv2d _conv2;
    private readonly MaxPool2d _pool2;
    private readonly Linear _fc1;
    private readonly Linear _fc2;
    private readonly Linear _fc3;

    /// <summary>Makes the network.</summary>
    /// <param name="classes">The number of classes.</param>
    public LeNet5(int classes = 10)
    {
        _conv1 = Add("conv1", new Conv2d(1, 6, kernel: 5, padding: 2));
        _pool1 = Add("pool1", new MaxPool2d(2));
        _conv2 = Add("conv2", new Conv2d(6, 16, kernel: 5));
        _pool2 = Add("pool2", new MaxPool2d(2));
        _fc1 = Add("fc1", new Linear(16 * 5 * 5, 120));
        _fc2 = Add("fc2", new Linear(120, 84));
        _fc3 = Add("fc3", new Linear(84, classes));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 1, 28, 28];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _pool1.Forward(_conv1.Forward(x).Relu());
        x = _pool2.Forward(_conv2.Forward(x).Relu());
        x = x.Flatten();
        x = _fc1.Forward(x).Relu();
        x = _fc2.Forward(x).Relu();
        return _fc3.Forward(x);
    }
}
