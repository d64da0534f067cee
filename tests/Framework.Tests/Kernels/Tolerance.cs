namespace Framework.Tests.Kernels;

/// <summary>Bounds on rounding, from the unit roundoff and the length of a sum.</summary>
public static class Tolerance
{
    /// <summary>The unit roundoff of single precision, 2^-24.</summary>
    public const double Roundoff = 1.0 / (1 << 24);

    /// <summary>
    /// The most that a computed sum of <paramref name="terms"/> products can differ from the true one, in any order of summation: n u / (1 - n u)
    /// times the sum of the products' magnitudes (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
    /// </summary>
    public static double OfSum(long terms, double sumOfMagnitudes)
    {
        double nu = terms * Roundoff;
        return nu / (1 - nu) * sumOfMagnitudes;
    }
}
