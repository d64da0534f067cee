using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>Softmax regression: one fully connected layer from pixels to class scores. The softmax itself is in the loss.</summary>
public sealed class SoftmaxRegression : Module
{
    private readonly Linear _fc;
    private readonly Shape _image;

    /// <summary>Makes the model.</summary>
    /// <param name="image">Channels, height and width of an image; null means 1 x 28 x 28.</param>
    /// <param name="classes">The number of classes.</param>
    public SoftmaxRegression(Shape? image = null, int classes = 10)
    {
        _image = image ?? [1, 28, 28];
        _fc = Add("fc", new Linear(_image.ElementCount, classes, initialization: Initialization.Xavier));
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", .. (SymbolicShape)_image];

    /// <inheritdoc/>
    public override Value Forward(Value x) => _fc.Forward(x.Flatten());
}
