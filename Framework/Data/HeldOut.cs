using Framework.Tensors;

namespace Framework.Data;

/// <summary>Parts samples into those to learn from and those to be judged on, where nobody has done so.</summary>
public static class HeldOut
{
    /// <summary>
    /// The samples of a part, in order. Of each class the same share is tested on, rounded, at least one of two or more; which, the seed decides.
    /// </summary>
    /// <param name="labels">The class of each sample.</param>
    /// <param name="split">The part.</param>
    /// <param name="share">The share that is tested on, in (0, 1).</param>
    /// <param name="seed">Decides the choice.</param>
    public static int[] Choose(IReadOnlyList<int> labels, DataSplit split, double share, long seed)
    {
        if (!(share > 0 && share < 1)) throw new ArgumentOutOfRangeException(nameof(share), share, "A share is above 0 and below 1.");
        ulong key = CounterRandom.Key(seed, "held out");
        var tested = Enumerable.Range(0, labels.Count)
            .GroupBy(i => labels[i])
            .SelectMany(c => c.OrderBy(i => CounterRandom.Bits(key, i)).Take(CountOf(c.Count())))
            .ToHashSet();
        return [.. Enumerable.Range(0, labels.Count).Where(i => tested.Contains(i) == (split == DataSplit.Test))];

        int CountOf(int samples) => samples < 2 ? 0 : Math.Clamp((int)Math.Round(samples * share), 1, samples - 1);
    }
}
