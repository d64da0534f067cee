using Framework.Tensors;

namespace Framework.Data;

/// <summary>Chosen samples of another data set, in the order chosen.</summary>
public sealed class Subset : IDataset
{
    private readonly IDataset _whole;
    private readonly int[] _indices;

    /// <summary>Chooses samples by index; one may be chosen more than once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An index is none of the data set's.</exception>
    public Subset(IDataset whole, ReadOnlySpan<int> indices)
    {
        foreach (int index in indices)
        {
            if ((uint)index >= (uint)whole.Count)
                throw new ArgumentOutOfRangeException(nameof(indices), index, $"The data set has {whole.Count} samples.");
        }

        _whole = whole;
        _indices = indices.ToArray();
    }

    /// <inheritdoc/>
    public int Count => _indices.Length;

    /// <inheritdoc/>
    public Shape SampleShape => _whole.SampleShape;

    /// <inheritdoc/>
    public ElementType SampleType => _whole.SampleType;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _whole.ClassNames;

    /// <inheritdoc/>
    public ChannelStatistics? Statistics => _whole.Statistics;

    /// <summary>The samples from <paramref name="start"/> on, as they come.</summary>
    public static Subset Range(IDataset whole, int start, int count) => new(whole, Enumerable.Range(start, count).ToArray());

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        return _whole.Read(_indices[index], sample);
    }
}
