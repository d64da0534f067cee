using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// A compact VGG for a few classes such as cat and dog, 224 x 224: blocks of 2, 2, 3, 3 and 3 convolutions of 3x3 with ReLU, each block ending in a
/// 2x2 pool, then layers of 100 and 20 units.
/// </summary>
public sealed class CourseVgg : Module
{
    private readonly Sequential _features;
    private readonly Linear _fc1;
    private readonly Linear _fc2;
    private readonly Linear _fc3;

    /// <summary>Makes the network.</summary>
    /// <param name="baseDim">Channels of the first block; the others have 2, 4, 8 and 8 times as many.</param>
    /// <param name="classes">The number of classes.</param>
    public CourseVgg(int baseDim = 64, int classes = 2)
    {
        _features = Add("features", new Sequential());
        int channels = 3;
        foreach (var (convolutions, filters) in new[] { (2, baseDim), (2, 2 * baseDim), (3, 4 * baseDim), (3, 8 * baseDim), (3, 8 * baseDim) })
        {
            for (int i = 0; i < convolutions; i++)
            {
                _features.Add(new Conv2d(channels, filters, kernel: 3, padding: 1));
                _features.Add(new ReLU());
                channels = filters;
            }

            _features.Add(new MaxPool2d(2));
        }

        _fc1 = Add("fc1", new Linear(channels * 7 * 7, 100));
        _fc2 = Add("fc2", new Linear(100, 20));
        _fc3 = Add("fc3", new Linear(20, classes));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        x = _features.Forward(x).Flatten();
        x = _fc1.Forward(x).Relu();
        x = _fc2.Forward(x).Relu();
        return _fc3.Forward(x);
    }
}
