using Framework.Tensors;

namespace Framework.Data;

/// <summary>
/// Some samples side by side. <see cref="Dispose"/> gives the memory back to the loader, which fills it again: nothing taken
/// out of a batch may be used after that. A batch that is never disposed stays as it is.
/// </summary>
public sealed class Batch : IDisposable
{
    private readonly BatchPool _pool;
    private readonly Tensor _images;
    private readonly Tensor _labels;
    private readonly Tensor _targets;
    private BatchMemory? _memory;

    internal Batch(BatchPool pool, BatchMemory memory, int count, int epoch, int number)
    {
        _pool = pool;
        _memory = memory;
        (_images, _labels, _targets) = memory.Tensors(count);
        Count = count;
        Epoch = epoch;
        Number = number;
    }

    /// <summary>The samples, of the data set's <see cref="IDataset.SampleType"/>, <c>[count, ...sample]</c>; NCHW for pictures.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public Tensor Images => _memory is null ? throw GivenBack() : _images;

    /// <summary>The class of each sample, <see cref="ElementType.Int64"/> <c>[count]</c>.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public Tensor Labels => _memory is null ? throw GivenBack() : _labels;

    /// <summary>
    /// What the loss is to compare with: the labels; or, of a loader that mixes samples, the share of each class, <see cref="ElementType.Float32"/>
    /// <c>[count, classes]</c>.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public Tensor Targets => _memory is null ? throw GivenBack() : _targets;

    /// <summary>Where each sample is in the data set.</summary>
    /// <exception cref="ObjectDisposedException">The batch was given back.</exception>
    public ReadOnlySpan<int> Indices => (_memory ?? throw GivenBack()).Indices.AsSpan(0, Count);

    /// <summary>The number of samples.</summary>
    public int Count { get; }

    /// <summary>The epoch that the batch belongs to.</summary>
    public int Epoch { get; }

    /// <summary>The batch's place in its epoch, from 0. To go on after it: <c>loader.Epoch(Epoch, Number + 1)</c>.</summary>
    public int Number { get; }

    /// <summary>Gives the memory back to the loader.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _memory, null) is { } memory) _pool.Return(memory);
    }

    private static ObjectDisposedException GivenBack() => new(nameof(Batch), "The batch's memory went back to its loader.");
}
