using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>How a picture is sought that excites a unit.</summary>
public sealed record MaximizerOptions
{
    /// <summary>Steps uphill.</summary>
    public int Steps { get; init; } = 200;

    /// <summary>How far a step goes, as the root mean square of its change.</summary>
    public float Rate { get; init; } = 0.05f;

    /// <summary>The share by which each step fades the picture: what does not excite the unit goes.</summary>
    public float Decay { get; init; } = 0.01f;

    /// <summary>After how many steps the picture is smoothed a little, against noise; 0 for never.</summary>
    public int SmoothEvery { get; init; } = 4;

    /// <summary>Seeds the noise that it starts from.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>Seeks the picture that excites a unit most, uphill from weak noise (Erhan et al. 2009; smoothing after Yosinski et al. 2015).</summary>
public static class UnitMaximizer
{
    /// <summary>Seeks a picture.</summary>
    /// <param name="network">The network.</param>
    /// <param name="layer">One of its values. Of a map, the unit in the middle is excited.</param>
    /// <param name="channel">The channel or score.</param>
    /// <param name="image">The extents [C, H, W] of a picture.</param>
    /// <param name="options">How; null for the usual.</param>
    /// <returns>The picture, normalised as the network expects, [1, C, H, W]; and what the unit says of it.</returns>
    public static (Tensor Picture, float Activation) Find(Graph network, Value layer, int channel, Shape image, MaximizerOptions? options = null)
    {
        options ??= new MaximizerOptions();
        using var projection = new Projection(network, layer, BackwardRule.Gradient);
        var picture = new Tensor(ElementType.Float32, [1, .. image]);
        var random = new CounterRandom(options.Seed, "unit");
        foreach (ref float value in picture.AsSpan<float>()) value = (float)(0.1 * random.NextNormal());
        for (int step = 1; step <= options.Steps; step++)
        {
            var (_, uphill) = projection.Project(picture, a => Unit(a, channel));
            Step(picture.AsSpan<float>(), uphill.AsSpan<float>(), options);
            if (options.SmoothEvery > 0 && step % options.SmoothEvery == 0 && step < options.Steps) Smooth(picture);
        }

        var (activations, _) = projection.Project(picture, a => Unit(a, channel));
        var last = Unit(activations, channel).AsSpan<float>();
        return (picture, activations.AsSpan<float>()[last.IndexOf(1f)]);
    }

    private static Tensor Unit(Tensor activations, int channel)
    {
        int channels = activations.Shape[1], area = activations.Count / channels;
        if (channel < 0 || channel >= channels) throw new Errors.UsageException($"channel {channel}", $"is not in the layer, which has {channels}.");
        int middle = activations.Shape.Rank == 4 ? (activations.Shape[2] / 2 * activations.Shape[3]) + (activations.Shape[3] / 2) : 0;
        var unit = new Tensor(ElementType.Float32, activations.Shape);
        unit.AsSpan<float>()[(channel * area) + middle] = 1;
        return unit;
    }

    private static void Step(Span<float> picture, ReadOnlySpan<float> uphill, MaximizerOptions options)
    {
        double squares = 0;
        foreach (float g in uphill) squares += (double)g * g;
        float scale = squares == 0 ? 0 : (float)(options.Rate / Math.Sqrt(squares / uphill.Length));
        for (int i = 0; i < picture.Length; i++) picture[i] = ((1 - options.Decay) * picture[i]) + (scale * uphill[i]);
    }

    // Each pixel becomes a mean of itself (1/2) and its four neighbours (1/8 each; at the edge itself again).
    private static void Smooth(Tensor picture)
    {
        int rows = picture.Shape[2], columns = picture.Shape[3];
        var before = picture.Clone();
        var from = before.AsSpan<float>();
        var to = picture.AsSpan<float>();
        for (int i = 0; i < to.Length; i++)
        {
            int row = i / columns % rows, column = i % columns;
            float around = from[row > 0 ? i - columns : i] + from[row < rows - 1 ? i + columns : i] + from[column > 0 ? i - 1 : i] + from[column < columns - 1 ? i + 1 : i];
            to[i] = (from[i] / 2) + (around / 8);
        }
    }
}
