using Framework.Kernels.Simd;

namespace Framework.Tests.Kernels.Simd;

/// <summary>Each function against double precision, over floats of every exponent and both signs, at every width.</summary>
public sealed class SimdMathTests
{
    /// <summary>A prime step through the bit patterns of all floats, so that every exponent and many mantissas are met.</summary>
    private const uint Step = 26_003;

    private static readonly float[] s_edges =
    [
        0f, -0f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1f, -1f, 0.625f, -0.625f, 3.95f, 88.72283f, 88.72284f, 89f, 100f,
        -87.33654f, -87.4f, -103.9f, -104f, -200f, float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, float.NaN,
    ];

    public static TheoryData<InstructionSet> Sets => new(InstructionSet.Supported);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Exp_is_within_its_bound(InstructionSet set) => Check(set, new ExpFormula(), Math.Exp, SimdMath.ExpUlps);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Log_is_within_its_bound(InstructionSet set) => Check(set, new LogFormula(), Math.Log, SimdMath.LogUlps);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Tanh_is_within_its_bound(InstructionSet set) => Check(set, new TanhFormula(), Math.Tanh, SimdMath.TanhUlps);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sigmoid_is_within_its_bound(InstructionSet set) =>
        Check(set, new SigmoidFormula(), x => 1 / (1 + Math.Exp(-x)), SimdMath.SigmoidUlps);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Erf_is_within_its_bound(InstructionSet set) => Check(set, new ErfFormula(), ReferenceErf, SimdMath.ErfUlps);

    [Theory]
    [MemberData(nameof(Sets))]
    public void Softplus_is_within_its_bound(InstructionSet set) =>
        Check(set, new SoftplusFormula(), ReferenceSoftplus, SimdMath.SoftplusUlps);

    /// <summary>max(x, 0) + ln(1 + e), the logarithm by its series where e is too small for the sum to hold it.</summary>
    private static double ReferenceSoftplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        return Math.Max(x, 0) + (e < 1e-4 ? e * (1 - (e * (0.5 - (e / 3)))) : Math.Log(1 + e));
    }

    /// <summary>The power series below 3; from there the continued fraction of the complement. Both to 1e-14.</summary>
    internal static double ReferenceErf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x) || a > 6) return double.IsNaN(x) ? x : Math.Sign(x);
        double square = a * a;
        if (a < 3)
        {
            double term = a, sum = a;
            for (int n = 1; n < 80; n++)
            {
                term *= -square / n;
                sum += term / ((2 * n) + 1);
            }

            return Math.CopySign(2 / Math.Sqrt(Math.PI) * sum, x);
        }

        double fraction = 0;
        for (int n = 60; n >= 1; n--) fraction = n / 2.0 / (a + fraction);
        return Math.CopySign(1 - (Math.Exp(-square) / (Math.Sqrt(Math.PI) * (a + fraction))), x);
    }

    private static void Check<TFormula>(InstructionSet set, TFormula formula, Func<double, double> reference, double ulps)
        where TFormula : IFormula
    {
        var x = new List<float>(s_edges);
        for (uint bits = 0; bits <= uint.MaxValue - Step; bits += Step) x.Add(BitConverter.UInt32BitsToSingle(bits));
        var y = x.ToArray();
        switch (set)
        {
            case InstructionSet.Scalar: Map<SimdScalar, TFormula>(y); break;
            case InstructionSet.Vector128: Map<Simd128, TFormula>(y); break;
            case InstructionSet.Vector256: Map<Simd256, TFormula>(y); break;
            default: Map<Simd512, TFormula>(y); break;
        }

        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < y.Length; i++)
        {
            double error = ErrorInUlps(y[i], reference(x[i]));
            if (error <= worst) continue;
            worst = error;
            worstAt = x[i];
        }

        worst.Should().BeLessThanOrEqualTo(ulps, "{0} at {1:G9} on {2}", formula.GetType().Name, worstAt, set);
    }

    private static double ErrorInUlps(float actual, double expected)
    {
        float rounded = (float)expected;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded) || rounded == 0)
        {
            // One step off is half an ulp too many at the threshold to infinity or zero.
            if (actual.Equals(rounded) || (float.IsNaN(actual) && float.IsNaN(rounded))) return 0;
            bool atThreshold = float.IsInfinity(rounded) ? actual == float.MaxValue : Math.Abs(actual) == float.Epsilon;
            return atThreshold && !float.IsNaN(rounded) ? 1 : double.PositiveInfinity;
        }

        double ulp = Math.Max((double)MathF.BitIncrement(Math.Abs(rounded)) - Math.Abs(rounded), float.Epsilon);
        double error = Math.Abs(actual - expected) / ulp;
        return double.IsNaN(error) ? double.PositiveInfinity : error;
    }

    private static unsafe void Map<T, TFormula>(float[] values)
        where T : unmanaged, ISimd<T>
        where TFormula : IFormula
    {
        fixed (float* v = values)
        {
            for (int i = 0; i < values.Length; i += T.Width)
            {
                int count = Math.Min(T.Width, values.Length - i);
                T.StorePartial(v + i, TFormula.Apply(T.LoadPartial(v + i, count)), count);
            }
        }
    }

    private interface IFormula
    {
        static abstract T Apply<T>(T x)
            where T : unmanaged, ISimd<T>;
    }

    private readonly struct ExpFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Exp(x);
    }

    private readonly struct LogFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Log(x);
    }

    private readonly struct TanhFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Tanh(x);
    }

    private readonly struct SigmoidFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Sigmoid(x);
    }

    private readonly struct ErfFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Erf(x);
    }

    private readonly struct SoftplusFormula : IFormula
    {
        public static T Apply<T>(T x)
            where T : unmanaged, ISimd<T> => SimdMath.Softplus(x);
    }
}
