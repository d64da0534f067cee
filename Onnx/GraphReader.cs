using System.Runtime.ExceptionServices;
using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>Makes a graph of a graph's message: the one of a model, or the body that an attribute of a node holds.</summary>
internal sealed class GraphReader
{
    private readonly GraphBuilder _builder;
    private readonly TensorReader _tensors;
    private readonly NameSet _names;
    private readonly FormScope _scope;
    private readonly Dictionary<string, Value> _values = [];
    private readonly Dictionary<string, ValueInfoProto> _declared = [];

    private GraphReader(string name, TensorReader tensors, NameSet names)
    {
        _builder = new GraphBuilder(name);
        _tensors = tensors;
        _names = names;
        _scope = new FormScope(value => _values.GetValueOrDefault(value)?.Fact, names);
    }

    /// <summary>Reads a model's graph.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">Its nodes, without calls of functions, each with its version of <c>ai.onnx</c>.</param>
    /// <param name="tensors">Makes its tensors.</param>
    public static Graph Read(ModelProto model, IReadOnlyList<(NodeProto Node, long Opset)> nodes, TensorReader tensors)
    {
        var graph = model.Graph;
        var names = new NameSet(NamesOf(graph).Concat(nodes.SelectMany(n => n.Node.Output)));
        var reader = new GraphReader(graph.Name, tensors, names);
        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        foreach (var input in graph.Input.Where(i => !initializers.Contains(i.Name))) reader.AddInput(input.Name, TypeCodec.Read(input, $"input '{input.Name}'"));
        var outputs = reader.AddNodes(graph, nodes);
        reader._builder.Describe(MetadataCodec.Read(model, name => reader._values.GetValueOrDefault(name)?.Shape is not null));
        return reader._builder.Build(outputs);
    }

    // The body of a node: its own inputs, of which only types are known, then what it takes from around.
    private static Graph ReadBody(GraphProto graph, NodeForm node, GraphReader outer)
    {
        var reader = new GraphReader(graph.Name, outer._tensors, outer._names);
        int formal = node.Inputs.Count - node.Captured.Count;
        for (int i = 0; i < graph.Input.Count; i++)
        {
            var type = TypeCodec.Read(graph.Input[i], $"{node.Place}, input '{graph.Input[i].Name}' of its body").ElementType;
            if (type == ElementType.Undefined && i < formal) type = outer._scope.FactOf(node.Inputs[i])?.ElementType ?? type;
            reader.AddInput(graph.Input[i].Name, new Fact(type, null));
        }

        foreach (string name in node.Captured) reader.AddInput(name, outer._values[name].Fact with { Constant = null, Extents = null });
        return reader._builder.Build(reader.AddNodes(graph, [.. graph.Node.Select(n => (n, node.Opset))]));
    }

    /// <summary>All names of a graph and of the bodies in it.</summary>
    public static IEnumerable<string> NamesOf(GraphProto graph) => graph.Input.Select(i => i.Name)
        .Concat(graph.Initializer.Select(i => i.Name))
        .Concat(graph.Node.SelectMany(n => n.Output))
        .Concat(graph.Node.SelectMany(n => n.Attribute).SelectMany(Captures.BodiesOf).SelectMany(NamesOf));

    private void AddInput(string name, Fact fact) => _values.Add(name, _builder.Input(name, fact.ElementType, fact.Shape));

    private Value[] AddNodes(GraphProto graph, IReadOnlyList<(NodeProto Node, long Opset)> nodes)
    {
        foreach (var info in graph.ValueInfo.Concat(graph.Output)) _declared[info.Name] = info;
        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        var sorted = Topology.Sort([.. nodes.Select(n => ReadNode(n.Node, n.Opset))], new HashSet<string>([.. _values.Keys, .. initializers]));
        var roles = Roles.Find(sorted, initializers);
        foreach (var (message, tensor) in graph.Initializer.Zip(ReadInitializers(graph)))
            _values.Add(message.Name, _builder.Initializer(message.Name, tensor, Roles.Of(message.Name, tensor, roles)));

        foreach (var node in sorted)
        {
            foreach (var (name, body) in node.Bodies) node.Attributes = node.Attributes.With(name, ReadBody(body, node, this));
            var upgraded = OpsetHistory.Upgrade(node, node.Opset, _scope);
            foreach (var (name, data) in _scope.TakeConstants()) _values.Add(name, _builder.Initializer(name, data, InitializerRole.Constant));
            foreach (var form in upgraded) Add(form);
        }

        return [.. graph.Output.Select(o => _values[o.Name])];
    }

    // Most of the time of loading goes into taking memory for the weights and filling it, which several threads do faster.
    private Tensor[] ReadInitializers(GraphProto graph)
    {
        var tensors = new Tensor[graph.Initializer.Count];
        var failures = new Exception?[tensors.Length];
        Parallel.For(0, tensors.Length, i =>
        {
            try
            {
                tensors[i] = _tensors.Read(graph.Initializer[i], $"initializer '{graph.Initializer[i].Name}'");
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        });

        // The first in the file's order is named, whichever came first in time.
        if (Array.Find(failures, f => f is not null) is { } failure) ExceptionDispatchInfo.Throw(failure);
        return tensors;
    }

    private NodeForm ReadNode(NodeProto message, long opset)
    {
        var node = new NodeForm
        {
            Operator = message.OpType,
            Domain = MetadataCodec.IsOnnx(message.Domain) ? "" : message.Domain,
            Opset = opset,
            Name = message.Name,
            Inputs = [.. message.Input],
            Outputs = [.. message.Output],
            Documentation = message.HasDocString ? message.DocString : null,
        };
        foreach (var attribute in message.Attribute)
        {
            if (AttributeCodec.KindOf(attribute) == AttributeProto.Types.AttributeType.Graph && attribute.G is not null) node.Bodies.Add((attribute.Name, attribute.G));
            else node.Attributes = node.Attributes.With(attribute.Name, AttributeCodec.Read(attribute, $"{node.Place}, attribute {attribute.Name}", _tensors));
        }

        if (node.Bodies.Count > 0) Captures.AddTo(node);
        return node;
    }

    private void Add(NodeForm node)
    {
        var op = OperatorSet.Find(node.Domain, node.Operator) ?? throw new UnsupportedModelException(node.Place, "the operator is not implemented.");
        var inputs = node.Inputs.ConvertAll(v => v.Length == 0 ? null : _values[v]);
        while (node.Bodies.Count == 0 && inputs.Count > 0 && inputs[^1] is null) inputs.RemoveAt(inputs.Count - 1);
        var outputs = AddNode(op, node, inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            string name = node.Outputs[i];
            if (name.Length == 0) continue;
            if (_declared.GetValueOrDefault(name) is { } info) _builder.Declare(outputs[i], TypeCodec.Read(info, $"value '{name}'").ElementType);
            _values.Add(name, outputs[i]);
        }
    }

    private Value[] AddNode(Operator op, NodeForm node, List<Value?> inputs)
    {
        Value[] outputs = [];
        try
        {
            Misfit.Guard(node.Place, () => outputs = _builder.AddNode(op, node.Name, inputs, node.Outputs, node.Attributes, node.Documentation));
            return outputs;
        }
        catch (FrameworkException e) when (!e.Place.Contains(node.Place, StringComparison.Ordinal))
        {
            throw Misfit.Located(e, node.Place);
        }
    }
}
