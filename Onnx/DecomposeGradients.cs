using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Onnx;

/// <summary>
/// Writes the operators of the <c>grad</c> domain out in ONNX's own, so that a differentiated graph can be stored and another engine can check
/// it. What an operator becomes stands on its own page.
/// </summary>
public sealed class DecomposeGradients : GraphPatch
{
    private DecomposeGradients()
        : base(nameof(DecomposeGradients))
    {
    }

    /// <summary>The graph without operators of the <c>grad</c> domain.</summary>
    /// <exception cref="UnsupportedModelException">One of them has no such form.</exception>
    public static Graph From(Graph graph)
    {
        // A decomposition may itself use such operators, but less deep ones each time.
        while (graph.Nodes.Any(n => n.Operator.Domain == Domains.Gradient)) graph = new DecomposeGradients().Apply(graph);
        return graph;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator.Domain != Domains.Gradient) return null;
        return node.Operator.Decompose(node, [.. node.Inputs.Select(Map.Find)], Builder)
            ?? throw new UnsupportedModelException(node.Place, "has no form in ONNX's own operators.", "Export the graph for inference, or fix the shapes first.");
    }
}
