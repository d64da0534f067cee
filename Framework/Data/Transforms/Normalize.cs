using System.Numerics;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Transforms;

/// <summary>(value - mean) / deviation, channel by channel.</summary>
/// <param name="statistics">One pair for each channel; a single pair serves any number of channels.</param>
public sealed class Normalize(ChannelStatistics statistics) : ITransform
{
    /// <summary>One mean and one deviation for all channels.</summary>
    public Normalize(float mean, float deviation)
        : this(new ChannelStatistics([mean], [deviation]))
    {
    }

    /// <summary>What is subtracted and divided by.</summary>
    public ChannelStatistics Statistics { get; } = Checked(statistics);

    /// <inheritdoc/>
    public Shape ShapeAfter(Shape sample)
    {
        if (Statistics.Mean.Count != 1 && (sample.Rank == 0 || sample[0] != Statistics.Mean.Count))
            throw new ShapeException("Normalize", $"samples {sample} do not have the {Statistics.Mean.Count} channels of the statistics.");
        return sample;
    }

    /// <inheritdoc/>
    public void Apply(ReadOnlySpan<float> source, Shape shape, Span<float> target, ref SampleRandom random)
    {
        int channels = Statistics.Mean.Count;
        int plane = source.Length / channels;
        for (int c = 0; c < channels; c++)
            NormalizePlane(source.Slice(c * plane, plane), target.Slice(c * plane, plane), Statistics.Mean[c], Statistics.Deviation[c]);
    }

    private static void NormalizePlane(ReadOnlySpan<float> source, Span<float> target, float mean, float deviation)
    {
        int i = 0;
        for (; i <= source.Length - Vector<float>.Count; i += Vector<float>.Count)
            ((new Vector<float>(source[i..]) - new Vector<float>(mean)) / deviation).CopyTo(target[i..]);
        for (; i < source.Length; i++) target[i] = (source[i] - mean) / deviation;
    }

    private static ChannelStatistics Checked(ChannelStatistics statistics)
    {
        if (statistics.Mean.Count == 0 || statistics.Mean.Count != statistics.Deviation.Count)
            throw new ArgumentException("Means and deviations come in pairs, one for each channel.", nameof(statistics));
        if (statistics.Deviation.Any(d => !(d > 0)))
            throw new ArgumentException("A deviation must be above 0.", nameof(statistics));
        return statistics;
    }
}
