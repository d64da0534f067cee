using Framework.Graphs;

namespace Framework.Lowering;

/// <summary>A graph has no one plan for given input shapes, because a shape within follows from data. The session knows what to do then.</summary>
/// <param name="message">Which.</param>
/// <param name="bound">The graph bound to the shapes, node for node, as far as shapes are known.</param>
internal sealed class DataDependentShapeException(string message, Graph bound) : Exception(message)
{
    public Graph Bound { get; } = bound;
}
