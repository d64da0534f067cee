using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// Computes once, with the operators' plain evaluation, what does not depend on the inputs: shape arithmetic after binding, and weights
/// that a file computes from others.
/// </summary>
/// <remarks>
/// A result much larger than what it is made from, such as zeros that are expanded, is left to the plan, unless it is a weight: kernels prepare a weight
/// once where it is constant. Integers are indices, which steps want to know beforehand.
/// </remarks>
internal sealed class FoldConstants(MemoryMeter? meter = null) : GraphPatch("FoldConstants")
{
    private const int LargestGrowth = 4;
    private const int AlwaysFolded = 1024;
    private const int MostIndices = 1 << 22;
    private readonly Dictionary<Value, Tensor> _known = [];
    private readonly HashSet<Value> _weights = [];

    protected override void Begin()
    {
        foreach (var node in Source.Nodes.Reverse())
        {
            bool makesWeight = node.Outputs.Any(o => o is not null && _weights.Contains(o));
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is { } input && (makesWeight || node.Operator.Signature.Role(i) is InputRole.Parameter or InputRole.State)) _weights.Add(input);
            }
        }

        foreach (var initializer in Source.Initializers) _known.Add(initializer.Value, initializer.Data);
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Outputs.Any(o => o is null || !o.Shape!.IsKnown)) return null;
        if (node.Outputs.All(o => o!.Fact.Constant is not null || Extents(o) is not null))
            return [.. node.Outputs.Select(o => Constant(o!, o!.Fact.Constant ?? Extents(o)!))];

        if (node.Operator.Domain != Domains.Onnx || node.Inputs.Any(i => i is not null && !_known.ContainsKey(i))) return null;
        long made = node.Outputs.Sum(o => o!.Shape!.ElementCount.Value), read = node.Inputs.Sum(i => i?.Shape!.ElementCount.Value ?? 0);
        long always = node.Outputs.All(o => o!.ElementType.IsInteger()) ? MostIndices : AlwaysFolded;
        if (made > always && made > LargestGrowth * read && !_weights.Contains(node.Outputs[0]!)) return null;
        meter?.Take(node.Outputs.Sum(o => o!.Shape!.ElementCount.Value * o.ElementType.Size()), node.Place);
        var results = Evaluation.Run(
            node.Operator, node.Place, node.Attributes, [.. node.Inputs.Select(i => i is null ? null : _known[i])], node.Outputs.Count, Precision.Native);
        return [.. results.Select((r, i) => Constant(node.Outputs[i]!, r!))];
    }

    private Value Constant(Value old, Tensor data)
    {
        _known[old] = data;
        return Builder.Initializer(old.Name, data, InitializerRole.Constant);
    }

    private static Tensor? Extents(Value value)
    {
        if (value.Fact.Extents is not { } extents || !extents.All(e => e.IsKnown) || !value.ElementType.IsInteger()) return null;
        return Tensor.From(extents.Select(e => e.Value).ToArray(), value.Shape!.ToShape()).To(value.ElementType);
    }
}
