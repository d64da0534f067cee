using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Gradients;

/// <summary>
/// Reverse-mode differentiation of a graph into a graph. The engine only walks back and adds up; what an operator's gradient is stands on
/// the operator's page.
/// </summary>
public static class Backward
{
    /// <summary>
    /// The graph with the gradients of a scalar output as further outputs, named <c>grad.NAME</c>, in the order of
    /// <paramref name="withRespectTo"/>.
    /// </summary>
    /// <param name="graph">The graph; its shapes may be symbolic.</param>
    /// <param name="loss">The output to differentiate: one element.</param>
    /// <param name="withRespectTo">Inputs or initializers of the graph, by name.</param>
    /// <exception cref="UsageException">A name is not that of an input or initializer, or the loss is not an output of one element.</exception>
    /// <exception cref="UnsupportedModelException">An operator on the way has no gradient.</exception>
    public static Graph Differentiate(Graph graph, string loss, IReadOnlyList<string> withRespectTo)
    {
        var output = graph.Outputs.FirstOrDefault(o => o.Name == loss) ?? throw new UsageException($"loss '{loss}'", $"is not an output of {graph.Name}.");
        if (output.Shape is not null && output.Shape.ElementCount != 1) throw new UsageException($"loss '{loss}'", $"has the shape {output.Shape}; it must be one number.");
        var builder = Extend(graph, out var map);
        var seed = builder.Constant(Tensor.Scalar(1f).To(output.ElementType).Reshape(output.Shape is { Rank: > 0 } s ? s.ToShape() : Shape.Scalar));
        var gradients = Gradients(builder, graph, map, [(output, seed)], Sources(graph, withRespectTo));
        return Finish(builder, graph, map, withRespectTo, gradients);
    }

    /// <summary>
    /// The graph with, as further outputs, the products of the outputs' Jacobian with cotangents, which become inputs named
    /// <c>cotangent.NAME</c>. Judges use it: with a random cotangent every entry of a Jacobian counts.
    /// </summary>
    /// <inheritdoc cref="Differentiate"/>
    public static Graph VectorJacobian(Graph graph, IReadOnlyList<string> withRespectTo)
    {
        var builder = Extend(graph, out var map);
        var seeds = graph.Outputs
            .Where(o => o.ElementType.IsFloat())
            .Select(o => (o, builder.Input($"cotangent.{o.Name}", o.ElementType, o.Shape)))
            .ToList();
        var gradients = Gradients(builder, graph, map, seeds, Sources(graph, withRespectTo));
        return Finish(builder, graph, map, withRespectTo, gradients);
    }

    private static GraphBuilder Extend(Graph graph, out ValueMap map) =>
        GraphBuilder.CopyOf(graph, out map, outputsOf: node => node.Operator.OutputsForGradient(node));

    private static List<Value> Sources(Graph graph, IReadOnlyList<string> names)
    {
        var sources = graph.Inputs.Concat(graph.Initializers.Select(i => i.Value)).ToDictionary(v => v.Name);
        return [.. names.Select(name => sources.GetValueOrDefault(name)
            ?? throw new UsageException($"gradient of '{name}'", $"{graph.Name} has no input or initializer of this name."))];
    }

    private static Graph Finish(GraphBuilder builder, Graph graph, ValueMap map, IReadOnlyList<string> names, IReadOnlyList<Value> gradients)
    {
        // A gradient may be a value that has another name already, such as a cotangent or another's gradient.
        var taken = new HashSet<Value>(graph.Outputs.Select(map.Get));
        var outputs = new List<Value>();
        for (int i = 0; i < names.Count; i++)
        {
            var gradient = gradients[i];
            if (gradient.Producer is null || !taken.Add(gradient)) gradient = builder.Apply(Identity.Instance, [gradient]);
            outputs.Add(builder.Rename(gradient, $"grad.{names[i]}"));
        }

        return GraphPatch.RemoveDead(builder.Build([.. graph.Outputs.Select(map.Get), .. outputs]));
    }

    private static IReadOnlyList<Value> Gradients(
        GraphBuilder builder, Graph graph, ValueMap map, IReadOnlyList<(Value Output, Value Seed)> seeds, IReadOnlyList<Value> sources)
    {
        var needed = Dependents(graph, sources);
        var contributions = new Dictionary<Value, List<Value>>();
        foreach (var (output, seed) in seeds) Contribute(map.Get(output), seed);

        // Nodes in reverse: when a node is reached, all who read its results have contributed.
        for (int i = graph.Nodes.Count - 1; i >= 0; i--)
        {
            var node = map.Get(graph.Nodes[i].Outputs.First(o => o is not null)!).Producer!;
            if (!graph.Nodes[i].Outputs.Any(o => o is not null && needed.Contains(o))) continue;
            if (!node.Outputs.Any(o => o is not null && contributions.ContainsKey(o))) continue;
            var original = graph.Nodes[i];
            var rule = new Differentiation(builder, node, Total, value => Needed(original, node, value));
            node.Operator.Differentiate(rule);
            for (int input = 0; input < node.Inputs.Count; input++)
            {
                if (rule.Gradients[input] is { } gradient && node.Inputs[input] is { } value && rule.Needs(input)) Contribute(value, gradient);
            }
        }

        return [.. sources.Select(s => Total(map.Get(s)) ?? Zeros(builder, map.Get(s)))];

        void Contribute(Value value, Value gradient)
        {
            if (!contributions.TryGetValue(value, out var list)) contributions.Add(value, list = []);
            list.Add(gradient);
        }

        Value? Total(Value value)
        {
            if (!contributions.TryGetValue(value, out var list)) return null;
            if (list.Count > 1) contributions[value] = list = [list.Sum()];
            return list[0];
        }

        bool Needed(Node original, Node copy, Value value)
        {
            for (int i = 0; i < copy.Inputs.Count; i++)
            {
                if (copy.Inputs[i] == value) return needed.Contains(original.Inputs[i]!);
            }

            return false;
        }
    }

    private static Value Zeros(GraphBuilder builder, Value like) => builder.Scalar(0, like.ElementType).Expand(like.ShapeOf());

    // The values that a source flows into, itself included, over floats only.
    private static HashSet<Value> Dependents(Graph graph, IEnumerable<Value> sources)
    {
        var dependents = new HashSet<Value>(sources);
        foreach (var node in graph.Nodes)
        {
            if (!node.Operator.IsDifferentiable || !node.Inputs.Any(i => i is not null && dependents.Contains(i))) continue;
            foreach (var output in node.Outputs)
            {
                if (output is not null && (output.ElementType.IsFloat() || output.ElementType == ElementType.Undefined)) dependents.Add(output);
            }
        }

        return dependents;
    }
}
