using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Tests.Kernels.Simd;

namespace Framework.Tests.Kernels.Elementwise;

/// <summary>An operation in double precision, and how far the float form may be from it.</summary>
/// <param name="Evaluate">The operands and (alpha, beta) to the result.</param>
/// <param name="Ulps">Rounding steps that reach the result undiminished, in units of the last place.</param>
/// <param name="Scale">What the error is relative to where terms cancel: the largest term. Without it, the result.</param>
internal sealed record FormulaReference(
    Func<double, double, double, (double Alpha, double Beta), double> Evaluate,
    double Ulps = 0,
    Func<double, double, double, (double Alpha, double Beta), double>? Scale = null)
{
    /// <summary>Whether the second operand is a result that lies between -1 and 1, or NaN.</summary>
    public bool SecondIsAtMostOne { get; private init; }

    /// <summary>A constant, a product or a sum each round once, by half an ulp of their result; at most one ulp after further steps.</summary>
    private const double Step = 1;

    private static readonly double s_root = Math.Sqrt(2 / Math.PI);

    public static FormulaReference Of(ElementwiseOperation operation) => operation switch
    {
        ElementwiseOperation.Identity => new((x, _, _, _) => x),
        ElementwiseOperation.Negate => new((x, _, _, _) => -x),
        ElementwiseOperation.Abs => new((x, _, _, _) => Math.Abs(x)),
        ElementwiseOperation.Sign => new((x, _, _, _) => double.IsNaN(x) ? x : Math.Sign(x)),
        ElementwiseOperation.Reciprocal => new((x, _, _, _) => 1 / x, Step),
        ElementwiseOperation.Sqrt => new((x, _, _, _) => Math.Sqrt(x), Step),
        ElementwiseOperation.Exp => new((x, _, _, _) => Math.Exp(x), SimdMath.ExpUlps),
        ElementwiseOperation.Log => new((x, _, _, _) => Math.Log(x), SimdMath.LogUlps),
        ElementwiseOperation.Erf => new((x, _, _, _) => SimdMathTests.ReferenceErf(x), SimdMath.ErfUlps),
        ElementwiseOperation.Floor => new((x, _, _, _) => Math.Floor(x)),
        ElementwiseOperation.Ceiling => new((x, _, _, _) => Math.Ceiling(x)),
        ElementwiseOperation.Round => new((x, _, _, _) => Math.Round(x, MidpointRounding.ToEven)),
        ElementwiseOperation.Add => new((a, b, _, _) => a + b, Step),
        ElementwiseOperation.Subtract => new((a, b, _, _) => a - b, Step),
        ElementwiseOperation.Multiply => new((a, b, _, _) => a * b, Step),
        ElementwiseOperation.Divide => new((a, b, _, _) => a / b, Step),
        ElementwiseOperation.Power => new((a, b, _, _) => Math.Pow(a, b), Step),
        ElementwiseOperation.Minimum => new((a, b, _, _) => Math.Min(a, b)),
        ElementwiseOperation.Maximum => new((a, b, _, _) => Math.Max(a, b)),
        ElementwiseOperation.PRelu => new((x, slope, _, _) => x < 0 ? slope * x : x, Step),
        ElementwiseOperation.MultiplyAdd => new((a, b, c, _) => (a * b) + c, 2 * Step, (a, b, c, _) => Math.Abs(a * b) + Math.Abs(c)),
        ElementwiseOperation.NegatedMultiplyAdd => new((a, b, c, _) => c - (a * b), 2 * Step, (a, b, c, _) => Math.Abs(a * b) + Math.Abs(c)),
        ElementwiseOperation.Where => new((c, yes, no, _) => c != 0 ? yes : no),
        ElementwiseOperation.Equal => new((a, b, _, _) => a == b ? 1 : 0),
        ElementwiseOperation.NotEqual => new((a, b, _, _) => a != b ? 1 : 0),
        ElementwiseOperation.Less => new((a, b, _, _) => a < b ? 1 : 0),
        ElementwiseOperation.LessOrEqual => new((a, b, _, _) => a <= b ? 1 : 0),

        ElementwiseOperation.Relu => new((x, _, _, _) => x < 0 ? 0 : x),
        ElementwiseOperation.LeakyRelu => new((x, _, _, p) => x < 0 ? p.Alpha * x : x, Step),
        ElementwiseOperation.Elu => new((x, _, _, p) => x > 0 ? x : p.Alpha * ExpMinusOne(x), ExpMinusOneUlps + Step),
        ElementwiseOperation.Selu => new((x, _, _, p) => p.Beta * (x > 0 ? x : p.Alpha * ExpMinusOne(x)), ExpMinusOneUlps + (2 * Step)),
        ElementwiseOperation.Celu => new((x, _, _, p) => x > 0 ? x : p.Alpha * ExpMinusOne(x / p.Alpha), ExpMinusOneUlps + (2 * Step)),
        ElementwiseOperation.Gelu => new((x, _, _, _) => x * NormalCdf(x), NormalUlps + Step, (x, _, _, _) => x),
        ElementwiseOperation.GeluTanh => new(
            (x, _, _, _) => 0.5 * x * (1 + Math.Tanh(GeluArgument(x))), SimdMath.TanhUlps + TanhArgumentUlps + (2 * Step), (x, _, _, _) => x),
        ElementwiseOperation.Sigmoid => new((x, _, _, _) => Sigmoid(x), SimdMath.SigmoidUlps),
        ElementwiseOperation.HardSigmoid => new(
            (x, _, _, p) => double.IsNaN(x) ? x : Math.Clamp((p.Alpha * x) + p.Beta, 0, 1),
            2 * Step,
            (x, _, _, p) => Math.Min(Math.Abs(p.Alpha * x), 2) + Math.Abs(p.Beta)),
        ElementwiseOperation.HardSwish => new(
            (x, _, _, _) => double.IsNaN(x) ? x : x * Math.Clamp((x / 6) + 0.5, 0, 1), 4 * Step, (x, _, _, _) => x),
        ElementwiseOperation.Swish => new(
            (x, _, _, p) => x * Sigmoid(p.Alpha * x),
            SimdMath.SigmoidUlps + (2 * Step),
            (x, _, _, p) => ArgumentScale(x * Sigmoid(p.Alpha * x), p.Alpha * x)),
        ElementwiseOperation.Mish => new((x, _, _, _) => x * Math.Tanh(Softplus(x)), MishUlps + Step),
        ElementwiseOperation.Tanh => new((x, _, _, _) => Math.Tanh(x), SimdMath.TanhUlps),
        ElementwiseOperation.Softplus => new((x, _, _, _) => Softplus(x), SimdMath.SoftplusUlps),
        ElementwiseOperation.Softsign => new((x, _, _, _) => x / (1 + Math.Abs(x)), 2 * Step),
        ElementwiseOperation.ThresholdedRelu => new((x, _, _, p) => x <= p.Alpha ? 0 : x),
        ElementwiseOperation.Clip => new((x, _, _, p) => double.IsNaN(x) ? x : Math.Min(p.Beta, Math.Max(p.Alpha, x))),

        ElementwiseOperation.ReluGrad => new((dy, y, _, _) => y > 0 ? dy : 0),
        ElementwiseOperation.LeakyReluGrad => new((dy, x, _, p) => x > 0 ? dy : p.Alpha * dy, Step),
        ElementwiseOperation.EluGrad => new((dy, x, _, p) => x > 0 ? dy : dy * p.Alpha * Math.Exp(x), SimdMath.ExpUlps + (2 * Step)),
        ElementwiseOperation.SeluGrad => new((dy, x, _, p) => p.Beta * (x > 0 ? dy : dy * p.Alpha * Math.Exp(x)), SimdMath.ExpUlps + (3 * Step)),
        ElementwiseOperation.CeluGrad => new(
            (dy, x, _, p) => x > 0 ? dy : dy * Math.Exp(x / p.Alpha),
            SimdMath.ExpUlps + (2 * Step),
            (dy, x, _, p) => x > 0 ? dy : ArgumentScale(dy * Math.Exp(x / p.Alpha), x / p.Alpha)),
        ElementwiseOperation.GeluGrad => new(
            (dy, x, _, _) => dy * (NormalCdf(x) + (x * Density(x))), NormalUlps + SimdMath.ExpUlps + (6 * Step),
            (dy, x, _, _) => dy * (1 + Math.Abs(x * Density(x) * (1 + (x * x))))),
        ElementwiseOperation.GeluTanhGrad => new(
            (dy, x, _, _) => dy * GeluTanhSlope(x),
            SimdMath.TanhUlps + TanhArgumentUlps + (4 * Step),
            (dy, x, _, _) => dy * (2 + (Math.Abs(x) < 50 ? GeluInnerSlope(x) * Math.Abs(x) : 0))),
        ElementwiseOperation.SigmoidGrad => new((dy, y, _, _) => dy * y * (1 - y), 3 * Step, (dy, y, _, _) => dy * y * (1 + Math.Abs(y))),
        ElementwiseOperation.HardSigmoidGrad => new((dy, x, _, p) => (p.Alpha * x) + p.Beta is > 0 and < 1 ? p.Alpha * dy : 0, Step),
        ElementwiseOperation.HardSwishGrad => new(
            (dy, x, _, _) => x <= -3 ? 0 : x >= 3 ? dy : dy * ((x / 3) + 0.5), 3 * Step, (dy, x, _, _) => 1.5 * dy),
        ElementwiseOperation.SwishGrad => new(
            (dy, x, _, p) => dy * Sigmoid(p.Alpha * x) * (1 + (p.Alpha * x * (1 - Sigmoid(p.Alpha * x)))), (2 * SimdMath.SigmoidUlps) + (5 * Step),
            (dy, x, _, p) => dy * (1 + (ArgumentScale(1, p.Alpha * x) * Sigmoid(p.Alpha * x)))),
        ElementwiseOperation.MishGrad => new(
            (dy, x, _, _) => dy * MishSlope(x), (2 * MishUlps) + SimdMath.SigmoidUlps + (4 * Step), (dy, x, _, _) => dy * (1 + Math.Abs(x))),
        ElementwiseOperation.TanhGrad => new(
            (dy, y, _, _) => dy * (1 - (y * y)), 3 * Step, (dy, y, _, _) => dy * (1 + (y * y)))
        { SecondIsAtMostOne = true },
        ElementwiseOperation.SoftplusGrad => new((dy, x, _, _) => dy * Sigmoid(x), SimdMath.SigmoidUlps + Step),
        ElementwiseOperation.SoftsignGrad => new((dy, x, _, _) => dy / ((1 + Math.Abs(x)) * (1 + Math.Abs(x))), 4 * Step),
        ElementwiseOperation.ThresholdedReluGrad => new((dy, x, _, p) => x > p.Alpha ? dy : 0),
        ElementwiseOperation.ClipGrad => new((dy, x, _, p) => p.Alpha <= x && x <= p.Beta ? dy : 0),
        ElementwiseOperation.SqrtGrad => new((dy, y, _, _) => dy / (2 * y), 2 * Step),
        ElementwiseOperation.ReciprocalGrad => new((dy, y, _, _) => -dy * y * y, 2 * Step),
        ElementwiseOperation.ErfGrad => new(
            (dy, x, _, _) => dy * 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x),
            SimdMath.ExpUlps + (3 * Step),
            (dy, x, _, _) => ArgumentScale(dy * 2 * Math.Exp(-x * x), x * x)),
        ElementwiseOperation.AbsGrad => new((dy, x, _, _) => dy * (x > 0 ? 1 : x < 0 ? -1 : x), Step),
        ElementwiseOperation.PReluGrad => new((dy, x, slope, _) => x > 0 ? dy : slope * dy, Step),
        ElementwiseOperation.PReluSlopeGrad => new((dy, x, _, _) => x > 0 ? 0 : x * dy, Step),
        _ => throw new ArgumentOutOfRangeException(nameof(operation), operation, "An operation without a reference is not tested."),
    };

    /// <summary>tanh(x / 2), e^x, a sum and a product.</summary>
    private static double ExpMinusOneUlps => SimdMath.TanhUlps + SimdMath.ExpUlps + (2 * Step);

    /// <summary>Half of (1 + erf), and the argument's rounding through a slope below 1.</summary>
    private static double NormalUlps => SimdMath.ErfUlps + (2 * Step);

    /// <summary>The argument u has three roundings, and |u| (1 - tanh² u) is below 1.</summary>
    private static double TanhArgumentUlps => 3 * Step;

    /// <summary>e, e + 2, their product n, n + 2, the quotient; e enters at most squared.</summary>
    private static double MishUlps => (2 * SimdMath.ExpUlps) + (4 * Step);

    /// <summary>An argument rounded relative to itself changes its exponential by as much times the argument.</summary>
    private static double ArgumentScale(double result, double argument) => result * (1 + Math.Min(Math.Abs(argument), 110));

    private static double ExpMinusOne(double x) => Math.Abs(x) < 1e-5 ? x * (1 + (x / 2)) : Math.Exp(x) - 1;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return Math.Max(x, 0) + (e < 1e-5 ? e * (1 - (e / 2)) : Math.Log(1 + e));
    }

    private static double NormalCdf(double x) => 0.5 * (1 + SimdMathTests.ReferenceErf(x / Math.Sqrt(2)));

    private static double Density(double x) => double.IsInfinity(x) ? 0 : Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);

    private static double GeluArgument(double x) => s_root * (x + (0.044715 * x * x * x));

    private static double GeluInnerSlope(double x) => s_root * (1 + (3 * 0.044715 * x * x));

    private static double GeluTanhSlope(double x)
    {
        if (Math.Abs(x) > 50) return x > 0 ? 1 : 0;
        double t = Math.Tanh(GeluArgument(x));
        return (0.5 * (1 + t)) + (0.5 * x * (1 - (t * t)) * GeluInnerSlope(x));
    }

    private static double MishSlope(double x)
    {
        double t = Math.Tanh(Softplus(x));
        return t + (x * (1 - (t * t)) * Sigmoid(x));
    }
}
