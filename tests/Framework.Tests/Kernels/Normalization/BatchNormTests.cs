using Framework.Kernels;
using Framework.Kernels.Normalization;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Normalization;

/// <summary>Every kernel's sums and results, against double precision.</summary>
public sealed unsafe class BatchNormTests
{
    private const double Ulp = 1.1920929e-7;

    /// <summary>
    /// Additions that a term of a piece's sum goes through at most: a block of 64 four ways, the blocks of 4,096 terms, joining, the lanes.
    /// </summary>
    private const double Chain = 64 + 16 + 8;

    private const float Epsilon = 1e-5f;

    // Places of every tail, of planes and of channel blocks, whose places are taken several at a time.
    private const int PlacesOfBlocks = 9;

    /// <summary>Images, blocks, places, lanes.</summary>
    public static TheoryData<int, int, int, int> Extents
    {
        get
        {
            var extents = new TheoryData<int, int, int, int> { { 3, 2, 5000, 1 }, { 2, 2, 49, 16 }, { 2, 1, 600, 16 }, { 2, 2, 5, 32 }, { 2, 2, 6, 3 } };
            for (int places = 1; places <= KernelSets.LongestTail; places++) extents.Add(2, 3, places, 1);
            foreach (int lanes in (int[])[4, 8, 16])
            {
                for (int places = 1; places <= PlacesOfBlocks; places++) extents.Add(3, 2, places, lanes);
            }

            return extents;
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Statistics_are_those_of_each_channel_even_far_from_0(int images, int blocks, int places, int lanes)
    {
        const float shift = 100;
        var problem = new ChannelProblem(images, blocks, places, lanes);
        float[] x = [.. KernelSets.Random(Elements(problem), 1).Select(v => v + shift)];
        double[] mean = PerChannel(problem, i => x[i]), variance = PerChannel(problem, i => Math.Pow(x[i] - mean[Channel(problem, i)], 2));
        ForEachKernel(problem, (kernel, pool, name) =>
        {
            var (means, variances) = Statistics(kernel, problem, x, pool);
            for (int c = 0; c < mean.Length; c++)
            {
                // A piece's mean is off by a chain of roundings near the shift; distances from it sum to 0, so it enters the variance squared.
                double meanBound = Chain * Ulp * (shift + 1);
                Math.Abs(means[c] - mean[c]).Should().BeLessThanOrEqualTo(meanBound, name);
                double bound = (Chain * Ulp * variance[c]) + (2 * Ulp * (shift + 1) * Math.Sqrt(variance[c])) + (meanBound * meanBound);
                Math.Abs(variances[c] - variance[c]).Should().BeLessThanOrEqualTo(bound, name);
            }
        });
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Gradient_sums_of_whole_numbers_are_exact(int images, int blocks, int places, int lanes)
    {
        var problem = new ChannelProblem(images, blocks, places, lanes);
        float[] x = KernelSets.Whole(Elements(problem), 2), dy = KernelSets.Whole(x.Length, 3), mean = KernelSets.Whole(problem.ChannelFloats, 4);
        double[] sums = PerChannel(problem, i => dy[i], average: false);
        double[] products = PerChannel(problem, i => dy[i] * (x[i] - mean[Channel(problem, i)]), average: false);
        ForEachKernel(problem, (kernel, pool, name) =>
        {
            var (sum, product) = GradientSums(kernel, problem, x, mean, dy, pool);
            sum.Should().Equal(sums.Select(v => (float)v), name);
            product.Should().Equal(products.Select(v => (float)v), name);
        });
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Whole_numbers_are_normalised_exactly_wherever_the_result_lies(int images, int blocks, int places, int lanes)
    {
        var problem = new ChannelProblem(images, blocks, places, lanes);
        int elements = Elements(problem), channels = problem.ChannelFloats;
        float[] x = KernelSets.Whole(elements, 2), residual = KernelSets.Whole(elements, 3);
        float[] mean = KernelSets.Whole(channels, 4), scale = KernelSets.Whole(channels, 5), shift = KernelSets.Whole(channels, 6);
        foreach (bool adds in new[] { false, true })
        {
            foreach (float floor in new[] { 0, float.NegativeInfinity })
            {
                float[] expected = [.. x.Select((v, i) =>
                {
                    int c = Channel(problem, i);
                    return Math.Max(floor, ((v - mean[c]) * scale[c]) + shift[c] + (adds ? residual[i] : 0));
                })];
                ForEachKernel(problem, (kernel, pool, name) =>
                {
                    Normalize(kernel, problem, x, mean, scale, shift, adds ? residual : null, floor, pool).Should().Equal(expected, name);
                });
            }
        }
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void Input_gradients_of_whole_numbers_are_exact(int images, int blocks, int places, int lanes)
    {
        var problem = new ChannelProblem(images, blocks, places, lanes);
        int elements = Elements(problem), channels = problem.ChannelFloats;
        float[] x = KernelSets.Whole(elements, 2), dy = KernelSets.Whole(elements, 3);
        float[] mean = KernelSets.Whole(channels, 4), scale = KernelSets.Whole(channels, 5);
        float[] a = KernelSets.Whole(channels, 6), b = KernelSets.Whole(channels, 7);
        float[] expected = [.. x.Select((v, i) =>
        {
            int c = Channel(problem, i);
            return scale[c] * (dy[i] - a[c] - ((v - mean[c]) * b[c]));
        })];
        ForEachKernel(problem, (kernel, pool, name) =>
        {
            InputGradient(kernel, problem, dy, x, mean, scale, a, b, pool).Should().Equal(expected, name);
        });
    }

    [Theory]
    [MemberData(nameof(Extents))]
    public void A_part_of_the_blocks_is_summed_and_normalised_as_in_the_whole(int images, int blocks, int places, int lanes)
    {
        var whole = new ChannelProblem(images, blocks, places, lanes);
        float[] x = KernelSets.Random(Elements(whole), 1), ones = [.. Enumerable.Repeat(1f, whole.ChannelFloats)];
        ForEachKernel(whole, (kernel, pool, name) =>
        {
            var (mean, variance) = Statistics(kernel, whole, x, pool);
            float[] y = Normalize(kernel, whole, x, mean, ones, ones, null, 0, pool);
            FencedArray<float> source = new(x), target = new(x.Length), workspace = new((int)whole.WorkspaceFloats), of = new(ones);
            FencedArray<float> means = new(mean.Length), variances = new(mean.Length);
            for (int block = 0; block < blocks; block++)
            {
                var part = whole.Part(block, 1);
                nint element = block * whole.BlockElements;
                int channel = block * lanes;
                kernel.Statistics(part, source.Pointer + element, means.Pointer + channel, variances.Pointer + channel, workspace.Pointer, pool);
                var arguments = new NormalizeArguments
                {
                    X = source.Pointer + element,
                    Mean = means.Pointer + channel,
                    Scale = of.Pointer + channel,
                    Shift = of.Pointer + channel,
                    Y = target.Pointer + element,
                };
                kernel.Normalize(part, arguments, pool);
            }

            KernelSets.Bits(means.ToArray()).Should().Equal(KernelSets.Bits(mean), name);
            KernelSets.Bits(variances.ToArray()).Should().Equal(KernelSets.Bits(variance), name);
            KernelSets.Bits(target.ToArray()).Should().Equal(KernelSets.Bits(y), name);
        });
    }

    /// <summary>Forward and backward as a plan runs them, against the definition's derivative in double precision by differences.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    public void Kernels_normalise_and_differentiate(int lanes)
    {
        var problem = new ChannelProblem(3, 2, 11, lanes);
        int channels = problem.ChannelFloats;
        float[] x = KernelSets.Random(Elements(problem), 5, 2), dy = KernelSets.Random(x.Length, 6);
        float[] gamma = KernelSets.Random(channels, 7), beta = KernelSets.Random(channels, 8);
        var kernel = ChannelKernels.List.Select(problem, InstructionSet.Best);
        var (mean, variance) = Statistics(kernel, problem, x, KernelSets.TwoThreads);
        float[] inverse = [.. variance.Select(v => (float)(1 / Math.Sqrt(v + (double)Epsilon)))];
        float[] scale = [.. gamma.Zip(inverse, (g, i) => g * i)];
        float[] y = Normalize(kernel, problem, x, mean, scale, beta, null, float.NegativeInfinity, KernelSets.TwoThreads);
        var (sum, product) = GradientSums(kernel, problem, x, mean, dy, KernelSets.TwoThreads);
        float count = problem.ElementsPerChannel;
        float[] a = [.. sum.Select(s => s / count)], b = [.. product.Zip(inverse, (p, i) => p * i * i / count)];
        float[] dx = InputGradient(kernel, problem, dy, x, mean, scale, a, b, KernelSets.TwoThreads);

        double[] X = [.. x.Select(v => (double)v)];
        double[] expected = Normalized(problem, X, gamma, beta);

        // Values are of the order of 1; a dozen roundings and the chain of the statistics lie between them and the result.
        const double bound = 2 * (Chain + 12) * Ulp;
        for (int i = 0; i < y.Length; i++) Math.Abs(y[i] - expected[i]).Should().BeLessThan(bound);
        const double step = 1e-5;
        for (int i = 0; i < x.Length; i += 7)
        {
            double Loss(double at)
            {
                double kept = X[i];
                X[i] = at;
                double loss = Normalized(problem, X, gamma, beta).Zip(dy, (a, b) => a * b).Sum();
                X[i] = kept;
                return loss;
            }

            // Central differences err by the third derivative times step² / 6 and by rounding over the step: both below 1e-8 here.
            double difference = (Loss(X[i] + step) - Loss(X[i] - step)) / (2 * step);
            Math.Abs(dx[i] - difference).Should().BeLessThan(bound + 1e-8);
        }

        double[] dGamma = PerChannel(problem, i => dy[i] * (expected[i] - beta[Channel(problem, i)]) / gamma[Channel(problem, i)], average: false);
        for (int c = 0; c < channels; c++) Math.Abs((product[c] * inverse[c]) - dGamma[c]).Should().BeLessThan(bound * problem.ElementsPerChannel);
    }

    private static double[] Normalized(ChannelProblem problem, double[] x, float[] gamma, float[] beta)
    {
        double[] mean = PerChannel(problem, i => x[i]), variance = PerChannel(problem, i => Math.Pow(x[i] - mean[Channel(problem, i)], 2));
        return [.. x.Select((v, i) =>
        {
            int c = Channel(problem, i);
            return ((v - mean[c]) / Math.Sqrt(variance[c] + Epsilon) * gamma[c]) + beta[c];
        })];
    }

    private static int Elements(ChannelProblem problem) => problem.Images * problem.Blocks * problem.Places * problem.Lanes;

    private static int Channel(ChannelProblem problem, int element) =>
        (element / (problem.Places * problem.Lanes) % problem.Blocks * problem.Lanes) + (element % problem.Lanes);

    private static double[] PerChannel(ChannelProblem problem, Func<int, double> term, bool average = true)
    {
        var sums = new double[problem.ChannelFloats];
        for (int i = 0; i < Elements(problem); i++) sums[Channel(problem, i)] += term(i);
        return average ? Array.ConvertAll(sums, s => s / problem.ElementsPerChannel) : sums;
    }

    /// <summary>Calls back with each usable kernel, after seeing that its results do not change with the number of threads.</summary>
    private static void ForEachKernel(ChannelProblem problem, Action<ChannelKernel, WorkerPool, string> check)
    {
        var usable = ChannelKernels.List.Where(k => k.Set.IsSupported && k.Refusal(problem) is null).ToList();
        usable.Should().Contain(ChannelKernels.List[^1]);
        foreach (var kernel in usable)
        {
            float[] x = KernelSets.Random(Elements(problem), 9);
            var one = Statistics(kernel, problem, x, KernelSets.OneThread);
            var three = Statistics(kernel, problem, x, KernelSets.ThreeThreads);
            KernelSets.Bits(three.Mean).Should().Equal(KernelSets.Bits(one.Mean));
            KernelSets.Bits(three.Variance).Should().Equal(KernelSets.Bits(one.Variance));
            check(kernel, KernelSets.TwoThreads, kernel.Name);
        }
    }

    private static (float[] Mean, float[] Variance) Statistics(ChannelKernel kernel, ChannelProblem problem, float[] x, WorkerPool pool)
    {
        FencedArray<float> source = new(x), workspace = new((int)problem.WorkspaceFloats);
        FencedArray<float> mean = new(problem.ChannelFloats), variance = new(problem.ChannelFloats);
        kernel.Statistics(problem, source.Pointer, mean.Pointer, variance.Pointer, workspace.Pointer, pool);
        workspace.ToArray();
        return (mean.ToArray(), variance.ToArray());
    }

    private static (float[] Sum, float[] Product) GradientSums(
        ChannelKernel kernel, ChannelProblem problem, float[] x, float[] mean, float[] dy, WorkerPool pool)
    {
        FencedArray<float> source = new(x), means = new(mean), gradient = new(dy), workspace = new((int)problem.WorkspaceFloats);
        FencedArray<float> sum = new(problem.ChannelFloats), product = new(problem.ChannelFloats);
        kernel.GradientSums(problem, source.Pointer, means.Pointer, gradient.Pointer, sum.Pointer, product.Pointer, workspace.Pointer, pool);
        return (sum.ToArray(), product.ToArray());
    }

    private static float[] Normalize(
        ChannelKernel kernel, ChannelProblem problem, float[] x, float[] mean, float[] scale, float[] shift, float[]? residual, float floor, WorkerPool pool)
    {
        FencedArray<float> source = new(x), means = new(mean), scales = new(scale), shifts = new(shift), target = new(x.Length);
        var added = residual is null ? null : new FencedArray<float>(residual);
        var arguments = new NormalizeArguments
        {
            X = source.Pointer,
            Mean = means.Pointer,
            Scale = scales.Pointer,
            Shift = shifts.Pointer,
            Residual = added is null ? null : added.Pointer,
            Floor = floor,
            Y = target.Pointer,
        };
        kernel.Normalize(problem, arguments, pool);
        float[] result = target.ToArray();
        arguments.Y = residual is null ? arguments.X : arguments.Residual;
        kernel.Normalize(problem, arguments, pool);
        KernelSets.Bits((added ?? source).ToArray()).Should().Equal(KernelSets.Bits(result), "a result may lie over an operand");
        return result;
    }

    private static float[] InputGradient(
        ChannelKernel kernel, ChannelProblem problem, float[] dy, float[] x, float[] mean, float[] scale, float[] a, float[] b, WorkerPool pool)
    {
        FencedArray<float> gradient = new(dy), source = new(x), means = new(mean), scales = new(scale), first = new(a), second = new(b);
        var target = new FencedArray<float>(x.Length);
        var arguments = new ChannelGradientArguments
        {
            Dy = gradient.Pointer,
            X = source.Pointer,
            Mean = means.Pointer,
            Scale = scales.Pointer,
            A = first.Pointer,
            B = second.Pointer,
            Dx = target.Pointer,
        };
        kernel.InputGradient(problem, arguments, pool);
        return target.ToArray();
    }
}
