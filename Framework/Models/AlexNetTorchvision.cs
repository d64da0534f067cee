using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// AlexNet in torchvision's form and with its parameter names: one column (Krizhevsky 2014), 224 x 224 images, 64 first filters, no
/// normalisation.
/// </summary>
public sealed class AlexNetTorchvision : Module
{
    private readonly Sequential _features;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Sequential _classifier;

    /// <summary>Makes the network.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="width">A factor for the number of channels.</param>
    public AlexNetTorchvision(int classes = 1000, double width = 1)
    {
        _features = Add("features", new Sequential
        {
            new Conv2d(3, Scaled(64), kernel: 11, stride: 4, padding: 2),
            new ReLU(),
            new MaxPool2d(3, stride: 2),
            new Conv2d(Scaled(64), Scaled(192), kernel: 5, padding: 2),
            new ReLU(),
            new MaxPool2d(3, stride: 2),
            new Conv2d(Scaled(192), Scaled(384), kernel: 3, padding: 1),
            new ReLU(),
            new Conv2d(Scaled(384), Scaled(256), kernel: 3, padding: 1),
            new ReLU(),
            new Conv2d(Scaled(256), Scaled(256), kernel: 3, padding: 1),
            new ReLU(),
            new MaxPool2d(3, stride: 2),
        });
        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(6));
        _classifier = Add("classifier", new Sequential
        {
            new Dropout(),
            new Linear(Scaled(256) * 6 * 6, Scaled(4096)),
            new ReLU(),
            new Dropout(),
            new Linear(Scaled(4096), Scaled(4096)),
            new ReLU(),
            new Linear(Scaled(4096), classes),
        });

        int Scaled(int channels) => Channels.Scaled(channels, width);
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _avgpool.Forward(_features.Forward(x));
        return _classifier.Forward(x.Flatten());
    }
}
