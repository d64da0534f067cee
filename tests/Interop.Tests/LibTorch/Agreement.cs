using Framework.Tensors;

namespace Interop.Tests.LibTorch;

/// <summary>How closely two engines must agree that compute the same in the same precision.</summary>
internal static class Agreement
{
    /// <summary>
    /// Rounding steps that an element of any operator may see beside those of its sums: elementary functions of a few units in the last
    /// place each, and a formula's own additions and products.
    /// </summary>
    private const int StepsBesideSums = 32;

    /// <summary>
    /// The largest difference that rounding explains: each of two engines may round at each of its steps by half a unit of the largest
    /// magnitude that takes part.
    /// </summary>
    /// <param name="type">The precision.</param>
    /// <param name="reduction">The number of terms of the longest sum.</param>
    /// <param name="magnitude">The largest magnitude that takes part.</param>
    public static double Bound(ElementType type, int reduction, double magnitude)
    {
        double halfUnit = type == ElementType.Float64 ? double.BitIncrement(1) - 1 : float.BitIncrement(1) - 1;
        return halfUnit * (reduction + StepsBesideSums) * Math.Max(1, magnitude);
    }

    /// <summary>Requires two tensors to agree: equal where they are not floats.</summary>
    public static void ShouldAgree(this Tensor actual, Tensor expected, int reduction, string because)
    {
        actual.ElementType.Should().Be(expected.ElementType, because);
        actual.Shape.Should().Equal(expected.Shape, because);
        if (!expected.ElementType.IsFloat())
        {
            actual.AsBytes().ToArray().Should().Equal(expected.AsBytes().ToArray(), because);
            return;
        }

        double[] a = actual.ToArray<double>(), e = expected.ToArray<double>();
        double bound = Bound(expected.ElementType, reduction, e.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
        for (int i = 0; i < e.Length; i++)
        {
            if (a[i].Equals(e[i])) continue;
            Math.Abs(a[i] - e[i]).Should().BeLessThanOrEqualTo(bound, "{0}, element {1}: {2} against {3}", because, i, a[i], e[i]);
        }
    }
}
