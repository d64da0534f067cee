using Framework.Tensors;

namespace Validation.Conformance;

/// <summary>
/// The comparison of ONNX's own test runner: same type, same shape, and each element within an absolute and a relative bound of the
/// expected one; not-a-number equals itself, and so does an infinity.
/// </summary>
public static class OfficialTolerance
{
    /// <summary>The relative bound that ONNX's runner uses unless a case says otherwise.</summary>
    public const double Relative = 1e-3;

    /// <summary>The absolute bound that ONNX's runner uses unless a case says otherwise.</summary>
    public const double Absolute = 1e-7;

    /// <summary>
    /// The relative bound for bfloat16: the distance of two neighbours, which may differ by how a number was rounded. ONNX's runner compares the bits
    /// of that type as integers and allows more.
    /// </summary>
    public const double RelativeBFloat16 = 1.0 / 128;

    /// <summary>Compares.</summary>
    /// <param name="actual">What a runner gave.</param>
    /// <param name="expected">What the case says.</param>
    /// <returns>What is wrong, null where nothing is, and the largest difference of two finite elements.</returns>
    public static (string? Problem, double MaxAbs) Compare(Tensor actual, Tensor expected)
    {
        if (actual.ElementType != expected.ElementType) return ($"is of {actual.ElementType}, {expected.ElementType} is expected.", 0);
        if (actual.Shape != expected.Shape) return ($"has the shape {actual.Shape}, {expected.Shape} is expected.", 0);
        double[] a = actual.ToArray<double>(), b = expected.ToArray<double>();
        double relative = expected.ElementType == ElementType.BFloat16 ? RelativeBFloat16 : Relative;
        double maxAbs = 0;
        int bad = 0, first = -1;
        for (int i = 0; i < a.Length; i++)
        {
            bool finite = double.IsFinite(a[i]) && double.IsFinite(b[i]);
            double difference = Math.Abs(a[i] - b[i]);
            if (finite) maxAbs = Math.Max(maxAbs, difference);
            if (finite ? difference <= Absolute + (relative * Math.Abs(b[i])) : a[i].Equals(b[i])) continue;
            bad++;
            if (first < 0) first = i;
        }

        return bad == 0
            ? (null, maxAbs)
            : (FormattableString.Invariant($"differs in {bad} of {a.Length} elements; element {first} is {a[first]:R}, {b[first]:R} is expected."), maxAbs);
    }
}
