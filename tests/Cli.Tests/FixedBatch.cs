using Framework.Graphs;

namespace Cli.Tests;

/// <summary>A network that takes batches of one size only, as some exporters make them.</summary>
internal static class FixedBatch
{
    public static Graph Of(Graph graph, int batch)
    {
        var input = graph.Inputs[0];
        var shapes = new Dictionary<string, SymbolicShape> { [input.Name] = input.Shape!.With(0, batch) };
        var builder = GraphBuilder.CopyOf(graph, out var map, inputShapes: shapes);
        return builder.Build([.. graph.Outputs.Select(map.Get)]);
    }
}
