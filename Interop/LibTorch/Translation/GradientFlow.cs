using Framework.Graphs;

namespace Interop.LibTorch.Translation;

/// <summary>
/// Which values of a graph gradients pass through: those computed from the differentiated ones, and those that outputs are computed from.
/// </summary>
internal sealed class GradientFlow
{
    private readonly HashSet<Value> _forward;
    private readonly HashSet<Value> _backward;

    /// <summary>Follows the graph both ways.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="differentiated">Names of the values that gradients are with respect to.</param>
    /// <param name="outputs">Names of the outputs whose gradients are given.</param>
    public GradientFlow(Graph graph, IReadOnlyCollection<string> differentiated, IReadOnlyCollection<string> outputs)
    {
        _forward = [.. graph.Values.Where(v => differentiated.Contains(v.Name))];
        foreach (var node in graph.Nodes)
        {
            if (node.Inputs.Any(i => i is not null && _forward.Contains(i))) _forward.UnionWith(node.Outputs.OfType<Value>());
        }

        _backward = [.. graph.Values.Where(v => outputs.Contains(v.Name))];
        foreach (var node in graph.Nodes.Reverse())
        {
            if (node.Outputs.Any(o => o is not null && _backward.Contains(o))) _backward.UnionWith(node.Inputs.OfType<Value>());
        }
    }

    /// <summary>Whether a gradient is asked for with respect to a value, or to what it was computed from.</summary>
    public bool ReachInput(Value value) => _forward.Contains(value);

    /// <summary>Whether a gradient comes back to a value from an output.</summary>
    public bool ComeBackTo(Value value) => _backward.Contains(value);
}
