using Framework.Errors;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// Puts the nodes of a model's own functions in the place of the nodes that call them. A function's nodes may be of another operator set than
/// the model's.
/// </summary>
internal sealed class FunctionInliner
{
    // A model of a few functions that call each other can describe any number of nodes.
    private const int MostNodes = 1 << 17;
    private const int DeepestCall = 32;

    private readonly Dictionary<(string, string, string), FunctionProto> _functions = [];
    private readonly NameSet _names;
    private readonly List<(NodeProto Node, long Opset)> _nodes = [];

    private FunctionInliner(ModelProto model)
    {
        foreach (var function in model.Functions)
        {
            if (!_functions.TryAdd((function.Domain, function.Name, function.Overload), function))
                throw new ModelFormatException($"function '{function.Domain}.{function.Name}'", "is defined twice.");
        }

        _names = new NameSet(GraphReader.NamesOf(model.Graph));
    }

    /// <summary>The nodes of a model's graph, without calls, and the version of <c>ai.onnx</c> that each is of.</summary>
    /// <exception cref="ModelFormatException">Functions call each other in a circle, or describe too many nodes.</exception>
    public static IReadOnlyList<(NodeProto Node, long Opset)> Inline(ModelProto model, long opset)
    {
        var inliner = new FunctionInliner(model);
        foreach (var node in model.Graph.Node) inliner.Add(node, opset, 0);
        return inliner._nodes;
    }

    /// <summary>The version of <c>ai.onnx</c> that is named; a file of the first format versions may name none.</summary>
    public static long OpsetOf(IEnumerable<OperatorSetIdProto> imports) => imports.FirstOrDefault(o => MetadataCodec.IsOnnx(o.Domain))?.Version ?? 1;

    private void Add(NodeProto node, long opset, int depth)
    {
        if (!_functions.TryGetValue((node.Domain, node.OpType, node.Overload), out var function))
        {
            _nodes.Add((node, opset));
            if (_nodes.Count > MostNodes) throw new ModelFormatException("functions", $"describe more than {MostNodes} nodes.");
            return;
        }

        string place = $"{node.Name} ({node.Domain}.{node.OpType})";
        if (depth == DeepestCall) throw new ModelFormatException(place, $"calls functions more than {DeepestCall} deep, or in a circle.");
        if (node.Input.Count > function.Input.Count || node.Output.Count > function.Output.Count)
            throw new ModelFormatException(place, $"has {node.Input.Count} inputs and {node.Output.Count} outputs, the function {function.Input.Count} and {function.Output.Count}.");
        var call = new Call(node, function, _names);
        foreach (var inner in function.Node) Add(call.Translate(inner, place), OpsetOf(function.OpsetImport), depth + 1);
    }

    /// <summary>One call of a function: its names and attributes become the caller's.</summary>
    private sealed class Call
    {
        private readonly Dictionary<string, string> _values = [];
        private readonly Dictionary<string, AttributeProto> _attributes = [];
        private readonly NameSet _taken;
        private readonly string _prefix;

        public Call(NodeProto node, FunctionProto function, NameSet taken)
        {
            _taken = taken;
            _prefix = node.Name.Length > 0 ? node.Name : node.OpType;
            for (int i = 0; i < function.Input.Count; i++) _values[function.Input[i]] = i < node.Input.Count ? node.Input[i] : "";
            for (int i = 0; i < function.Output.Count; i++)
            {
                if (i < node.Output.Count && node.Output[i].Length > 0) _values[function.Output[i]] = node.Output[i];
            }

            foreach (var attribute in function.AttributeProto.Concat(node.Attribute)) _attributes[attribute.Name] = attribute;
        }

        public NodeProto Translate(NodeProto inner, string place)
        {
            var node = inner.Clone();
            if (inner.Name.Length > 0) node.Name = $"{_prefix}/{inner.Name}";
            for (int i = 0; i < node.Input.Count; i++) node.Input[i] = NameOf(node.Input[i]);
            for (int i = 0; i < node.Output.Count; i++) node.Output[i] = NameOf(node.Output[i]);
            node.Attribute.Clear();
            foreach (var attribute in inner.Attribute)
            {
                if (attribute.RefAttrName.Length == 0)
                {
                    if (attribute.G is not null || attribute.Graphs.Count > 0)
                        throw new UnsupportedModelException(place, $"the function's node '{inner.Name}' ({inner.OpType}) has a sub-graph.");
                    node.Attribute.Add(attribute);
                }
                else if (_attributes.TryGetValue(attribute.RefAttrName, out var given))
                {
                    var copy = given.Clone();
                    copy.Name = attribute.Name;
                    node.Attribute.Add(copy);
                }
            }

            return node;
        }

        private string NameOf(string inner)
        {
            if (inner.Length == 0) return "";
            if (_values.TryGetValue(inner, out string? known)) return known;
            return _values[inner] = _taken.Fresh($"{_prefix}/{inner}");
        }
    }
}
