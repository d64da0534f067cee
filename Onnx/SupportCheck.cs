using Framework.Errors;
using Framework.Operators;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>Says at once everything that a model needs and that is not implemented.</summary>
internal static class SupportCheck
{
    // Names of so many nodes are listed for an operator; a network of a thousand layers says no more with all of them.
    private const int NamedNodes = 5;

    /// <summary>Looks through all nodes of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="nodes">The nodes, those of called functions included, each with its version of <c>ai.onnx</c>.</param>
    /// <exception cref="UnsupportedModelException">Something is missing; the message lists all of it.</exception>
    public static void Check(ModelProto model, IReadOnlyList<(NodeProto Node, long Opset)> nodes)
    {
        long newest = nodes.Select(n => n.Opset).Append(FunctionInliner.OpsetOf(model.OpsetImport)).Max();
        if (newest > OpsetHistory.Newest)
        {
            throw new UnsupportedModelException(
                $"operator set {newest}", $"is newer than {OpsetHistory.Newest}, the newest that is known.", $"Export the model for operator set {OpsetHistory.Newest} or before.");
        }

        var versions = model.OpsetImport.ToDictionary(o => o.Domain, o => o.Version);
        var missing = nodes.SelectMany(n => WithBodies(n.Node), (n, node) => (Node: node, n.Opset))
            .GroupBy(n => (Domain: MetadataCodec.IsOnnx(n.Node.Domain) ? "" : n.Node.Domain, n.Node.OpType))
            .Where(g => g.Key.Domain.Length > 0 || OperatorSet.Find("", OpsetHistory.Successor(g.Key.OpType)) is null)
            .OrderBy(g => g.Key)
            .Select(g => Describe(g.Key, g.Key.Domain.Length == 0 ? g.Max(n => n.Opset) : versions.GetValueOrDefault(g.Key.Domain), [.. g.Select(n => n.Node)]))
            .ToList();
        if (missing.Count == 0) return;
        throw new UnsupportedModelException(
            "model", $"needs {missing.Count} operator(s) that are not implemented: {string.Join("; ", missing)}.", "Export it without them, or replace these nodes.");
    }

    private static IEnumerable<NodeProto> WithBodies(NodeProto node) =>
        node.Attribute.SelectMany(Captures.BodiesOf).SelectMany(g => g.Node).SelectMany(WithBodies).Prepend(node);

    private static string Describe((string Domain, string Operator) key, long version, NodeProto[] nodes)
    {
        var names = nodes.Take(NamedNodes).Select(n => n.Name.Length > 0 ? n.Name : $"the one that makes '{n.Output.FirstOrDefault()}'");
        string more = nodes.Length > NamedNodes ? $" and {nodes.Length - NamedNodes} more" : "";
        return $"{(key.Domain.Length == 0 ? "ai.onnx" : key.Domain)} {version} {key.Operator} ({nodes.Length} times: {string.Join(", ", names)}{more})";
    }
}
