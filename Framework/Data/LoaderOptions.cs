using Framework.Data.Transforms;

namespace Framework.Data;

/// <summary>How a <see cref="DataLoader"/> makes batches of a data set.</summary>
public sealed record LoaderOptions
{
    /// <summary>Samples in a batch.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Whether each epoch has an order of its own; otherwise samples come as the data set has them.</summary>
    public bool Shuffle { get; init; }

    /// <summary>Decides the orders and what the transforms draw.</summary>
    public long Seed { get; init; }

    /// <summary>Whether the samples left over at an epoch's end are left out; otherwise they are a smaller batch.</summary>
    public bool DropLast { get; init; }

    /// <summary>Batches made ahead; with 0 each is made by the consumer's thread when it asks.</summary>
    public int Prefetch { get; init; } = 2;

    /// <summary>Threads that make batches ahead. Changes the time, never the batches.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>
    /// Where above 0, each batch is mixed with itself from back to front, in shares drawn from Beta(this, this), and so are its targets (Zhang et al. 2017):
    /// <see cref="Batch.Targets"/>. Train with <c>Loss.CrossEntropyOneHot</c>.
    /// </summary>
    public float Mixup { get; init; }

    /// <summary>What happens to each sample, in this order.</summary>
    public IReadOnlyList<ITransform> Transforms { get; init; } = [];
}
