namespace Framework.Graphs;

/// <summary>
/// A rewrite: goes through a graph in order and says for each node what stands in its place. The result is a new graph;
/// replaced values keep type and shape, which is checked.
/// </summary>
/// <param name="label">What messages call the rewrite, an imperative such as <c>FoldBatchNorm</c>.</param>
public abstract class GraphPatch(string label)
{
    private Dictionary<Value, int> _uses = [];

    /// <summary>What messages call the rewrite.</summary>
    public string Label { get; } = label;

    /// <summary>The graph that is being written.</summary>
    protected GraphBuilder Builder { get; private set; } = null!;

    /// <summary>The graph that is being read.</summary>
    protected Graph Source { get; private set; } = null!;

    /// <summary>Finds the counterpart, in the new graph, of a value of the old one.</summary>
    protected ValueMap Map { get; private set; } = null!;

    /// <summary>Applies the rewrite and drops what nothing needs any more.</summary>
    /// <exception cref="InvalidOperationException">A replacement differs in type or shape: a fault of the rewrite.</exception>
    public Graph Apply(Graph graph)
    {
        Source = graph;
        _uses = CountUses(graph);
        Builder = GraphBuilder.HeadOf(graph, out var map);
        Map = map;
        Begin();
        foreach (var node in graph.Nodes)
        {
            Builder.Release(node);
            if (Replace(node) is not { } replacements)
            {
                Builder.CopyNode(node, map);
                continue;
            }

            for (int i = 0; i < node.Outputs.Count; i++)
            {
                if (node.Outputs[i] is not { } old || replacements[i] is not { } value) continue;
                if (value.ElementType != old.ElementType || (value.Shape != old.Shape && old.Shape is { IsKnown: true }))
                    throw new InvalidOperationException($"{Label} replaced {old} of {node.Place} by {value}.");
                map.Set(old, value);
            }
        }

        return RemoveDead(Builder.Build([.. graph.Outputs.Select(KeepName)]));
    }

    /// <summary>Called once before the first node.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>
    /// What stands in the node's place: null keeps it, otherwise a value of the new graph for each of its outputs (null for one that
    /// nothing reads).
    /// </summary>
    protected abstract IReadOnlyList<Value?>? Replace(Node node);

    /// <summary>What becomes an output of the new graph in place of the counterpart of an old one.</summary>
    protected virtual Value Output(Value value) => value;

    /// <summary>How often a value of the old graph is read, the graph's outputs included.</summary>
    protected int Uses(Value value) => _uses.GetValueOrDefault(value);

    /// <summary>The node that makes a value of the old graph, if it is an <paramref name="op"/> and nobody else reads it.</summary>
    protected Node? SoleProducer(Value? value, Operators.Operator op) =>
        value?.Producer is { } node && node.Operator == op && Uses(value) == 1 && node.Outputs[0] == value ? node : null;

    // An output of the graph keeps its name, also where another node makes it now. An input or an initializer cannot take
    // another's name, so there an Identity does.
    private Value KeepName(Value old)
    {
        var value = Output(Map.Get(old));
        if (value.Name == old.Name) return value;
        bool free = value.Producer is not null && !Source.Outputs.Any(o => o != old && Map.Get(o) == value);
        if (!free) value = Builder.Apply(Operators.Identity.Instance, [value]);
        if (Builder.IsTaken(old.Name)) return value;
        return Builder.Rename(value, old.Name);
    }

    /// <summary>The graph without the nodes and initializers that no output needs.</summary>
    public static Graph RemoveDead(Graph graph)
    {
        var live = new HashSet<Value>(graph.Outputs);
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            var node = graph.Nodes[i];
            if (!node.Outputs.Any(o => o is not null && live.Contains(o))) continue;
            foreach (var input in node.Inputs)
            {
                if (input is not null) live.Add(input);
            }
        }

        return new Graph(
            graph.Name,
            graph.Inputs,
            graph.Outputs,
            [.. graph.Nodes.Where(n => n.Outputs.Any(o => o is not null && live.Contains(o)))],
            [.. graph.Initializers.Where(i => live.Contains(i.Value))],
            graph.Metadata);
    }

    private static Dictionary<Value, int> CountUses(Graph graph)
    {
        var uses = new Dictionary<Value, int>();
        foreach (var value in graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>().Concat(graph.Outputs))
            uses[value] = uses.GetValueOrDefault(value) + 1;
        return uses;
    }
}
