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
