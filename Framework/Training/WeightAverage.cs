using Framework.Training.Schedules;

namespace Framework.Training;

/// <summary>
/// A mean of the weights, and of the statistics, that runs beside training. Evaluation and the trained network take it once it has begun.
/// </summary>
public abstract class WeightAverage
{
    /// <summary>
    /// How far the mean goes towards the weights after an update, from 0 to 1; null where it stays.
    /// </summary>
    /// <param name="position">The update.</param>
    /// <param name="taken">How many updates the mean has taken in before.</param>
    public abstract double? ShareAt(RunPosition position, long taken);

    /// <summary>
    /// An exponential mean over updates (Polyak and Juditsky 1992, with weights that fade): what is kept is <paramref name="kept"/>, but never more than in a plain
    /// mean over as many updates, so that the start is soon forgotten.
    /// </summary>
    public static WeightAverage Exponential(float kept = 0.999f) => new Formula((_, taken) => Math.Max(1 - (double)kept, 1.0 / (taken + 1)));

    /// <summary>A plain mean over the ends of epochs (Izmailov et al. 2018).</summary>
    /// <param name="fromEpoch">The first epoch that takes part, from 1.</param>
    public static WeightAverage Stochastic(int fromEpoch) => new Formula((p, taken) =>
        (p.Step + 1) % p.StepsPerEpoch == 0 && p.Epoch + 1 >= fromEpoch ? 1.0 / (taken + 1) : null);

    private sealed class Formula(Func<RunPosition, long, double?> share) : WeightAverage
    {
        public override double? ShareAt(RunPosition position, long taken) => share(position, taken);
    }
}
