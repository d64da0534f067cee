using Framework.Graphs;

namespace Framework.Modules;

/// <summary>All axes but the batch as one, as a module for <see cref="Sequential"/>.</summary>
public sealed class Flatten : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Owner.Apply(Operators.Flatten.Instance, [x], name: Path);
}
