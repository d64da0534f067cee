namespace Framework.Data;

/// <summary>Mean and standard deviation of the values in [0, 1], one pair for each channel.</summary>
/// <param name="Mean">The mean of each channel.</param>
/// <param name="Deviation">The standard deviation of each channel (of the population, not of a sample).</param>
public sealed record ChannelStatistics(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    /// <summary>Computes the statistics of a data set whose samples have their channels outermost; in double precision.</summary>
    public static ChannelStatistics Of(IDataset dataset)
    {
        ArgumentOutOfRangeException.ThrowIfZero(dataset.Count);
        var sample = new float[dataset.SampleShape.ElementCount];
        int channels = dataset.SampleShape[0];
        int plane = sample.Length / channels;
        var sums = new double[channels];
        var squares = new double[channels];
        for (int index = 0; index < dataset.Count; index++)
        {
            dataset.Read(index, sample);
            for (int i = 0; i < sample.Length; i++)
            {
                sums[i / plane] += sample[i];
                squares[i / plane] += (double)sample[i] * sample[i];
            }
        }

        double count = (double)plane * dataset.Count;
        var mean = Array.ConvertAll(sums, s => (float)(s / count));
        var deviation = new float[channels];
        for (int c = 0; c < channels; c++)
            deviation[c] = (float)Math.Sqrt(Math.Max(0, (squares[c] / count) - (sums[c] / count * (sums[c] / count))));
        return new ChannelStatistics(mean, deviation);
    }
}
