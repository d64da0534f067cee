using Framework.Errors;
using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>
/// Grad-CAM (Selvaraju et al. 2016): where a layer sees what speaks for a class. Each of the layer's maps is weighted by the mean, over its places, of the
/// derivative of the class's score; their sum is rectified.
/// </summary>
public static class GradCam
{
    /// <summary>Computes the map.</summary>
    /// <param name="network">The network in its inference form; its first output is scores.</param>
    /// <param name="layer">A value with rows and columns.</param>
    /// <param name="image">Float32 [1, C, H, W].</param>
    /// <param name="score">The class.</param>
    /// <returns>Float32 [rows, columns] of the layer.</returns>
    /// <exception cref="UsageException">The layer has no rows and columns, or there is no such class.</exception>
    public static Tensor Of(Graph network, Value layer, Tensor image, int score)
    {
        if (layer.Shape is not { Rank: 4 }) throw new UsageException($"layer {layer.Name}", $"is {layer.Shape}, which has no rows and columns.");
        var maps = Layers.Activations(network, layer, image);
        var (rest, given) = From(network, layer);
        using var session = new Session(Backward.VectorJacobian(rest, [given]));
        var scores = network.Outputs[0].Shape is { Rank: 2 } s && s[1].IsKnown ? (int)s[1].Value : throw new ShapeException(network.Name, "has no row of scores.");
        if (score < 0 || score >= scores) throw new UsageException($"class {score}", $"is not among the {scores} of the network.");
        var one = new Tensor(ElementType.Float32, [1, scores]);
        one.AsSpan<float>()[score] = 1;
        var derivatives = session.Run(image, maps, one)[1];
        return Combine(maps, derivatives);
    }

    private static Tensor Combine(Tensor maps, Tensor derivatives)
    {
        int channels = maps.Shape[1], area = maps.Count / channels;
        var result = new Tensor(ElementType.Float32, maps.Shape[2..]);
        var sums = result.AsSpan<float>();
        for (int c = 0; c < channels; c++)
        {
            double weight = 0;
            foreach (float d in derivatives.AsSpan<float>().Slice(c * area, area)) weight += d;
            var map = maps.AsSpan<float>().Slice(c * area, area);
            for (int i = 0; i < area; i++) sums[i] += (float)(weight / area) * map[i];
        }

        foreach (ref float v in sums) v = Math.Max(0, v);
        return result;
    }

    /// <summary>The network from a layer on, which becomes a further input. What goes around the layer is still computed from the image.</summary>
    private static (Graph Remainder, string Given) From(Graph network, Value layer)
    {
        string name = $"given.{layer.Name}";
        var builder = GraphBuilder.HeadOf(network, out var map);
        var given = builder.Input(name, layer.ElementType, layer.Shape);
        foreach (var node in network.Nodes)
        {
            builder.Release(node);
            builder.CopyNode(node, map);
            if (node == layer.Producer) map.Set(layer, given);
        }

        return (GraphPatch.RemoveDead(builder.Build(map.Get(network.Outputs[0]))), name);
    }
}
