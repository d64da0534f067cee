using Framework.Graphs;
using Framework.Operators;

namespace Validation.Parity;

/// <summary>Takes dropout out of a network: its masks are each engine's own affair, so that nothing could be compared.</summary>
internal sealed class RemoveDropout() : GraphPatch(nameof(RemoveDropout))
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator is Dropout ? [Map.Get(node.Inputs[0]!), null] : null;
}

/// <summary>Lets batch normalisation take the batch's own statistics, by ONNX's own operator, for engines that have their own gradient rules.</summary>
internal sealed class UseBatchStatistics() : GraphPatch(nameof(UseBatchStatistics))
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator is BatchNormalization
        ? [Builder.Apply(node.Operator, [.. node.Inputs.Select(Map.Find)], node.Attributes.With("training_mode", true), node.Name)]
        : null;
}
