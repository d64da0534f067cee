using Framework.Training.Metrics;

namespace Framework.Training;

/// <summary>How far a run has come, in numbers: all that decides what comes next, beside the tensors. Random numbers need nothing else, since they come from counters.</summary>
public sealed record RunProgress
{
    /// <summary>Whole epochs that are over.</summary>
    public int Epoch { get; init; }

    /// <summary>Batches done in the epoch under way.</summary>
    public int Batch { get; init; }

    /// <summary>Batches done in the whole run; what masks of dropout are drawn by.</summary>
    public long Batches { get; init; }

    /// <summary>Updates of the weights done in the whole run.</summary>
    public long Step { get; init; }

    /// <summary>The learning rate of the last update.</summary>
    public float Rate { get; init; }

    /// <summary>Updates that the mean of the weights has taken in.</summary>
    public long Averaged { get; init; }

    /// <summary>The images, the hits and the losses of the epoch under way, and the seconds that it took.</summary>
    public RunningScore Score { get; init; } = new(0, 0, 0, 0);

    /// <summary>The epochs that are over.</summary>
    public IReadOnlyList<EpochResult> History { get; init; } = [];
}
