using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>Numbers that stand where an operator takes weights but are never trained.</summary>
internal static class FixedWeights
{
    /// <summary>
    /// The numbers as a node of their own. A file says nothing of what its initializers are for, and one in a weight's place counts as trainable.
    /// </summary>
    public static Value Fixed(this GraphBuilder builder, Tensor data) => builder.Apply(Constant.Instance, [], new Attributes { ["value"] = data });
}
