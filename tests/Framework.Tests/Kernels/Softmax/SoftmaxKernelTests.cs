using Framework.Kernels;
using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Kernels.Softmax;
using Framework.Threading;

namespace Framework.Tests.Kernels.Softmax;

/// <summary>Every kernel on every problem that it does not refuse, against the formulas in double precision.</summary>
public sealed unsafe class SoftmaxKernelTests
{
    private const double Ulp = 1.1920929e-7;

    /// <summary>Logits reach from minus this to this, so that differences from the largest are at most twice as much.</summary>
    private const float Range = 6;

    private static readonly double s_exponentialUlps = SimdMath.ExpUlps + (2 * Range);

    public static TheoryData<int, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int, int>();
            for (int length = 1; length <= KernelSets.LongestTail; length++) cases.Add(3, length, 1);
            for (int inner = 2; inner <= KernelSets.LongestTail; inner++) cases.Add(2, 5, inner);
            cases.Add(2, 1500, 1);
            cases.Add(1, 1000, 3);
            cases.Add(64, 10, 1);
            cases.Add(0, 3, 1);
            cases.Add(3, 3, 0);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Softmax_and_its_logarithm_follow_their_formulas(int outer, int length, int inner)
    {
        var problem = new AxisProblem(outer, length, inner);
        float[] x = KernelSets.Random(outer * length * inner, length + inner, Range);
        double[] expected = Probabilities(problem, x);
        ForEachKernel(problem, (kernel, name) =>
        {
            float[] y = Map(x, (from, to) => kernel.Softmax(problem, from, to, KernelSets.OneThread));
            for (int i = 0; i < y.Length; i++) Near(y[i], expected[i], SoftmaxUlps(length) * expected[i], name);
            float[] log = Map(x, (from, to) => kernel.LogSoftmax(problem, from, to, KernelSets.OneThread));
            for (int i = 0; i < log.Length; i++) Near(log[i], Math.Log(expected[i]), LogUlps(length), name);
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Gradients_follow_their_formulas(int outer, int length, int inner)
    {
        var problem = new AxisProblem(outer, length, inner);
        float[] x = KernelSets.Random(outer * length * inner, length + inner, Range), dy = KernelSets.Random(x.Length, 7);
        float[] y = [.. Probabilities(problem, x).Select(p => (float)p)], logY = [.. y.Select(p => (float)Math.Log(p))];
        double[] dots = Sums(problem, i => (double)y[i] * dy[i]), sums = Sums(problem, i => dy[i]);
        double[] terms = Sums(problem, i => (double)y[i] * Math.Abs(dy[i])), logTerms = Sums(problem, i => Math.Abs(dy[i]));
        ForEachKernel(problem, (kernel, name) =>
        {
            float[] dx = Map(dy, (from, to) =>
            {
                fixed (float* result = y) kernel.SoftmaxGradient(problem, result, from, to, KernelSets.OneThread);
            });
            float[] logDx = Map(dy, (from, to) =>
            {
                fixed (float* result = logY) kernel.LogSoftmaxGradient(problem, result, from, to, KernelSets.OneThread);
            });
            for (int i = 0; i < dx.Length; i++)
            {
                int position = Position(problem, i);
                double ulps = (Chain(length) * terms[position]) + (3 * Math.Abs(dy[i]));
                Near(dx[i], y[i] * (dy[i] - dots[position]), y[i] * ulps, name);
                double logUlps = ((Chain(length) + s_exponentialUlps + 2) * logTerms[position] * y[i]) + Math.Abs(dy[i]);
                Near(logDx[i], dy[i] - (Math.Exp(logY[i]) * sums[position]), logUlps, name);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_entropy_of_classes_follows_its_formula(int outer, int length, int inner)
    {
        const long ignored = -100;
        const float scale = 0.25f;
        var problem = new AxisProblem(outer, length, inner);
        int positions = outer * inner;
        float[] x = KernelSets.Random(outer * length * inner, length + inner, Range);
        float[] weights = [.. Enumerable.Range(0, length).Select(c => (c % 3) + 0.5f)];
        long[] classes = [.. Enumerable.Range(0, positions).Select(i => i % 5 == 4 ? ignored : i * 7 % length)];
        double[] p = Probabilities(problem, x);
        ForEachKernel(problem, (kernel, name) =>
        {
            var (losses, logs, gradient) = CrossEntropy(kernel, problem, x, classes, null, weights, ignored, scale, KernelSets.OneThread);
            for (int i = 0; i < x.Length; i++)
            {
                int position = Position(problem, i), c = i / inner % length;
                bool counts = classes[position] != ignored;
                double weight = counts ? weights[classes[position]] : 0;
                double expected = scale * weight * (p[i] - (c == classes[position] ? 1 : 0));
                Near(gradient[i], expected, (SoftmaxUlps(length) + 3) * scale * weight, name);
                Near(logs[i], Math.Log(p[i]), LogUlps(length), name);
                if (counts && c == classes[position])
                    Near(losses[position], -weight * Math.Log(p[i]), (LogUlps(length) + (2 * Range)) * weight, name);
                if (!counts) losses[position].Should().Be(0, name);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Cross_entropy_of_one_hot_targets_is_that_of_their_classes(int outer, int length, int inner)
    {
        var problem = new AxisProblem(outer, length, inner);
        float[] x = KernelSets.Random(outer * length * inner, length + inner, Range);
        long[] classes = [.. Enumerable.Range(0, outer * inner).Select(i => (long)(i * 7 % length))];
        float[] targets = [.. x.Select((_, i) => i / inner % length == classes[Position(problem, i)] ? 1f : 0f)];
        ForEachKernel(problem, (kernel, name) =>
        {
            var ofClasses = CrossEntropy(kernel, problem, x, classes, null, null, null, 1, KernelSets.OneThread);
            var ofTargets = CrossEntropy(kernel, problem, x, null, targets, null, null, 1, KernelSets.OneThread);
            ofTargets.Losses.Should().Equal(ofClasses.Losses, name);
            ofTargets.Gradient.Should().Equal(ofClasses.Gradient, name);
            ofTargets.Logs.Should().Equal(ofClasses.Logs, name);
        });
    }

    [Fact]
    public void Cross_entropy_of_soft_targets_follows_its_formula()
    {
        var problem = new AxisProblem(3, 21, 5);
        float[] x = KernelSets.Random(3 * 21 * 5, 1, Range), raw = KernelSets.Random(x.Length, 2);
        float[] targets = [.. raw.Select(t => Math.Max(0, t))];
        double[] p = Probabilities(problem, x);
        double[] losses = Sums(problem, i => -targets[i] * Math.Log(p[i])), totals = Sums(problem, i => targets[i]);
        ForEachKernel(problem, (kernel, name) =>
        {
            var actual = CrossEntropy(kernel, problem, x, null, targets, null, null, 1, KernelSets.OneThread);
            for (int i = 0; i < losses.Length; i++)
                Near(actual.Losses[i], losses[i], (LogUlps(21) + Chain(21)) * (losses[i] + totals[i]), name);
            for (int i = 0; i < x.Length; i++)
            {
                double total = totals[Position(problem, i)];
                Near(actual.Gradient[i], (p[i] * total) - targets[i], (SoftmaxUlps(21) + Chain(21) + 2) * total, name);
            }
        });
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_special_values_do_what_is_said()
    {
        ForEachKernel(new AxisProblem(5, 3), (kernel, name) =>
        {
            var problem = new AxisProblem(5, 3);
            float[] x =
            [
                1e30f, 1e30f, -1e30f,
                float.NegativeInfinity, 0, 0,
                float.NaN, 0, 0,
                0, float.PositiveInfinity, 0,
                float.NegativeInfinity, float.NegativeInfinity, float.NegativeInfinity,
            ];
            float[] y = Map(x, (from, to) => kernel.Softmax(problem, from, to, KernelSets.OneThread));
            y[..6].Should().Equal([0.5f, 0.5f, 0, 0, 0.5f, 0.5f], name);
            y[6..].Should().OnlyContain(v => float.IsNaN(v), name);
            var (losses, _, gradient) = CrossEntropy(kernel, problem, x, [2, 1, 7, 7, 7], null, null, 7, 1, KernelSets.OneThread);
            losses[0].Should().Be(2e30f, name);
            losses[2..].Should().Equal([0, 0, 0], name);
            gradient[6..].Should().Equal(new float[9], name);
        });
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    [InlineData(long.MaxValue)]
    public void A_class_that_does_not_exist_is_refused(long wrong)
    {
        var problem = new AxisProblem(2, 3);
        void Run(long[]? classes) => CrossEntropy(SoftmaxKernels.List[^1], problem, new float[6], classes, null, null, null, 1, KernelSets.OneThread);
        FluentActions.Invoking(() => Run([0, wrong])).Should().Throw<ArgumentOutOfRangeException>().WithMessage("*position 1*0 to 2*");
        FluentActions.Invoking(() => Run(null)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Threads_do_not_change_a_bit(int inner)
    {
        var problem = new AxisProblem(200, 37, inner);
        float[] x = KernelSets.Random(200 * 37 * inner, 1, Range);
        long[] classes = [.. Enumerable.Range(0, 200 * inner).Select(i => (long)(i % 37))];
        var kernel = SoftmaxKernels.List.Select(problem, InstructionSet.Best);
        var one = CrossEntropy(kernel, problem, x, classes, null, null, null, 1, KernelSets.OneThread);
        foreach (var pool in new[] { KernelSets.TwoThreads, KernelSets.ThreeThreads })
        {
            var again = CrossEntropy(kernel, problem, x, classes, null, null, null, 1, pool);
            KernelSets.Bits(again.Losses).Should().Equal(KernelSets.Bits(one.Losses));
            KernelSets.Bits(again.Gradient).Should().Equal(KernelSets.Bits(one.Gradient));
        }
    }

    /// <summary>Additions that one term of a sum goes through: its block, the blocks, and the lanes.</summary>
    private static double Chain(int length) => Math.Min(length, 64) + (length / 64) + 5;

    /// <summary>The exponential, the sum of exponentials, the quotient.</summary>
    private static double SoftmaxUlps(int length) => (2 * s_exponentialUlps) + Chain(length) + 1;

    /// <summary>
    /// Absolute, in units of 1.2e-7: the sum's relative error, its logarithm's, and three roundings of numbers up to twice the range.
    /// </summary>
    private static double LogUlps(int length) => s_exponentialUlps + Chain(length) + (SimdMath.LogUlps * Math.Log(length + 1)) + (3 * 2 * Range);

    private static void Near(float actual, double expected, double ulps, string name)
    {
        // The assertion formats its message even where it holds, which is too slow for every element.
        if (!(Math.Abs(actual - expected) <= (ulps * Ulp) + float.Epsilon))
            actual.Should().Be((float)expected, "{0}, within {1:G3} ulps of 1", name, ulps);
    }

    private static int Position(AxisProblem problem, int element) =>
        (element / (problem.Inner * problem.Length) * problem.Inner) + (element % problem.Inner);

    private static double[] Sums(AxisProblem problem, Func<int, double> term)
    {
        var sums = new double[(int)problem.Positions];
        for (int i = 0; i < problem.Outer * problem.Length * problem.Inner; i++) sums[Position(problem, i)] += term(i);
        return sums;
    }

    private static double[] Probabilities(AxisProblem problem, float[] x)
    {
        double[] sums = Sums(problem, i => Math.Exp(x[i]));
        return [.. x.Select((v, i) => Math.Exp(v) / sums[Position(problem, i)])];
    }

    private static void ForEachKernel(AxisProblem problem, Action<SoftmaxKernel, string> check)
    {
        var usable = SoftmaxKernels.List.Where(k => k.Set.IsSupported && k.Refusal(problem) is null).ToList();
        usable.Should().Contain(SoftmaxKernels.List[^1]);
        foreach (var kernel in usable) check(kernel, kernel.Name);
    }

    private delegate void Mapping(float* from, float* to);

    /// <summary>Runs out of place and then in place, which must agree.</summary>
    private static float[] Map(float[] x, Mapping mapping)
    {
        var source = new FencedArray<float>(x);
        var target = new FencedArray<float>(x.Length);
        mapping(source.Pointer, target.Pointer);
        source.ToArray().Should().Equal(x);
        mapping(source.Pointer, source.Pointer);
        KernelSets.Bits(source.ToArray()).Should().Equal(KernelSets.Bits(target.ToArray()));
        return target.ToArray();
    }

    private static (float[] Losses, float[] Logs, float[] Gradient) CrossEntropy(
        SoftmaxKernel kernel,
        AxisProblem problem,
        float[] x,
        long[]? classes,
        float[]? targets,
        float[]? weights,
        long? ignored,
        float scale,
        WorkerPool pool)
    {
        FencedArray<float> logits = new(x), losses = new((int)problem.Positions), logs = new(x.Length), gradient = new(x.Length);
        fixed (long* classPointer = classes)
        fixed (float* targetPointer = targets, weightPointer = weights)
        {
            kernel.CrossEntropy(
                problem,
                new CrossEntropyArguments
                {
                    Logits = logits.Pointer,
                    Classes = classPointer,
                    Targets = targetPointer,
                    ClassWeights = weightPointer,
                    IgnoredClass = ignored,
                    Losses = losses.Pointer,
                    LogProbabilities = logs.Pointer,
                    LogitsGradient = gradient.Pointer,
                    GradientScale = &scale,
                },
                pool);
        }

        return (losses.ToArray(), logs.ToArray(), gradient.ToArray());
    }
}
