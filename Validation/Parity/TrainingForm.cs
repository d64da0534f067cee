using Framework.Graphs;
using Framework.Operators;

namespace Validation.Parity;

/// <summary>Takes dropout out of a network: its masks are each engine's own affair, so that nothing could be compared.</summary>
public sealed class RemoveDropout() : GraphPatch(nameof(RemoveDropout))
{
    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator is Dropout ? [Map.Get(node.Inputs[0]!), null] : null;
}

/// <summary>
/// Lets batch normalisation take the batch's own statistics, by ONNX's own operator, for engines that have their own gradient rules; the new running
/// statistics are at hand as <see cref="States"/>.
/// </summary>
internal sealed class UseBatchStatistics() : GraphPatch(nameof(UseBatchStatistics))
{
    private readonly List<(string Name, Value New)> _states = [];

    /// <summary>The statistics of the graph rewritten last, by the names of their initializers.</summary>
    public IReadOnlyList<(string Name, Value New)> States => _states;

    /// <inheritdoc/>
    protected override void Begin() => _states.Clear();

    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator is not BatchNormalization) return null;
        var outputs = Builder.ApplyMany(
            node.Operator, [.. node.Inputs.Select(Map.Find)], 3, node.Attributes.With("training_mode", true), node.Name);
        for (int i = 1; i < outputs.Length; i++) _states.Add((node.Inputs[i + 2]!.Name, outputs[i]));
        return outputs[..1];
    }
}
