using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>The passes from a portable graph to one that a plan is made from, in their order.</summary>
internal static class Pipeline
{
    /// <summary>The lowered graph.</summary>
    /// <exception cref="DataDependentShapeException">A shape depends on data, so that there is no one plan.</exception>
    public static Graph Lower(Graph graph, IReadOnlyList<Shape> inputShapes, SessionOptions options, MemoryMeter? meter = null)
    {
        graph = Bind(graph, inputShapes);
        graph = new FoldConstants(meter).Apply(graph);
        graph = new RemoveNoOps().Apply(graph);
        graph = new LowerTransposedConvolutions().Apply(graph);
        graph = new FoldBatchNorm().Apply(graph);
        graph = new FuseEpilogues().Apply(graph);
        graph = new FuseElementwise().Apply(graph);
        graph = new CompactPoolIndices().Apply(graph);
        graph = new RecomputeNormalizations().Apply(graph);
        graph = new AssignLayouts(options).Apply(graph);
        GraphVerifier.Check(graph, GraphStage.Lowered);
        return graph;
    }

    private static Graph Bind(Graph graph, IReadOnlyList<Shape> inputShapes)
    {
        var shapes = new Dictionary<string, SymbolicShape>();
        for (int i = 0; i < inputShapes.Count; i++) shapes.Add(graph.Inputs[i].Name, inputShapes[i]);
        var builder = GraphBuilder.CopyOf(graph, out var map, inputShapes: shapes);
        var bound = builder.Build([.. graph.Outputs.Select(map.Get)]);
        foreach (var node in bound.Nodes)
        {
            if (node.Outputs.FirstOrDefault(o => o is not null && o.Shape is not { IsKnown: true }) is { } open)
                throw new DataDependentShapeException($"{node.Place}: the shape of '{open.Name}' depends on data.", bound);
        }

        return bound;
    }
}
