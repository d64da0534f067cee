using Framework.Tensors;

namespace Framework.Data;

/// <summary>Labelled samples of one shape, by index.</summary>
/// <remarks>
/// <b>Convention for pictures:</b> channel, row, column (CHW), each value in [0, 1]: the stored byte over 255. Centring and
/// scaling is a transform (<see cref="Transforms.Normalize"/>), so that a data set means the same to every network.
/// </remarks>
public interface IDataset
{
    /// <summary>The number of samples.</summary>
    int Count { get; }

    /// <summary>The extents of one sample, without a batch axis: <c>[1,28,28]</c> for a digit.</summary>
    Shape SampleShape { get; }

    /// <summary>The type of a batch's samples: 32-bit floats, or 64-bit integers where they number words.</summary>
    ElementType SampleType => ElementType.Float32;

    /// <summary>What each label means; labels count from 0.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>
    /// Mean and deviation of each channel over the <i>training</i> split, also for the test split; null where nobody
    /// published them (see <see cref="ChannelStatistics.Of"/>).
    /// </summary>
    ChannelStatistics? Statistics { get; }

    /// <summary>Writes one sample. Several threads may read at once.</summary>
    /// <param name="index">0 up to <see cref="Count"/> - 1.</param>
    /// <param name="sample">Receives the values; as many as <see cref="SampleShape"/> has elements.</param>
    /// <returns>The label, 0 up to the number of classes - 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="index"/> is none of the data set's.</exception>
    /// <exception cref="ArgumentException"><paramref name="sample"/> has another length.</exception>
    /// <exception cref="Errors.DataFormatException">The sample's file is not what it should be.</exception>
    int Read(int index, Span<float> sample);
}
