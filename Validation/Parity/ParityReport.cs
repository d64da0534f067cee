namespace Validation.Parity;

/// <summary>What a row compares.</summary>
public enum Quantity
{
    /// <summary>An output of the network.</summary>
    Output,

    /// <summary>The loss.</summary>
    Loss,

    /// <summary>The gradient of the loss with respect to a parameter or an input.</summary>
    Gradient,

    /// <summary>A value within the network.</summary>
    Activation,
}

/// <summary>Our result beside another engine's. All errors are root mean squares over that of the float64 result.</summary>
/// <param name="Against">The other engine.</param>
/// <param name="Quantity">What is compared.</param>
/// <param name="Name">Its name.</param>
/// <param name="MaxAbs">The largest difference of two elements.</param>
/// <param name="RmsRel">The relative difference between the two engines.</param>
/// <param name="ErrorVsFloat64">Our error.</param>
/// <param name="ReferenceErrorVsFloat64">The other engine's error; for float64 itself the largest of float64 runs disturbed by single-precision rounding.</param>
/// <param name="Tolerance">The bound of <paramref name="RmsRel"/>: what we may err by, and for another engine what it may on top.</param>
/// <param name="Ok">Whether the bounds hold: that one, ours of our own error, and the other engine's of its own.</param>
public sealed record ParityRow(
    string Against, Quantity Quantity, string Name, double MaxAbs, double RmsRel, double ErrorVsFloat64, double ReferenceErrorVsFloat64, double Tolerance, bool Ok);

/// <summary>One step of the computation in float32, judged by itself on the operands of the float64 run.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Place">The node and its operator.</param>
/// <param name="Output">The name of what it makes.</param>
/// <param name="MaxAbs">The largest error of an element.</param>
/// <param name="Share">The largest error of an element over its derived bound; at most 1 is allowed.</param>
/// <param name="Ok">Whether the bound holds.</param>
public sealed record StepRow(string Node, string Place, string Output, double MaxAbs, double Share, bool Ok);

/// <summary>The slope of the loss along a random direction, in float64: by differences, and as the gradient says.</summary>
/// <param name="Difference">The quotient of differences.</param>
/// <param name="Gradient">The product of gradient and direction.</param>
/// <param name="Tolerance">The bound of what lies between the two.</param>
/// <param name="Ok">Whether the bound holds.</param>
public sealed record DirectionalRow(double Difference, double Gradient, double Tolerance, bool Ok);

/// <summary>How many steps of our run a kernel made.</summary>
/// <param name="Kernel">The kernel's name.</param>
/// <param name="Steps">Steps.</param>
public sealed record KernelRow(string Kernel, int Steps);

/// <summary>How our results stand beside other engines'.</summary>
/// <param name="Rows">Whole runs.</param>
/// <param name="Steps">Single steps.</param>
/// <param name="Directional">The check of all gradients at once; null where none are asked for.</param>
/// <param name="OracleError">The largest relative difference between our float64 and libtorch's; null where libtorch was not asked.</param>
/// <param name="Kernels">The kernels that our run took.</param>
public sealed record ParityReport(
    IReadOnlyList<ParityRow> Rows, IReadOnlyList<StepRow> Steps, DirectionalRow? Directional, double? OracleError, IReadOnlyList<KernelRow> Kernels)
{
    /// <summary>How closely two engines must agree in float64.</summary>
    public const double OracleTolerance = 1e-9;

    /// <summary>How many disturbed runs it took: as many as were asked for, more where an engine stood out.</summary>
    public int Disturbances { get; init; }

    /// <summary>The first activation on the way from input to output whose error exceeds its tolerance; null where none does or none was compared.</summary>
    public ParityRow? FirstBadActivation => Rows.FirstOrDefault(r => r.Quantity == Quantity.Activation && !r.Ok);

    /// <summary>Whether every check held.</summary>
    public bool Ok => Rows.All(r => r.Ok) && Steps.All(s => s.Ok) && Directional?.Ok != false && !(OracleError > OracleTolerance);
}
