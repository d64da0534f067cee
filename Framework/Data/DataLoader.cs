using Framework.Tensors;

namespace Framework.Data;

/// <summary>
/// Batches of a data set, epoch by epoch. What a batch holds is a function of seed, epoch and the batch's number alone: not
/// of threads, of how far is prefetched, or of where in the epoch the reading began.
/// </summary>
/// <example>
/// <code>
/// foreach (var batch in loader.Epoch(3))
///     using (batch)
///         Train(batch.Images, batch.Labels);
/// </code>
/// </example>
public sealed class DataLoader
{
    private const ulong OrderStream = 0;
    private const ulong SampleStream = 1;
    private const ulong MixStream = 2;

    private readonly LoaderOptions _options;
    private readonly SampleReader _reader;
    private readonly BatchPool _pool;

    /// <summary>Makes a loader; nothing is read yet.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="Errors.ShapeException">The transforms do not fit the samples or each other.</exception>
    public DataLoader(IDataset dataset, LoaderOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.BatchSize);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Prefetch);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Workers);
        if (options.Mixup < 0 || (options.Mixup > 0 && dataset.SampleType != ElementType.Float32))
            throw new ArgumentOutOfRangeException(nameof(options), options.Mixup, "Mixup is at least 0, and for floats only.");
        _options = options;
        _reader = new SampleReader(dataset, options.Transforms);
        SampleCount = options.DropLast ? dataset.Count - (dataset.Count % options.BatchSize) : dataset.Count;
        BatchCount = (int)(((long)SampleCount + options.BatchSize - 1) / options.BatchSize);
        Dataset = dataset;
        _pool = new BatchPool(
            options.Prefetch + 1,
            () => new BatchMemory(
                options.BatchSize, dataset.SampleType, _reader.OutputShape, _reader.ScratchLength, options.Mixup > 0 ? dataset.ClassNames.Count : 0));
    }

    /// <summary>Where the samples come from.</summary>
    public IDataset Dataset { get; }

    /// <summary>The extents of one sample after the transforms.</summary>
    public Shape SampleShape => _reader.OutputShape;

    /// <summary>Samples in an epoch; fewer than the data set's only where a partial batch is dropped.</summary>
    public int SampleCount { get; }

    /// <summary>Batches in an epoch.</summary>
    public int BatchCount { get; }

    /// <summary>The batches of an epoch, each to be disposed by its taker. Leaving the loop stops the threads.</summary>
    /// <param name="epoch">The epoch, from 0; decides order and chance.</param>
    /// <param name="firstBatch">Where to begin, for a run that goes on in the middle of an epoch.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="epoch"/> is negative or <paramref name="firstBatch"/> is not in 0 to <see cref="BatchCount"/>.
    /// </exception>
    /// <exception cref="Errors.DataFormatException">While enumerating: a sample cannot be read.</exception>
    public IEnumerable<Batch> Epoch(int epoch, int firstBatch = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(epoch);
        ArgumentOutOfRangeException.ThrowIfNegative(firstBatch);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(firstBatch, BatchCount);
        return Batches(epoch, firstBatch);
    }

    private IEnumerable<Batch> Batches(int epoch, int firstBatch)
    {
        int[] order = Order(epoch);
        if (_options.Prefetch == 0)
        {
            for (int number = firstBatch; number < BatchCount; number++) yield return Make(order, epoch, number);
            yield break;
        }

        using var ahead = new OrderedPrefetch<Batch>(
            firstBatch, BatchCount, _options.Prefetch, _options.Workers, number => Make(order, epoch, number));
        for (int number = firstBatch; number < BatchCount; number++) yield return ahead.Take();
    }

    private int[] Order(int epoch)
    {
        int[] order = [.. Enumerable.Range(0, Dataset.Count)];
        if (!_options.Shuffle) return order;

        var random = Stream(OrderStream, epoch);
        for (int i = order.Length - 1; i > 0; i--)
        {
            int other = random.NextInt(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }

    private Batch Make(int[] order, int epoch, int number)
    {
        var memory = _pool.Take();
        int start = number * _options.BatchSize;
        int count = Math.Min(_options.BatchSize, SampleCount - start);
        order.AsSpan(start, count).CopyTo(memory.Indices);

        var batch = new Batch(_pool, memory, count, epoch, number);
        var labels = batch.Labels.AsSpan<long>();
        var chance = Stream(SampleStream, epoch);
        int length = SampleShape.ElementCount;
        bool floats = Dataset.SampleType == ElementType.Float32;
        for (int i = 0; i < count; i++)
        {
            int index = memory.Indices[i];
            var sample = floats ? batch.Images.AsSpan<float>().Slice(i * length, length) : memory.Floats;
            labels[i] = _reader.Read(index, sample, memory.Scratch, chance.Child((ulong)index));
            if (!floats) ToIntegers(sample, batch.Images.AsSpan<long>().Slice(i * length, length));
        }

        if (_options.Mixup > 0) Mixup.Apply(batch, _options.Mixup, Stream(MixStream, epoch).Child((ulong)number));
        return batch;
    }

    private static void ToIntegers(ReadOnlySpan<float> sample, Span<long> target)
    {
        for (int i = 0; i < sample.Length; i++) target[i] = (long)sample[i];
    }

    private SampleRandom Stream(ulong purpose, int epoch) => new SampleRandom((ulong)_options.Seed).Child(purpose).Child((ulong)epoch);
}
