namespace Framework.Tests;

/// <summary>What rounding may make of a number: each operation errs by at most half a unit in the last place of what it yields.</summary>
internal static class Rounding
{
    /// <summary>The unit roundoff of binary32.</summary>
    public const double SingleUnit = 1.0 / (1 << 24);

    /// <summary>The unit roundoff of binary64.</summary>
    public const double DoubleUnit = 1.0 / (1L << 53);

    /// <summary>The error after so many operations in single precision on numbers up to a magnitude.</summary>
    public static double OfSingle(int operations, double magnitude) => operations * SingleUnit * magnitude;

    /// <summary>The error after so many operations in double precision on numbers up to a magnitude.</summary>
    public static double OfDouble(int operations, double magnitude) => operations * DoubleUnit * magnitude;
}
