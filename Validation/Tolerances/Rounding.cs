namespace Validation.Tolerances;

/// <summary>What rounding may do to sums, in units that follow from the precision and the number of terms.</summary>
public static class Rounding
{
    /// <summary>The largest relative error of one rounding to binary32.</summary>
    public const double Single = 1.0 / (1 << 24);

    /// <summary>
    /// How many standard deviations of accumulated rounding are granted. By Higham and Mary 2019, theorem 2.4, a sum of n terms stays within
    /// lambda sqrt(n) u of the sum of magnitudes with a probability of at least 1 - 2 n exp(-lambda^2 / 2); with lambda = 10 and n = 10^4 that fails
    /// once in 10^18 elements.
    /// </summary>
    public const double Confidence = 10;

    /// <summary>
    /// Roundings beside those of sums that an element may see: elementary functions of a few units in the last place each, and a formula's own
    /// products and quotients.
    /// </summary>
    public const int FormulaSteps = 16;

    /// <summary>The error of a sum of so many terms over the sum of their magnitudes: the certain bound n u, or the probable one where it is smaller.</summary>
    /// <param name="terms">The number of terms.</param>
    /// <param name="unit">The error of one rounding.</param>
    public static double Accumulated(long terms, double unit = Single) => unit * Math.Min(terms, Confidence * Math.Sqrt(terms));
}
