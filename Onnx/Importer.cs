using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// Makes a graph of a model's messages, losslessly: nothing is folded; names, order and documentation stay, and the operator set is noted, so that
/// exporting gives the same model again.
/// </summary>
internal sealed class Importer
{
    private readonly GraphBuilder _builder;
    private readonly TensorReader _tensors;
    private readonly long _opset;
    private readonly Dictionary<string, Value> _values = [];
    private readonly FormScope _scope;

    private Importer(GraphProto graph, TensorReader tensors, long opset)
    {
        _builder = new GraphBuilder(graph.Name);
        _tensors = tensors;
        _opset = opset;
        HashSet<string> names = [.. graph.Node.SelectMany(n => n.Output), .. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(i => i.Name)];
        _scope = new FormScope(name => _values.GetValueOrDefault(name)?.Fact, names);
    }

    /// <summary>Reads a model.</summary>
    public static Graph Import(ByteSource source, ExternalData? folder)
    {
        try
        {
            var (model, cuts) = Skeleton.ReadModel(source);
            Checker.Check(model);
            long opset = OpsetOf(model);
            SupportCheck.Check(model, opset);
            var importer = new Importer(model.Graph, new TensorReader(source, cuts, folder), opset);
            importer._builder.Describe(MetadataOf(model));
            return importer.Read(model.Graph);
        }
        catch (FrameworkException e) when (!e.Place.StartsWith(source.Name, StringComparison.Ordinal))
        {
            throw InFile(source.Name, e);
        }
    }

    /// <summary>The version of <c>ai.onnx</c> that a model names; a file of the first format versions may name none.</summary>
    private static long OpsetOf(ModelProto model) =>
        model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 1;

    private static GraphMetadata MetadataOf(ModelProto model) => new()
    {
        ProducerName = model.ProducerName,
        ProducerVersion = model.ProducerVersion,
        Domain = model.Domain,
        ModelVersion = model.ModelVersion,
        Documentation = model.DocString,
        GraphDocumentation = model.Graph.DocString,
        IrVersion = model.IrVersion,
        Opsets = [.. model.OpsetImport.Select(o => KeyValuePair.Create(o.Domain, o.Version))],
        Properties = [.. model.MetadataProps.Select(p => KeyValuePair.Create(p.Key, p.Value))],
    };

    private Graph Read(GraphProto graph)
    {
        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        foreach (var input in graph.Input.Where(i => !initializers.Contains(i.Name)))
        {
            var fact = TypeCodec.Read(input, $"input '{input.Name}'");
            _values.Add(input.Name, _builder.Input(input.Name, fact.ElementType, fact.Shape));
        }

        var nodes = Topology.Sort([.. graph.Node.Select(ReadNode)], new HashSet<string>([.. _values.Keys, .. initializers]));
        var roles = Roles.Find(nodes, initializers);
        foreach (var message in graph.Initializer)
        {
            var tensor = _tensors.Read(message, $"initializer '{message.Name}'");
            _values.Add(message.Name, _builder.Initializer(message.Name, tensor, Roles.Of(message.Name, tensor, roles)));
        }

        foreach (var node in nodes)
        {
            var upgraded = OpsetHistory.Upgrade(node, _opset, _scope);
            foreach (var (name, data) in _scope.TakeConstants()) _values.Add(name, _builder.Initializer(name, data, InitializerRole.Constant));
            foreach (var form in upgraded) Add(form);
        }

        return _builder.Build([.. graph.Output.Select(o => _values[o.Name])]);
    }

    private NodeForm ReadNode(NodeProto message)
    {
        var node = new NodeForm
        {
            Operator = message.OpType,
            Domain = message.Domain == "ai.onnx" ? "" : message.Domain,
            Name = message.Name,
            Inputs = [.. message.Input],
            Outputs = [.. message.Output],
            Documentation = message.HasDocString ? message.DocString : null,
        };
        foreach (var attribute in message.Attribute)
        {
            string place = $"{node.Place}, attribute {attribute.Name}";
            node.Attributes = node.Attributes.With(attribute.Name, AttributeCodec.Read(attribute, place, _tensors, _ => throw Bodies(place)));
        }

        return node;
    }

    private void Add(NodeForm node)
    {
        var op = OperatorSet.Find(node.Domain, node.Operator) ?? throw new UnsupportedModelException(node.Place, "the operator is not implemented.");
        var inputs = node.Inputs.ConvertAll(v => v.Length == 0 ? null : _values[v]);
        while (inputs.Count > 0 && inputs[^1] is null) inputs.RemoveAt(inputs.Count - 1);
        var outputs = _builder.AddNode(op, node.Name, inputs, node.Outputs, node.Attributes, node.Documentation);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (node.Outputs[i].Length > 0) _values.Add(node.Outputs[i], outputs[i]);
        }
    }

    private static UnsupportedModelException Bodies(string place) => new(place, "is a sub-graph, and no implemented operator takes one.");

    private static FrameworkException InFile(string file, FrameworkException e) => e switch
    {
        ShapeException => new ShapeException($"{file}, {e.Place}", e.Problem, e.Remedy, e),
        UnsupportedModelException => new UnsupportedModelException($"{file}, {e.Place}", e.Problem, e.Remedy, e),
        _ => new ModelFormatException($"{file}, {e.Place}", e.Problem, e.Remedy, e),
    };
}
