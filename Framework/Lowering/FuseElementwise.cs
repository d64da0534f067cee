using Framework.Graphs;
using Framework.Lowering.Steps;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// Joins elementwise operators of one shape to chains, which go over memory once: a node takes in those that make its operands, as long as everybody
/// else who reads what they make comes later. What others read is a further result of the chain.
/// </summary>
internal sealed class FuseElementwise() : GraphPatch("FuseElementwise")
{
    // Programs keep a tile in the first-level cache for each value.
    private const int MostNodes = 12;
    private const int MostOperands = 10;

    private readonly Dictionary<Node, List<Node>> _chains = [];
    private readonly HashSet<Node> _absorbed = [];
    private readonly Dictionary<Node, int> _order = [];
    private readonly Dictionary<Value, List<Node>> _readers = [];

    protected override void Begin()
    {
        _chains.Clear();
        _absorbed.Clear();
        _order.Clear();
        _readers.Clear();
        for (int i = 0; i < Source.Nodes.Count; i++)
        {
            _order.Add(Source.Nodes[i], i);
            foreach (var value in Source.Nodes[i].Inputs.OfType<Value>())
            {
                if (!_readers.TryGetValue(value, out var readers)) _readers.Add(value, readers = []);
                readers.Add(Source.Nodes[i]);
            }
        }

        foreach (var node in Source.Nodes)
        {
            if (!IsElementwise(node)) continue;
            var chain = new List<Node> { node };
            foreach (var operand in OperandsOf(node).Distinct())
            {
                if (operand.Producer is not { } producer || !_chains.TryGetValue(producer, out var inner) || chain.Contains(producer)) continue;
                if (producer.Outputs[0]!.Shape != node.Outputs[0]!.Shape) continue;
                List<Node> joint = [.. inner, .. chain];
                if (joint.Count <= MostNodes && LeavesOf(joint).Count <= MostOperands && IsReadLater(inner, joint)) chain = joint;
            }

            foreach (var part in chain)
            {
                if (part == node) continue;
                _chains.Remove(part);
                _absorbed.Add(part);
            }

            _chains.Add(node, [.. chain.OrderBy(n => _order[n])]);
        }
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (_absorbed.Contains(node)) return [null];
        if (!_chains.TryGetValue(node, out var chain) || chain.Count == 1) return null;
        var leaves = LeavesOf(chain);
        var body = new GraphBuilder("chain");
        var inner = new Dictionary<Value, Value>();
        for (int i = 0; i < leaves.Count; i++) inner.Add(leaves[i], body.Input($"operand{i}", leaves[i].ElementType, leaves[i].Shape!));
        foreach (var part in chain)
            inner.Add(part.Outputs[0]!, body.Apply(part.Operator, [.. part.Inputs.Select(v => v is null ? null : inner[v])], part.Attributes));

        Value[] results = [.. chain.Select(n => n.Outputs[0]!).Where(v => v == node.Outputs[0] || IsReadOutside(v, chain))];
        var attributes = new Attributes { [ElementwiseChain.BodyAttribute] = body.Build([.. results.Select(r => inner[r])]) };
        var made = Builder.ApplyMany(ElementwiseChain.Instance, [.. leaves.Select(Map.Get)], results.Length, attributes, node.Name);
        for (int i = 0; i < results.Length; i++) Map.Set(results[i], made[i]);
        return [Map.Get(node.Outputs[0]!)];
    }

    // A node with inputs that its step does not read would read them in a chain.
    private static bool IsElementwise(Node node) =>
        ElementwiseForm.Of(node) is not null && ElementwiseStep.Takes(node) && node.Operator is not (Expand or Cast)
        && node.Outputs[0]!.ElementType == ElementType.Float32 && OperandsOf(node).Count == node.Inputs.Count(i => i is not null);

    private static List<Value> OperandsOf(Node node) => [.. ElementwiseStep.OperandsOf(node).Select(i => node.Inputs[i]!)];

    private static List<Value> LeavesOf(IReadOnlyList<Node> chain)
    {
        var made = chain.Select(n => n.Outputs[0]!).ToHashSet();
        return [.. chain.SelectMany(OperandsOf).Distinct().Where(v => !made.Contains(v))];
    }

    private bool IsReadOutside(Value value, IReadOnlyList<Node> chain) => Uses(value) > chain.Sum(n => n.Inputs.Count(i => i == value));

    // The chain stands where its last node stood: whoever reads what the inner nodes make must come behind.
    private bool IsReadLater(IReadOnlyList<Node> inner, IReadOnlyList<Node> joint)
    {
        int place = joint.Max(n => _order[n]);
        return inner.All(n => _readers.GetValueOrDefault(n.Outputs[0]!, []).All(reader => _order[reader] > place || joint.Contains(reader)));
    }
}
