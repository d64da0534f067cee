using System.Numerics;

namespace Framework.Operators;

/// <summary>The error function, which the base class library does not have.</summary>
internal static class ErrorFunction
{
    /// <summary>erf(x), to a few units in the last place of a double.</summary>
    public static T Of<T>(T x)
        where T : unmanaged, IFloatingPointIeee754<T> => T.CreateChecked(Of(double.CreateChecked(x)));

    // Below 2.5 the series 2/sqrt(pi) exp(-x^2) sum (2 x^2)^n x / (1 3 5 ... (2n + 1)), all of whose terms are positive (Abramowitz and
    // Stegun 7.1.6); above, the continued fraction of 1 - erf (7.1.14), from the inside out; from 6 on the difference from 1 is below half a unit.
    private static double Of(double x)
    {
        double magnitude = Math.Abs(x), square = x * x;
        if (double.IsNaN(x)) return x;
        if (magnitude >= 6) return Math.Sign(x);
        if (magnitude < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; Math.Abs(term) > Math.Abs(sum) * 1e-17; n++)
            {
                term *= 2 * square / ((2 * n) + 1);
                sum += term;
            }

            return 2 / Math.Sqrt(Math.PI) * Math.Exp(-square) * sum;
        }

        double fraction = magnitude;
        for (int k = 60; k >= 1; k--) fraction = magnitude + (k / 2.0 / fraction);
        return Math.Sign(x) * (1 - (Math.Exp(-square) / Math.Sqrt(Math.PI) / fraction));
    }
}
