using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Adaptation;

/// <summary>
/// A copy of a graph under the same names, with other inputs, initializers or operands, which may have other shapes: what follows is inferred anew.
/// </summary>
internal sealed class Revision
{
    /// <summary>The shape of an input; the present one unless told otherwise.</summary>
    public Func<Value, SymbolicShape?> Input { get; init; } = input => input.Shape;

    /// <summary>What stands for an initializer.</summary>
    public Func<Initializer, (Tensor Data, InitializerRole Role)> Initializer { get; init; } = i => (i.Data, i.Role);

    /// <summary>What a node reads in the new graph: changes the operands, which are the counterparts of its own.</summary>
    public Action<Node, Value?[], GraphBuilder> Operands { get; init; } = (_, _, _) => { };

    /// <summary>The changed copy, without what nothing reads any more.</summary>
    /// <exception cref="Errors.ShapeException">What is changed does not fit a node.</exception>
    public Graph Of(Graph graph)
    {
        var builder = new GraphBuilder(graph.Name).Describe(graph.Metadata);
        var map = new ValueMap();
        foreach (var input in graph.Inputs) map.Set(input, builder.Input(input.Name, input.ElementType, Input(input)));
        foreach (var initializer in graph.Initializers)
        {
            var (data, role) = Initializer(initializer);
            map.Set(initializer.Value, builder.Initializer(initializer.Name, data, role));
        }

        builder.Promise(graph);
        foreach (var node in graph.Nodes)
        {
            Value?[] operands = [.. node.Inputs.Select(map.Find)];
            Operands(node, operands, builder);
            builder.Release(node);
            var outputs = builder.CopyNode(node, operands);
            for (int i = 0; i < outputs.Length; i++)
            {
                if (node.Outputs[i] is { } original) map.Set(original, outputs[i]);
            }
        }

        return GraphPatch.RemoveDead(builder.Build([.. graph.Outputs.Select(map.Get)]));
    }
}
