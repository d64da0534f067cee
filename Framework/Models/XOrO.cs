using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// The network that tells X from O on images of 9 x 9: three 3x3 features, ReLU, two 2x2 pools that keep the rest at the edge, and twelve values
/// that vote for two classes.
/// </summary>
public sealed class XOrO : Module
{
    private readonly Conv2d _features;
    private readonly MaxPool2d _pool1;
    private readonly MaxPool2d _pool2;
    private readonly Linear _votes;

    /// <summary>Makes the network.</summary>
    /// <param name="classes">The number of classes.</param>
    public XOrO(int classes = 2)
    {
        _features = Add("features", new Conv2d(1, 3, kernel: 3));
        _pool1 = Add("pool1", new MaxPool2d(2, ceilMode: true));
        _pool2 = Add("pool2", new MaxPool2d(2));
        _votes = Add("votes", new Linear(3 * 2 * 2, classes, initialization: Initialization.LeCun));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 1, 9, 9];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _features.Forward(x).Relu();
        x = _pool2.Forward(_pool1.Forward(x));
        return _votes.Forward(x.Flatten());
    }
}
