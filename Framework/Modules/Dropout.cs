using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>Dropout: nothing in inference; in training each element is zeroed with the given probability and the others are scaled up.</summary>
/// <param name="ratio">The probability.</param>
public sealed class Dropout(float ratio = 0.5f) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Dropout(ratio, Path);
}

/// <summary>Dropout of whole channels of [N, C, H, W]: nothing in inference; in training each channel of each image goes or stays as one.</summary>
/// <remarks>
/// ONNX drops elements. So ones, one a channel, go through its Dropout and multiply the channels; where a channel is one element that is
/// Dropout itself.
/// </remarks>
/// <param name="ratio">The probability.</param>
public sealed class Dropout2d(float ratio = 0.5f) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        if (x.Shape is { Rank: 4 } shape && shape[2] == 1 && shape[3] == 1) return x.Dropout(ratio, Path);
        var channels = x.Owner.Apply(ShapeOperator.Instance, [x], new Attributes { ["end"] = 2 });
        var ones = x.Owner.Scalar(1, x.ElementType).Expand(channels).Unsqueeze(2, 3);
        return x * ones.Dropout(ratio, Path);
    }
}
