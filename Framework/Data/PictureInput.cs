using Framework.Data.Images;
using Framework.Data.Transforms;
using Framework.Tensors;

namespace Framework.Data;

/// <summary>Makes a picture what a network takes.</summary>
public static class PictureInput
{
    /// <summary>In grey or colour, scaled until it covers the extents, cut out of the middle, normalised: Float32 [1, C, H, W].</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="sample">The extents [C, H, W] that the network takes; 1 or 3 channels.</param>
    /// <param name="normalization">What the network expects; null leaves values in [0, 1].</param>
    /// <exception cref="Errors.ShapeException">The extents are no picture's, or the statistics are for other channels.</exception>
    public static Tensor Of(Picture picture, Shape sample, ChannelStatistics? normalization = null)
    {
        PictureShape.Check("picture", sample);
        if (sample[0] is not (1 or 3)) throw new Errors.ShapeException("picture", $"has no {sample[0]} channels.", "1 or 3 can be had.");
        var toned = picture.With(sample[0]);
        var planes = new float[toned.Pixels.Length];
        toned.ToPlanes(planes);
        var input = Tensor.Uninitialized(ElementType.Float32, [1, .. sample]);
        var fitted = input.AsSpan<float>();
        Resampling.Apply(
            planes, [sample[0], toned.Rows, toned.Columns], Region.Covering(toned.Rows, toned.Columns, sample[1], sample[2]), fitted, sample[1], sample[2]);
        if (normalization is null) return input;
        var normalize = new Normalize(normalization);
        normalize.ShapeAfter(sample);
        var result = Tensor.Uninitialized(ElementType.Float32, input.Shape);
        var none = new SampleRandom(0);
        normalize.Apply(fitted, sample, result.AsSpan<float>(), ref none);
        return result;
    }

    /// <summary>The picture that a network's input shows: the way back, but for what was cut off.</summary>
    /// <param name="input">Float32 [1, C, H, W] of 1 or 3 channels.</param>
    /// <param name="normalization">What was applied; null for nothing.</param>
    public static Picture Back(Tensor input, ChannelStatistics? normalization = null)
    {
        int channels = input.Shape[1], area = input.Shape[2] * input.Shape[3];
        float[] values = input.ToArray<float>();
        for (int i = 0; normalization is not null && i < values.Length; i++)
        {
            int channel = normalization.Mean.Count == 1 ? 0 : i / area;
            values[i] = (values[i] * normalization.Deviation[channel]) + normalization.Mean[channel];
        }

        return Picture.OfPlanes(values, channels, input.Shape[2], input.Shape[3]);
    }
}
