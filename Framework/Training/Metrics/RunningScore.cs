namespace Framework.Training.Metrics;

/// <summary>What an epoch has come to so far.</summary>
/// <param name="Images">Images seen.</param>
/// <param name="Hits">Those of them that were classified right.</param>
/// <param name="LossSum">The sum of their losses.</param>
/// <param name="Seconds">The time that it took.</param>
public sealed record RunningScore(long Images, long Hits, double LossSum, double Seconds)
{
    /// <summary>The mean loss.</summary>
    public double Loss => Images == 0 ? 0 : LossSum / Images;

    /// <summary>The share of hits.</summary>
    public double Accuracy => Images == 0 ? 0 : (double)Hits / Images;

    /// <summary>Images a second.</summary>
    public double ImagesPerSecond => Images / Math.Max(Seconds, 1e-9);
}
