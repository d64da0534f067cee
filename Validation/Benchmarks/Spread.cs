namespace Validation.Benchmarks;

/// <summary>Where measurements lie.</summary>
/// <param name="Min">The least.</param>
/// <param name="Median">The one in the middle, or the mean of the two there.</param>
/// <param name="Max">The largest.</param>
public sealed record Spread(double Min, double Median, double Max)
{
    /// <summary>The spread of some measurements, at least one.</summary>
    public static Spread Of(IReadOnlyCollection<double> measurements)
    {
        double[] sorted = [.. measurements.Order()];
        return new Spread(sorted[0], (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2, sorted[^1]);
    }
}
