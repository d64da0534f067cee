using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Where only the gradient reads a max pooling's indices, keeps a byte for each maximum instead of ONNX's eight, and in whatever layout the
/// activations have.
/// </summary>
internal sealed class CompactPoolIndices() : GraphPatch("CompactPoolIndices")
{
    private HashSet<Value> _readByGradients = [];

    protected override void Begin()
    {
        var byGradients = Source.Nodes.Where(n => n.Operator == MaxPoolGrad.Instance).Select(n => n.Inputs[1]!).ToHashSet();
        foreach (var node in Source.Nodes)
        {
            foreach (var input in node.Inputs)
            {
                if (input is not null && (node.Operator != MaxPoolGrad.Instance || input != node.Inputs[1])) byGradients.Remove(input);
            }
        }

        byGradients.ExceptWith(Source.Outputs);
        _readByGradients = [.. byGradients.Where(v => v.Producer?.Operator == MaxPool.Instance && IsSmall(v.Producer))];
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator == MaxPoolGrad.Instance && _readByGradients.Contains(node.Inputs[1]!))
        {
            var place = Map.Get(node.Inputs[1]!.Producer!.Outputs[0]!).Producer!.Outputs[1];
            return [Builder.Apply(MaxPoolCompactGrad.Instance, [Map.Get(node.Inputs[0]!), place, Map.Get(node.Inputs[2]!)], node.Attributes, node.Name)];
        }

        if (node.Operator != MaxPool.Instance || node.Outputs.Count < 2 || !_readByGradients.Contains(node.Outputs[1]!)) return null;
        return [Builder.ApplyMany(MaxPoolCompact.Instance, [Map.Get(node.Inputs[0]!)], 2, node.Attributes, node.Name)[0], null];
    }

    private static bool IsSmall(Node node)
    {
        long places = 1;
        foreach (long extent in node.Attributes.Ints("kernel_shape")!) places *= extent;
        return places <= MaxPoolCompact.LargestWindow && node.Attributes.Int("storage_order", 0) == 0;
    }
}
