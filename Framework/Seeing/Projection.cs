using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>
/// Carries what a layer says back to the pixels. Max pooling sends it to the places that gave the maxima (the switches of an unpooling; where windows
/// overlap, what arrives is added), convolutions through their transposed filters, rectifiers by a <see cref="BackwardRule"/>.
/// </summary>
public sealed class Projection : IDisposable
{
    private readonly Session _session;
    private readonly SymbolicShape _layerShape;

    /// <summary>Prepares to carry back.</summary>
    /// <param name="network">The network in its inference form, with one input of images.</param>
    /// <param name="layer">One of its values, see <see cref="Layers"/>.</param>
    /// <param name="rule">The rule at rectifiers.</param>
    /// <exception cref="UnsupportedModelException">An operator on the way has no gradient.</exception>
    public Projection(Graph network, Value layer, BackwardRule rule)
    {
        if (network.Inputs.Count != 1) throw new ShapeException(network.Name, $"has {network.Inputs.Count} inputs.", "One, of images, is expected.");
        _layerShape = layer.Shape ?? throw new ShapeException($"layer {layer.Name}", "has no shape that is known.");
        _session = new Session(BackwardRules.VectorJacobian(network.WithOutputs(layer), [network.Inputs[0].Name], rule));
    }

    /// <summary>Carries a signal back.</summary>
    /// <param name="image">Float32 [1, C, H, W].</param>
    /// <param name="signalOf">Says, given the layer's activations, what is carried back: as many numbers.</param>
    /// <returns>The layer's activations, and the picture that the signal makes, of the image's shape.</returns>
    public (Tensor Activations, Tensor Picture) Project(Tensor image, Func<Tensor, Tensor> signalOf)
    {
        var shape = new SymbolicShape([.. _layerShape.Select((d, axis) => axis == 0 ? 1 : d)]);
        var none = new Tensor(ElementType.Float32, shape.IsKnown ? shape.ToShape("layer") : throw new ShapeException("layer", $"has the shape {shape}."));
        var activations = _session.Run(image, none)[0];
        return (activations, _session.Run(image, signalOf(activations))[1]);
    }

    /// <summary>Carries back the strongest activation of one channel, alone, as Zeiler and Fergus do.</summary>
    /// <returns>The picture, and the strongest activation with its row and column (0 and 0 where the layer has none).</returns>
    /// <exception cref="UsageException">The layer has no such channel.</exception>
    public (Tensor Picture, float Strength, int Row, int Column) Strongest(Tensor image, int channel)
    {
        (float Strength, int Row, int Column) best = default;
        var (_, picture) = Project(image, activations =>
        {
            int channels = activations.Shape[1], area = activations.Count / channels;
            if (channel < 0 || channel >= channels) throw new UsageException($"channel {channel}", $"is not in the layer, which has {channels}.");
            var map = activations.AsSpan<float>().Slice(channel * area, area);
            int at = 0;
            for (int i = 1; i < area; i++) if (map[i] > map[at]) at = i;
            int columns = activations.Shape.Rank == 4 ? activations.Shape[3] : 1;
            best = (map[at], at / columns, at % columns);
            var signal = new Tensor(ElementType.Float32, activations.Shape);
            signal.AsSpan<float>()[(channel * area) + at] = map[at];
            return signal;
        });
        return (picture, best.Strength, best.Row, best.Column);
    }

    /// <summary>Of each pixel, how much a score changes with it: the derivative of the score in the layer, a row of scores.</summary>
    /// <exception cref="UsageException">There is no such score.</exception>
    public Tensor OfScore(Tensor image, int score) => Project(image, scores =>
    {
        if (scores.Shape.Rank != 2) throw new UsageException("layer", $"is {scores.Shape}, no row of scores.");
        if (score < 0 || score >= scores.Count) throw new UsageException($"class {score}", $"is not among the {scores.Count} of the network.");
        var one = new Tensor(ElementType.Float32, scores.Shape);
        one.AsSpan<float>()[score] = 1;
        return one;
    }).Picture;

    /// <summary>The greatest magnitude over the channels of each pixel: [1, C, H, W] to rows x columns.</summary>
    public static float[] Magnitudes(Tensor picture)
    {
        int channels = picture.Shape[1], area = picture.Count / channels;
        var greatest = new float[area];
        var values = picture.AsSpan<float>();
        for (int i = 0; i < values.Length; i++) greatest[i % area] = Math.Max(greatest[i % area], Math.Abs(values[i]));
        return greatest;
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
