using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>The values of a network that can be looked at.</summary>
public static class Layers
{
    /// <summary>What nodes make of the images, in order: floats with a batch axis and channels.</summary>
    public static IReadOnlyList<Value> Of(Graph network) =>
    [
        .. network.Nodes.Where(n => n.Outputs.Count > 0).Select(n => n.Outputs[0]).OfType<Value>()
            .Where(v => v is { ElementType: ElementType.Float32, Shape.Rank: 2 or 4 } && !v.Shape[0].Equals(1)),
    ];

    /// <summary>Finds a layer by the name of its node or of the value that it makes.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static Value Find(Graph network, string name) =>
        Of(network).FirstOrDefault(v => v.Name == name || v.Producer!.Name == name)
        ?? throw new UsageException($"layer {name}", $"is not in {network.Name}.", $"It has {string.Join(", ", Of(network).Select(v => v.Producer!.Name))}.");

    /// <summary>The last value with rows and columns: what is left of the picture before the classes are told apart.</summary>
    /// <exception cref="UsageException">No layer has rows and columns.</exception>
    public static Value LastMap(Graph network) =>
        Of(network).LastOrDefault(v => v.Shape is { Rank: 4 } s && !(s[2].Equals(1) && s[3].Equals(1)))
        ?? throw new UsageException(network.Name, "has no layer with rows and columns.");

    /// <summary>The weights of the first convolution, [filters, channels, rows, columns].</summary>
    /// <exception cref="UsageException">The network has no convolution in two dimensions with weights of its own.</exception>
    public static Tensor FirstFilters(Graph network)
    {
        foreach (var node in network.Nodes.Where(n => n.Operator == Conv.Instance))
        {
            if (network.Initializers.FirstOrDefault(i => i.Value == node.Inputs[1]) is { Data: { Shape.Rank: 4, ElementType: ElementType.Float32 } weights })
                return weights;
        }

        throw new UsageException(network.Name, "has no convolution whose filters could be shown.");
    }

    /// <summary>What a layer makes of an image.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">One of its values.</param>
    /// <param name="image">Float32 [1, C, H, W], normalised as the network expects.</param>
    public static Tensor Activations(Graph network, Value layer, Tensor image)
    {
        using var session = new Execution.Session(network.WithOutputs(layer));
        return session.Run(image)[0];
    }
}
