using Framework.Operators;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// What the bodies of a node read of the graph around it. A file says it nowhere, bodies just name it; here a node takes it as inputs, so that
/// whatever orders, copies or rewrites a graph sees it.
/// </summary>
internal static class Captures
{
    /// <summary>The graphs that an attribute holds.</summary>
    public static IEnumerable<GraphProto> BodiesOf(AttributeProto attribute) => attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G);

    /// <summary>Adds to a node's inputs what its bodies read.</summary>
    public static void AddTo(NodeForm node)
    {
        // The captured values stand behind all formal inputs, also those that are left out.
        int formal = OperatorSet.Find(node.Domain, node.Operator)?.Signature.Inputs.TakeWhile(i => !i.Variadic).Count() ?? 0;
        while (node.Inputs.Count < formal) node.Inputs.Add("");
        node.Captured = [.. node.Bodies.SelectMany(b => FreeNames(b.Body)).Distinct()];
        node.Inputs.AddRange(node.Captured);
        node.Attributes = node.Attributes.With(BodyOperator.Captures, node.Captured.Count);
    }

    // The names that a graph reads and does not make, in the order of their first use.
    private static IEnumerable<string> FreeNames(GraphProto graph)
    {
        var own = graph.Input.Select(i => i.Name).Concat(graph.Initializer.Select(i => i.Name)).Concat(graph.Node.SelectMany(n => n.Output)).ToHashSet();
        return graph.Node
            .SelectMany(n => n.Input.Concat(n.Attribute.SelectMany(BodiesOf).SelectMany(FreeNames)))
            .Concat(graph.Output.Select(o => o.Name))
            .Where(name => name.Length > 0 && !own.Contains(name))
            .Distinct();
    }
}
