using Framework.Tensors;

namespace Validation.Parity;

/// <summary>Distances between tensors, finite whatever is compared.</summary>
public static class Measure
{
    /// <summary>The root mean square of a tensor's elements; 0 for none.</summary>
    public static double Rms(Tensor tensor)
    {
        double sum = 0;
        foreach (double x in Elements(tensor)) sum += x * x;
        return tensor.Count == 0 ? 0 : Math.Sqrt(sum / tensor.Count);
    }

    /// <summary>The largest difference of two elements, and the root mean square of the differences over a scale.</summary>
    /// <param name="actual">One tensor.</param>
    /// <param name="expected">The other, of the same shape.</param>
    /// <param name="scale">What the difference is measured by; by 1 where it is 0.</param>
    public static (double MaxAbs, double RmsRelative) Difference(Tensor actual, Tensor expected, double scale)
    {
        double[] a = Elements(actual), e = Elements(expected);
        double largest = 0, sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].Equals(e[i])) continue;
            double difference = Finite(Math.Abs(a[i] - e[i]));
            largest = Math.Max(largest, difference);
            sum += difference * difference;
        }

        return (largest, Finite(Math.Sqrt(sum / Math.Max(1, a.Length)) / (scale > 0 ? scale : 1)));
    }

    // No number, or one beyond all, differs from everything by the most that can be written down.
    private static double Finite(double x) => double.IsFinite(x) ? x : double.MaxValue;

    private static double[] Elements(Tensor tensor) => tensor.ElementType == ElementType.Float64 ? tensor.AsSpan<double>().ToArray() : tensor.ToArray<double>();
}
