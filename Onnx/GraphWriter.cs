using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>Makes a graph's message of a graph: the one of a model, or the body that an attribute of a node holds.</summary>
internal sealed class GraphWriter
{
    // Before its fourth version the format counts every initializer among the inputs; a file of a later one may.
    private const int FirstVersionWithHiddenInitializers = 4;

    // Smaller tensors stay in the model also where the others go into a file of their own.
    private const int SmallestExternal = 1024;

    private readonly Graph _graph;
    private readonly int _opset;
    private readonly SideFile? _data;
    private readonly NameSet _names;
    private readonly Dictionary<string, string> _renamed;
    private readonly FormScope _scope;

    private GraphWriter(Graph graph, int opset, SideFile? data, NameSet names, Dictionary<string, string> renamed)
    {
        _graph = graph;
        _opset = opset;
        _data = data;
        _names = names;
        _renamed = renamed;
        var values = new Dictionary<string, Value>();
        foreach (var value in graph.Values) values.TryAdd(NameOf(value), value);
        _scope = new FormScope(name => values.GetValueOrDefault(name)?.Fact, names);
    }

    /// <summary>Writes a model's graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="opset">The version of <c>ai.onnx</c>.</param>
    /// <param name="irVersion">The version of the format.</param>
    /// <param name="data">Where larger tensors go; null leaves them in the model.</param>
    public static GraphProto Write(Graph graph, int opset, long irVersion, SideFile? data)
    {
        var writer = new GraphWriter(graph, opset, data, new NameSet(NamesOf(graph)), []);
        var message = writer.Write();
        var written = message.Initializer.Select(i => i.Name).ToHashSet();
        var infos = graph.Inputs.Concat(graph.Initializers.Select(i => i.Value).Where(v => written.Contains(v.Name)))
            .ToDictionary(v => v.Name, v => TypeCodec.Write(v.Name, v.Fact));
        var inputs = irVersion < FirstVersionWithHiddenInitializers ? infos.Keys : graph.Inputs.Select(i => i.Name);
        message.Input.Add(graph.Metadata.InputOrder.Where(infos.ContainsKey).Union(inputs).Select(name => infos[name]));
        return message;
    }

    // What a body takes from around has the names there.
    private GraphProto WriteBody(Graph body, IReadOnlyList<string> captured)
    {
        int formal = body.Inputs.Count - captured.Count;
        var renamed = Enumerable.Range(0, captured.Count).ToDictionary(i => body.Inputs[formal + i].Name, i => captured[i]);
        var writer = new GraphWriter(body, _opset, _data, _names, renamed);
        var message = writer.Write();
        message.Input.Add(body.Inputs.Take(formal).Select(writer.Describe));
        return message;
    }

    private static IEnumerable<string> NamesOf(Graph graph) => graph.Values.Select(v => v.Name)
        .Concat(graph.Nodes.SelectMany(n => n.Attributes).Where(a => a.Value.Kind == AttributeKind.Graph).SelectMany(a => NamesOf(a.Value.As<Graph>())));

    private string NameOf(Value value) => _renamed.GetValueOrDefault(value.Name, value.Name);

    private GraphProto Write()
    {
        var graph = new GraphProto { Name = _graph.Name };
        var nodes = _graph.Nodes.SelectMany(n => OpsetHistory.Downgrade(FormOf(n), _opset, _scope)).ToList();
        foreach (var node in nodes) graph.Node.Add(WriteNode(node));

        // What only an older form of a node holds in an attribute is no initializer any more.
        var read = new HashSet<string>([.. nodes.SelectMany(n => n.Inputs.Concat(n.Captured)), .. _graph.Outputs.Select(NameOf)]);
        var readBefore = _graph.Nodes.SelectMany(n => n.Inputs).OfType<Value>().ToHashSet();
        var kept = _graph.Initializers.Where(i => read.Contains(i.Name) || !readBefore.Contains(i.Value)).Select(i => (i.Name, i.Data));
        foreach (var (name, tensor) in kept.Concat(_scope.TakeConstants().Where(c => read.Contains(c.Name))))
            graph.Initializer.Add(_data is not null && tensor.ByteCount >= SmallestExternal ? _data.Add(tensor, name) : TensorWriter.Write(tensor, name));

        graph.Output.Add(_graph.Outputs.Select(Describe));
        var made = nodes.SelectMany(n => n.Outputs).ToHashSet();
        graph.ValueInfo.Add(_graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>().Except(_graph.Outputs)
            .Where(v => made.Contains(v.Name) && v.ElementType != ElementType.Undefined).Select(Describe));
        return graph;
    }

    private ValueInfoProto Describe(Value value) => TypeCodec.Write(
        NameOf(value), value.Fact with { Shape = value.Shape ?? _graph.Metadata.ValueNotes.GetValueOrDefault(value.Name, ValueNote.Empty).Shape });

    private NodeForm FormOf(Node node)
    {
        int captured = node.Operator is BodyOperator ? BodyOperator.CapturesOf(node.Attributes) : 0;
        string[] inputs = [.. node.Inputs.Select(i => i is null ? "" : NameOf(i))];
        return new NodeForm
        {
            Operator = node.Operator.Name,
            Name = node.Name,
            Inputs = [.. inputs[..^captured]],
            Captured = inputs[^captured..],
            Outputs = [.. node.Outputs.Select(o => o?.Name ?? "")],
            Attributes = node.Operator is BodyOperator ? node.Attributes.Without(BodyOperator.Captures) : node.Attributes,
            Documentation = node.Documentation,
        };
    }

    private NodeProto WriteNode(NodeForm node)
    {
        var message = new NodeProto { OpType = node.Operator };
        if (node.Name.Length > 0) message.Name = node.Name;
        if (node.Documentation is not null) message.DocString = node.Documentation;
        message.Input.Add(node.Inputs.Take(node.Inputs.FindLastIndex(i => i.Length > 0) + 1));
        message.Output.Add(node.Outputs);
        foreach (var (name, value) in node.Attributes) message.Attribute.Add(AttributeCodec.Write(name, value, body => WriteBody(body, node.Captured)));
        return message;
    }
}
