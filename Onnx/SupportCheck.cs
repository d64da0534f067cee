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
    /// <exception cref="UnsupportedModelException">Something is missing; the message lists all of it.</exception>
    public static void Check(ModelProto model, long opset)
    {
        if (opset > OpsetHistory.Newest)
        {
            throw new UnsupportedModelException(
                $"operator set {opset}", $"is newer than {OpsetHistory.Newest}, the newest that is known.", $"Export the model for operator set {OpsetHistory.Newest} or before.");
        }

        var missing = NodesOf(model.Graph)
            .GroupBy(n => (Domain: n.Domain is "ai.onnx" ? "" : n.Domain, n.OpType))
            .Where(g => OperatorSet.Find(g.Key.Domain, OpsetHistory.Successor(g.Key.OpType)) is null || g.Key.Domain is Domains.Gradient or Domains.Execution)
            .OrderBy(g => g.Key)
            .ToList();
        if (missing.Count == 0) return;
        var versions = model.OpsetImport.ToDictionary(o => o.Domain is "ai.onnx" ? "" : o.Domain, o => o.Version);
        throw new UnsupportedModelException(
            "model",
            $"needs {missing.Count} operator(s) that are not implemented: {string.Join("; ", missing.Select(g => Describe(g.Key, versions.GetValueOrDefault(g.Key.Domain, opset), [.. g])))}.",
            "Export it without them, or replace these nodes.");
    }

    private static IEnumerable<NodeProto> NodesOf(GraphProto graph) =>
        graph.Node.SelectMany(n => n.Attribute.SelectMany(a => a.Graphs.Concat(a.G is null ? [] : [a.G])).SelectMany(NodesOf).Prepend(n));

    private static string Describe((string Domain, string Operator) key, long version, NodeProto[] nodes)
    {
        var names = nodes.Take(NamedNodes).Select(n => n.Name.Length > 0 ? n.Name : $"the one that makes '{n.Output.FirstOrDefault()}'");
        string more = nodes.Length > NamedNodes ? $" and {nodes.Length - NamedNodes} more" : "";
        return $"{(key.Domain.Length == 0 ? "ai.onnx" : key.Domain)} {version} {key.Operator} ({nodes.Length} times: {string.Join(", ", names)}{more})";
    }
}
