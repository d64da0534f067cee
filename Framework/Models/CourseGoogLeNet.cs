using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// A compact GoogLeNet for a few classes such as cat and dog, 224 x 224: the stem has no ReLU, nothing is normalised, there are no auxiliary heads,
/// and channels are dropped before the last layer.
/// </summary>
public sealed class CourseGoogLeNet : Module
{
    private readonly Conv2d _conv1;
    private readonly MaxPool2d _pool1;
    private readonly Conv2d _conv2;
    private readonly MaxPool2d _pool2;
    private readonly Sequential _inceptions;
    private readonly AdaptiveAvgPool2d _pool3;
    private readonly Dropout2d _dropout;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="baseDim">Channels of the first convolution. The channels of the inception modules fit 64 alone.</param>
    /// <param name="classes">The number of classes.</param>
    /// <exception cref="UsageException"><paramref name="baseDim"/> is not 64.</exception>
    public CourseGoogLeNet(int baseDim = 64, int classes = 2)
    {
        if (baseDim != 64)
        {
            throw new UsageException(
                "course-googlenet",
                $"its second inception module takes the 256 channels of the first one, whatever the base: {baseDim} does not fit.",
                "Take 64.");
        }

        _conv1 = Add("conv1", new Conv2d(3, baseDim, kernel: 7, stride: 2, padding: 3));
        _pool1 = Add("pool1", new MaxPool2d(3, stride: 2, padding: 1));
        _conv2 = Add("conv2", new Conv2d(baseDim, 3 * baseDim, kernel: 3, padding: 1));
        _pool2 = Add("pool2", new MaxPool2d(3, stride: 2, padding: 1));
        _inceptions = Add("inceptions", new Sequential
        {
            new Inception(3 * baseDim, new(64, 96, 128, 16, 32, 32)),
            new Inception(4 * baseDim, new(128, 128, 192, 32, 96, 64)),
            new MaxPool2d(3, stride: 2, padding: 1),
            new Inception(480, new(192, 96, 208, 16, 48, 64)),
            new Inception(512, new(160, 112, 224, 24, 64, 64)),
            new Inception(512, new(128, 128, 256, 24, 64, 64)),
            new Inception(512, new(112, 144, 288, 32, 64, 64)),
            new Inception(528, new(256, 160, 320, 32, 128, 128)),
            new MaxPool2d(3, stride: 2, padding: 1),
            new Inception(832, new(256, 160, 320, 32, 128, 128)),
            new Inception(832, new(384, 192, 384, 48, 128, 128)),
        });
        _pool3 = Add("pool3", new AdaptiveAvgPool2d(1));
        _dropout = Add("dropout", new Dropout2d(0.4f));
        _fc = Add("fc", new Linear(1024, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _pool1.Forward(_conv1.Forward(x));
        x = _pool2.Forward(_conv2.Forward(x));
        x = _inceptions.Forward(x);
        x = _dropout.Forward(_pool3.Forward(x));
        return _fc.Forward(x.Flatten());
    }
}
