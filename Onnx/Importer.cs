using System.Runtime.ExceptionServices;
using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
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
    private readonly Dictionary<string, Value> _values = [];
    private readonly FormScope _scope;
    private readonly Dictionary<string, ValueInfoProto> _declared = [];

    private Importer(GraphProto graph, IEnumerable<(NodeProto Node, long Opset)> nodes, TensorReader tensors)
    {
        _builder = new GraphBuilder(graph.Name);
        _tensors = tensors;
        HashSet<string> names = [.. nodes.SelectMany(n => n.Node.Output), .. graph.Input.Select(i => i.Name), .. graph.Initializer.Select(i => i.Name)];
        _scope = new FormScope(name => _values.GetValueOrDefault(name)?.Fact, names);
    }

    /// <summary>Reads a model.</summary>
    public static Graph Import(ByteSource source, ExternalData? folder)
    {
        try
        {
            var (model, cuts) = Skeleton.ReadModel(source);
            Checker.Check(model, ordered: false);
            var nodes = FunctionInliner.Inline(model, FunctionInliner.OpsetOf(model.OpsetImport));
            SupportCheck.Check(model, nodes);
            var importer = new Importer(model.Graph, nodes, new TensorReader(source, cuts, folder));
            return importer.Read(model, nodes);
        }
        catch (FrameworkException e) when (!e.Place.StartsWith(source.Name, StringComparison.Ordinal))
        {
            throw Located(e, source.Name);
        }
    }

    private Graph Read(ModelProto model, IEnumerable<(NodeProto Node, long Opset)> nodes)
    {
        var graph = model.Graph;
        foreach (var info in graph.ValueInfo.Concat(graph.Output)) _declared[info.Name] = info;
        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        foreach (var input in graph.Input.Where(i => !initializers.Contains(i.Name)))
        {
            var fact = TypeCodec.Read(input, $"input '{input.Name}'");
            _values.Add(input.Name, _builder.Input(input.Name, fact.ElementType, fact.Shape));
        }

        var sorted = Topology.Sort([.. nodes.Select(n => ReadNode(n.Node, n.Opset))], new HashSet<string>([.. _values.Keys, .. initializers]));
        var roles = Roles.Find(sorted, initializers);
        foreach (var (message, tensor) in graph.Initializer.Zip(ReadInitializers(graph)))
            _values.Add(message.Name, _builder.Initializer(message.Name, tensor, Roles.Of(message.Name, tensor, roles)));

        foreach (var node in sorted)
        {
            var upgraded = OpsetHistory.Upgrade(node, node.Opset, _scope);
            foreach (var (name, data) in _scope.TakeConstants()) _values.Add(name, _builder.Initializer(name, data, InitializerRole.Constant));
            foreach (var form in upgraded) Add(form);
        }

        _builder.Describe(MetadataCodec.Read(model, name => _values.GetValueOrDefault(name)?.Shape is not null));
        return _builder.Build([.. graph.Output.Select(o => _values[o.Name])]);
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
            throw Located(e, node.Place);
        }
    }

    private static UnsupportedModelException Bodies(string place) => new(place, "is a sub-graph, and no implemented operator takes one.");

    private static FrameworkException Located(FrameworkException e, string place) => e switch
    {
        ShapeException => new ShapeException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
        UnsupportedModelException => new UnsupportedModelException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
        _ => new ModelFormatException($"{place}, {e.Place}", e.Problem, e.Remedy, e),
    };
}
