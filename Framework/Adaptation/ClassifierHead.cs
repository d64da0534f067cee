using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Adaptation;

/// <summary>
/// The layer that makes the scores of a classifier: the last matrix product or convolution before the output, with nothing but one path behind it.
/// </summary>
public sealed class ClassifierHead
{
    private readonly Graph _graph;
    private readonly int _weightAxis;

    private ClassifierHead(Graph graph, Node node, Value weight, Value? bias, int weightAxis)
    {
        _graph = graph;
        Node = node;
        Weight = weight;
        Bias = bias;
        _weightAxis = weightAxis;
    }

    /// <summary>The node of the matrix product or convolution.</summary>
    public Node Node { get; }

    /// <summary>Its weights.</summary>
    public Value Weight { get; }

    /// <summary>What is added to its result; null where nothing is.</summary>
    public Value? Bias { get; }

    /// <summary>How many classes it tells apart.</summary>
    public int Classes => (int)Weight.Shape![_weightAxis].Value;

    /// <summary>Finds the head of a graph's first output.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="name">The name of the head's node or of its weights, where it is not the last layer; null for that.</param>
    /// <exception cref="UsageException">There is no such layer.</exception>
    public static ClassifierHead Find(Graph graph, string? name = null)
    {
        var node = name is null ? LastLayer(graph) : graph.Nodes.FirstOrDefault(n => IsLayer(n) && (n.Name == name || n.Inputs[1]!.Name == name));
        if (node is null)
            throw new UsageException($"head {name}", $"{graph.Name} has no convolution or matrix product of this name, nor one with such weights.", $"It has {Some(graph)}.");
        var weight = node.Inputs[1]!;
        int axis = node.Operator switch
        {
            Conv => 0,
            Gemm => node.Attributes.Int("transB", 0) == 0 ? 1 : 0,
            _ => weight.Shape!.Rank - 1,
        };
        if (node.Attributes.Int("group", 1) != 1) throw new UsageException(node.Place, "is a convolution in groups and no head.", "Name another layer.");
        return new ClassifierHead(graph, node, weight, BiasOf(graph, node), axis);
    }

    /// <summary>The nodes that the scores go through on their way to the first output, from the output backwards.</summary>
    internal static IEnumerable<Node> Tail(Graph graph)
    {
        var computed = Computed(graph);
        for (var value = graph.Outputs[0]; value.Producer is { } node && !IsLayer(node);)
        {
            yield return node;
            Value[] paths = [.. node.Inputs.OfType<Value>().Where(computed.Contains)];
            if (paths.Length != 1) yield break;
            value = paths[0];
        }
    }

    /// <summary>The network with a new head for another number of classes: its weights are drawn anew, its bias starts at zero.</summary>
    /// <param name="classes">How many classes.</param>
    /// <param name="seed">Seeds the weights.</param>
    /// <exception cref="ShapeException">What follows the head takes no other number of classes.</exception>
    public Graph Replace(int classes, long seed)
    {
        int before = Classes;
        var tail = Tail(_graph).ToHashSet();
        var shape = Resized(Weight, _weightAxis, classes);
        var drawn = new Tensor(ElementType.Float32, shape);
        double inputs = (double)shape.ElementCount / classes;
        Initialization.Gaussian(Math.Sqrt(1 / inputs)).Fill(drawn, CounterRandom.Key(seed, $"head {Weight.Name}"));
        var zeros = Bias is null ? null : new Tensor(ElementType.Float32, Resized(Bias, Bias.Shape!.Rank - AxesBehindClasses - 1, classes));

        return new Revision
        {
            Initializer = i => i.Value == Weight ? (drawn, InitializerRole.Parameter) : i.Value == Bias ? (zeros!, InitializerRole.Parameter) : (i.Data, i.Role),
            Operands = (node, operands, builder) =>
            {
                if (tail.Contains(node) && node.Operator is Reshape) Widen(operands, builder, before, classes);
            },
        }.Of(_graph);
    }

    // A bias that an Add brings after a convolution has the extents of pictures behind the classes.
    private int AxesBehindClasses => Node.Operator is Conv && Bias!.Shape!.Rank > 1 ? Weight.Shape!.Rank - 2 : 0;

    private static void Widen(Value?[] operands, GraphBuilder builder, int before, int classes)
    {
        if (operands[1]!.Fact.Constant?.ToArray<long>() is not { } extents) return;
        int at = Array.LastIndexOf(extents, before);
        if (at < 0) return;
        extents[at] = classes;
        operands[1] = builder.Integers(extents);
    }

    private static Shape Resized(Value value, int axis, int classes)
    {
        int[] extents = value.Shape!.ToShape(value.Name).Extents.ToArray();
        extents[axis] = classes;
        return new Shape(extents);
    }

    private static Node LastLayer(Graph graph)
    {
        var last = Tail(graph).LastOrDefault();
        var computed = Computed(graph);
        var before = last is null ? graph.Outputs[0].Producer : last.Inputs.OfType<Value>().Where(computed.Contains).ToArray() is [var only] ? only.Producer : null;
        return before is not null && IsLayer(before) ? before : throw new UsageException(
            last?.Place ?? graph.Name, "has no one path from a layer of weights to the output, so no head is found.", $"Name it; there are {Some(graph)}.");
    }

    private static string Some(Graph graph) => string.Join(", ", graph.Nodes.Where(IsLayer).Reverse().Take(5).Select(n => n.Inputs[1]!.Name));

    private static bool IsLayer(Node node) =>
        node.Operator is Conv or Gemm or MatMul && node.Inputs[1] is { Producer: null, ElementType: ElementType.Float32, Shape: { Rank: > 1, IsKnown: true } };

    private static HashSet<Value> Computed(Graph graph)
    {
        var computed = graph.Inputs.ToHashSet();
        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.Any(i => i is not null && computed.Contains(i))) computed.UnionWith(node.Outputs.OfType<Value>());
        }

        return computed;
    }

    // A matrix product alone has none of its own; the Add behind it brings it.
    private static Value? BiasOf(Graph graph, Node node)
    {
        var own = node.Inputs.ElementAtOrDefault(2);
        if (own is null && graph.Nodes.Where(n => n.Inputs.Contains(node.Outputs[0])).ToArray() is [{ Operator: Add } sum])
            own = sum.Inputs.FirstOrDefault(i => i!.Producer is null && i != node.Outputs[0]);
        return own is { Producer: null, Shape: { IsKnown: true, Rank: > 0 } shape } && shape.Any(d => d.Value > 1) ? own : null;
    }
}
