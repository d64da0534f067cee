using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data;

/// <summary>Samples that lie in one tensor: bytes, which are read as value / 255, or floats, which are read as they are.</summary>
public sealed class InMemoryDataset : IDataset
{
    private static readonly float[] s_unitValues = [.. Enumerable.Range(0, 256).Select(b => b / 255f)];

    private readonly Tensor _samples;
    private readonly int[] _labels;
    private readonly int _sampleLength;

    /// <summary>Makes a data set of tensors, which are not copied (labels are).</summary>
    /// <param name="samples"><c>[count, ...sample]</c>, <see cref="ElementType.UInt8"/> or <see cref="ElementType.Float32"/>.</param>
    /// <param name="labels"><c>[count]</c>, of any integer type.</param>
    /// <param name="classNames">What each label means.</param>
    /// <param name="statistics">Of the training split, where known.</param>
    /// <exception cref="ShapeException">The tensors' types or extents do not fit each other.</exception>
    /// <exception cref="DataFormatException">A label is none of the classes.</exception>
    public InMemoryDataset(Tensor samples, Tensor labels, IReadOnlyList<string> classNames, ChannelStatistics? statistics = null)
    {
        if (samples.ElementType is not (ElementType.UInt8 or ElementType.Float32) || samples.Shape.Rank < 2)
            throw new ShapeException("data set", $"samples are {samples}.", "UInt8 or Float32 with extents [count, ...sample] is expected.");
        if (!labels.ElementType.IsInteger() || labels.Shape != [samples.Shape[0]])
            throw new ShapeException("data set", $"labels are {labels}.", $"Integers with extents [{samples.Shape[0]}] are expected.");

        _samples = samples;
        _labels = new int[labels.Count];
        ReadOnlySpan<long> wide = labels.To(ElementType.Int64).AsSpan<long>();
        for (int i = 0; i < wide.Length; i++)
        {
            if (wide[i] < 0 || wide[i] >= classNames.Count)
                throw new DataFormatException("data set", $"label {wide[i]} of sample {i} is outside 0 to {classNames.Count - 1}.");
            _labels[i] = (int)wide[i];
        }

        SampleShape = samples.Shape[1..];
        _sampleLength = SampleShape.ElementCount;
        ClassNames = classNames;
        Statistics = statistics;
    }

    /// <inheritdoc/>
    public int Count => _labels.Length;

    /// <inheritdoc/>
    public Shape SampleShape { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public ChannelStatistics? Statistics { get; }

    /// <inheritdoc/>
    public int Read(int index, Span<float> sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (sample.Length != _sampleLength)
            throw new ArgumentException($"A sample {SampleShape} has {_sampleLength} values, not {sample.Length}.", nameof(sample));

        int start = index * _sampleLength;
        if (_samples.ElementType == ElementType.Float32)
        {
            _samples.AsSpan<float>().Slice(start, _sampleLength).CopyTo(sample);
        }
        else
        {
            ReadOnlySpan<byte> bytes = _samples.AsSpan<byte>().Slice(start, _sampleLength);
            ReadOnlySpan<float> unitValues = s_unitValues;
            for (int i = 0; i < sample.Length; i++) sample[i] = unitValues[bytes[i]];
        }

        return _labels[index];
    }
}
