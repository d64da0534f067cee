using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Lets a convolution, matrix product or normalisation do what follows it, and nothing else reads, before it stores its results: the addition of a
/// shortcut, a ReLU, or one after the other. A pass over memory less for each.
/// </summary>
/// <remarks>
/// The joint node stands where the last of its parts stood, so that what is added exists by then. A further result of the first part, such as new
/// statistics, must not be read in between.
/// </remarks>
internal sealed class FuseEpilogues() : GraphPatch("FuseEpilogues")
{
    // By the last of their parts.
    private readonly Dictionary<Node, Joint> _joints = [];
    private readonly HashSet<Node> _absorbed = [];

    protected override void Begin()
    {
        _joints.Clear();
        _absorbed.Clear();
        var firstReads = new Dictionary<Value, int>();
        for (int i = 0; i < Source.Nodes.Count; i++)
        {
            foreach (var value in Source.Nodes[i].Inputs.OfType<Value>()) firstReads.TryAdd(value, i);
        }

        for (int i = 0; i < Source.Nodes.Count; i++)
        {
            var node = Source.Nodes[i];
            if (JointAt(node) is not { } joint) continue;
            if (joint.First.Outputs.Skip(1).Any(o => o is not null && firstReads.GetValueOrDefault(o, int.MaxValue) < i)) continue;
            foreach (var part in joint.Inner) _joints.Remove(part);
            _absorbed.UnionWith([joint.First, .. joint.Inner]);
            _joints.Add(node, joint);
        }
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (_absorbed.Contains(node)) return [.. node.Outputs.Select(_ => (Value?)null)];
        if (!_joints.TryGetValue(node, out var joint)) return null;
        var first = joint.First;
        var fused = Fused.Of(first.Operator);
        var inputs = first.Inputs.Select(Map.Find).ToList();
        if (joint.Residual is { } residual)
        {
            while (inputs.Count < fused.ResidualInput) inputs.Add(null);
            inputs.Add(Map.Get(residual));
        }

        var attributes = joint.Activates ? first.Attributes.With(Fused.ActivationAttribute, "Relu") : first.Attributes;
        var results = Builder.ApplyMany(fused, inputs, first.Outputs.Count, attributes, first.Name);
        for (int i = 1; i < results.Length; i++)
        {
            if (first.Outputs[i] is { } further) Map.Set(further, results[i]);
        }

        return [results[0]];
    }

    private Joint? JointAt(Node node)
    {
        if (node.Operator == Unary<Relu>.Instance)
        {
            if (SoleProducer(node.Inputs[0], Add.Instance) is { } addition && _joints.TryGetValue(addition, out var sum))
                return sum with { Inner = [addition], Activates = true };
            return First(node.Inputs[0]) is { } first ? new Joint(first, null, [], true) : null;
        }

        if (node.Operator != Add.Instance) return null;
        for (int i = 0; i < 2; i++)
        {
            var (sum, other) = (node.Inputs[i]!, node.Inputs[1 - i]!);
            if (other == sum || other.Shape != sum.Shape || other.ElementType != sum.ElementType) continue;
            if (First(sum) is { } first && first.Operator is not Gemm)
                return new Joint(first, other, [], false);
        }

        return null;
    }

    // The node that makes a value which nothing else reads, where something can be fused to it.
    private Node? First(Value? value)
    {
        foreach (var fused in Fused.All)
        {
            if (SoleProducer(value, fused.Base) is { } node && !_absorbed.Contains(node)) return node;
        }

        return null;
    }

    private sealed record Joint(Node First, Value? Residual, Node[] Inner, bool Activates);
}
