using Framework.Errors;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// The rules that the messages of a model must keep whatever its operators mean: what is required is there, every name is assigned once and
/// read only where something makes it, attributes and types have the form that they claim.
/// </summary>
internal static class Checker
{
    // Files of this format version and later name their operator sets.
    private const int FirstWithOpsets = 3;

    // No operator has a tenth of them; with more, looking one up by its name would take long.
    private const int MostAttributes = 256;

    /// <summary>Checks a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ordered">Whether every node must stand after those whose results it reads, as the format says and not every writer does.</param>
    /// <exception cref="ModelFormatException">A rule is broken; the message names the first place.</exception>
    public static void Check(ModelProto model, bool ordered)
    {
        if (model.Graph is null) throw new ModelFormatException("model", "holds no graph.", "The file is truncated, or no ONNX file.");
        if (!model.HasIrVersion || model.IrVersion < 1) throw new ModelFormatException("model", "does not say its format version (ir_version).");
        if (model.OpsetImport.Count == 0 && model.IrVersion >= FirstWithOpsets)
            throw new ModelFormatException("model", "does not say which operator set its nodes are of (opset_import).", "The file is truncated, or no ONNX file.");
        foreach (var group in model.OpsetImport.GroupBy(o => o.Domain is "ai.onnx" ? "" : o.Domain))
        {
            if (group.Count() > 1) throw new ModelFormatException("model", $"names the operator set of the domain '{group.Key}' twice.");
            if (group.First().Version < 1) throw new ModelFormatException("model", $"names version {group.First().Version} of the domain '{group.Key}'.");
        }

        CheckGraph(model.Graph, "graph", null, ordered);
        if (ordered) CheckBirths(model.Graph, FunctionInliner.OpsetOf(model.OpsetImport));
        foreach (var function in model.Functions) CheckFunction(function, $"function '{function.Domain}.{function.Name}'", ordered);
    }

    // What is written must be of the operator set that it names.
    private static void CheckBirths(GraphProto graph, long opset)
    {
        foreach (var node in graph.Node)
        {
            if (MetadataCodec.IsOnnx(node.Domain) && !(OpsetHistory.BirthOf(node.OpType) <= opset))
                throw new ModelFormatException(PlaceOf(node), $"is no operator of set {opset}.");
            foreach (var body in node.Attribute.SelectMany(Captures.BodiesOf)) CheckBirths(body, opset);
        }
    }

    // A function is a graph whose inputs have no types.
    private static void CheckFunction(FunctionProto function, string place, bool ordered)
    {
        var body = new GraphProto();
        body.Input.Add(function.Input.Select(name => new ValueInfoProto { Name = name }));
        body.Output.Add(function.Output.Select(name => new ValueInfoProto { Name = name }));
        body.Node.Add(function.Node);
        CheckGraph(body, place, null, ordered);
    }

    private static void CheckGraph(GraphProto graph, string place, Scope? outer, bool ordered)
    {
        var assigned = new HashSet<string>();
        foreach (var input in graph.Input) Assign(input.Name, $"{place}, input '{input.Name}'");
        var initializers = new HashSet<string>();
        foreach (var initializer in graph.Initializer)
        {
            string where = $"{place}, initializer '{initializer.Name}'";
            if (initializer.Name.Length == 0) throw new ModelFormatException(where, "has no name.");
            if (!initializers.Add(initializer.Name)) throw Twice(where);
            assigned.Add(initializer.Name);
        }

        foreach (var sparse in graph.SparseInitializer) Assign(sparse.Values?.Name ?? "", $"{place}, sparse initializer");
        var before = new Scope(ordered ? [.. assigned] : assigned, outer);
        foreach (var node in graph.Node)
        {
            foreach (string output in node.Output.Where(o => o.Length > 0)) Assign(output, PlaceOf(node));
        }

        foreach (var node in graph.Node)
        {
            CheckNode(node, before, ordered);
            if (ordered) before.Own.UnionWith(node.Output);
        }

        var outputs = new HashSet<string>();
        foreach (var output in graph.Output)
        {
            if (!before.Has(output.Name)) throw new ModelFormatException($"{place}, output '{output.Name}'", "nothing makes it.");
            if (!outputs.Add(output.Name)) throw Twice($"{place}, output '{output.Name}'");
        }

        void Assign(string name, string where)
        {
            if (name.Length == 0) throw new ModelFormatException(where, "has no name.");
            if (!assigned.Add(name) || outer?.Has(name) == true) throw Twice($"{where}, value '{name}'");
        }
    }

    private static void CheckNode(NodeProto node, Scope visible, bool ordered)
    {
        if (node.OpType.Length == 0) throw new ModelFormatException(PlaceOf(node), "names no operator.");
        foreach (string input in node.Input)
        {
            if (input.Length > 0 && !visible.Has(input))
                throw new ModelFormatException(PlaceOf(node), $"reads '{input}', which nothing makes{(ordered ? " before it" : "")}: no node, input or initializer has this name.");
        }

        if (!node.Output.Any(o => o.Length > 0)) throw new ModelFormatException(PlaceOf(node), "makes nothing.");
        if (node.Attribute.Count > MostAttributes) throw new ModelFormatException(PlaceOf(node), $"has {node.Attribute.Count} attributes.");
        var names = new HashSet<string>();
        foreach (var attribute in node.Attribute)
        {
            string where = $"{PlaceOf(node)}, attribute '{attribute.Name}'";
            if (attribute.Name.Length == 0) throw new ModelFormatException(where, "has no name.");
            if (!names.Add(attribute.Name)) throw Twice(where);
            foreach (var body in Captures.BodiesOf(attribute)) CheckGraph(body, where, visible, ordered);
        }
    }

    /// <summary>How messages name a node.</summary>
    public static string PlaceOf(NodeProto node) =>
        node.Name.Length > 0 ? $"{node.Name} ({node.OpType})" : $"node that makes '{node.Output.FirstOrDefault(o => o.Length > 0)}' ({node.OpType})";

    private static ModelFormatException Twice(string place) => new(place, "is assigned twice; every name is assigned once.");

    /// <summary>The names that a graph may read: its own, and those around it.</summary>
    private sealed class Scope(HashSet<string> own, Scope? outer)
    {
        public HashSet<string> Own { get; } = own;

        public bool Has(string name) => Own.Contains(name) || outer?.Has(name) == true;
    }
}
