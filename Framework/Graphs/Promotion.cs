namespace Framework.Graphs;

/// <summary>Turns initializers of a graph into inputs, so that their elements are given at each run.</summary>
public static class Promotion
{
    /// <summary>The graph with the named initializers as further inputs, in the given order.</summary>
    /// <exception cref="Errors.UsageException">The graph has no such initializer.</exception>
    public static Graph ToInputs(Graph graph, IReadOnlyList<string> names)
    {
        var byName = graph.Initializers.ToDictionary(i => i.Name);
        var chosen = new HashSet<string>(names);
        var builder = new GraphBuilder(graph.Name).Describe(graph.Metadata);
        var map = new ValueMap();
        foreach (var input in graph.Inputs) map.Set(input, builder.Input(input.Name, input.ElementType, input.Shape));
        foreach (string name in names)
        {
            if (!byName.TryGetValue(name, out var initializer)) throw new Errors.UsageException($"initializer '{name}'", $"is not in {graph.Name}.");
            map.Set(initializer.Value, builder.Input(name, initializer.Data.ElementType, initializer.Data.Shape));
        }

        foreach (var initializer in graph.Initializers)
        {
            if (!chosen.Contains(initializer.Name))
                map.Set(initializer.Value, builder.Initializer(initializer.Name, initializer.Data, initializer.Role));
        }

        foreach (var node in graph.Nodes) builder.CopyNode(node, map);
        return builder.Build([.. graph.Outputs.Select(map.Get)]);
    }
}
