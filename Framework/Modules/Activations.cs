using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>max(x, 0), as a module for <see cref="Sequential"/>.</summary>
public sealed class ReLU : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Owner.Apply(Unary<Relu>.Instance, [x], name: Path);
}
