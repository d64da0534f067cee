using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// A graph cut where shapes follow from data: the head, whose shapes are known beforehand; the nodes between, whose operands are; and the rest, which is a graph
/// of its own once these nodes have run.
/// </summary>
internal sealed class GraphCut
{
    private readonly Graph _graph;
    private readonly List<Node> _rest = [];

    private GraphCut(Graph graph) => _graph = graph;

    /// <summary>The part whose shapes are known. Its outputs are what the others read of it, and its share of the graph's outputs.</summary>
    public Graph Head { get; private set; } = null!;

    /// <summary>The nodes that say the shapes, in order; none reads another's result.</summary>
    public List<Node> Between { get; } = [];

    /// <summary>What the rest takes, in the order of its inputs.</summary>
    public IReadOnlyList<Value> RestInputs { get; private set; } = [];

    /// <summary>Whether anything is left for a rest.</summary>
    public bool HasRest => _rest.Count > 0;

    /// <summary>Cuts a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="bound">The same graph, node for node, bound to input shapes, with a shape that is not known.</param>
    public static GraphCut Of(Graph graph, Graph bound)
    {
        var cut = new GraphCut(graph);
        var head = new List<Node>();
        var known = graph.Inputs.Concat(graph.Initializers.Select(i => i.Value)).ToHashSet();
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            bool ready = node.Inputs.All(v => v is null || known.Contains(v));
            bool open = bound.Nodes[i].Outputs.Any(o => o is not null && o.Shape is not { IsKnown: true });
            if (!ready) cut._rest.Add(node);
            else if (open) cut.Between.Add(node);
            else
            {
                head.Add(node);
                known.UnionWith(node.Outputs.OfType<Value>());
            }
        }

        var readLater = cut.Between.Concat(cut._rest).SelectMany(n => n.Inputs).OfType<Value>().Concat(graph.Outputs).ToHashSet();
        var made = head.SelectMany(n => n.Outputs).OfType<Value>().Where(readLater.Contains).ToList();
        cut.Head = Part(graph, head, graph.Inputs, i => new Fact(i.ElementType, i.Shape), made);

        var own = cut._rest.SelectMany(n => n.Outputs).OfType<Value>().Concat(graph.Initializers.Select(i => i.Value)).ToHashSet();
        cut.RestInputs = [.. cut._rest.SelectMany(n => n.Inputs).OfType<Value>().Where(v => !own.Contains(v)).Distinct()];
        return cut;
    }

    /// <summary>The rest, whose inputs are of the given types.</summary>
    public Graph Rest(IReadOnlyList<ElementType> types)
    {
        var made = _rest.SelectMany(n => n.Outputs).OfType<Value>().ToHashSet();
        var typeOf = RestInputs.Zip(types).ToDictionary(p => p.First, p => p.Second);
        return Part(_graph, _rest, RestInputs, v => new Fact(typeOf[v], null), [.. _graph.Outputs.Where(made.Contains).Distinct()]);
    }

    private static Graph Part(Graph graph, List<Node> nodes, IReadOnlyList<Value> inputs, Func<Value, Fact> factOf, IReadOnlyList<Value> outputs)
    {
        var builder = new GraphBuilder(graph.Name);
        var map = new ValueMap();
        foreach (var input in inputs) map.Set(input, builder.Input(input.Name, factOf(input).ElementType, factOf(input).Shape));
        var read = nodes.SelectMany(n => n.Inputs).OfType<Value>().ToHashSet();
        foreach (var initializer in graph.Initializers.Where(i => read.Contains(i.Value)))
            map.Set(initializer.Value, builder.Initializer(initializer.Name, initializer.Data, initializer.Role));
        foreach (var node in nodes) builder.CopyNode(node, map);
        return builder.Build([.. outputs.Select(map.Get)]);
    }
}
