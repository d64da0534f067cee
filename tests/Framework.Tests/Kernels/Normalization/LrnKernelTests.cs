using Framework.Kernels.Normalization;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Normalization;

/// <summary>
/// The reference against differences of the definition, then every kernel against the reference, at every tail of places and of channels.
/// </summary>
public sealed unsafe class LrnKernelTests
{
    private const double Ulp = 1.1920929e-7;

    /// <summary>AlexNet's numbers in ONNX's form, but for a larger alpha, so that neighbours matter.</summary>
    private static LrnProblem Problem(int images, int blocks, int places, int lanes, int size) =>
        new(new ChannelProblem(images, blocks, places, lanes), size, 0.5f, 0.75f, 2);

    [Fact]
    public void The_reference_normalises_over_neighbouring_channels()
    {
        // Size 2 has no channel before and one behind: the bases are 2 + (1 + 4) / 4, 2 + (4 + 9) / 4 and 2 + 9 / 4.
        float[] y = Forward(LrnKernels.List[^1], Problem(1, 3, 1, 1, 2), [1, 2, 3], KernelSets.OneThread);
        y.Should().Equal((float)Math.Pow(3.25, -0.75), (float)(2 * Math.Pow(5.25, -0.75)), (float)(3 * Math.Pow(4.25, -0.75)));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void The_reference_gradient_agrees_with_differences(int size)
    {
        var problem = Problem(2, 7, 3, 1, size);
        float[] x = KernelSets.Random(2 * 7 * 3, 1, 2), dy = KernelSets.Random(x.Length, 2);
        float[] dx = Backward(LrnKernels.List[^1], problem, x, dy, KernelSets.OneThread);
        const float step = 1f / 64;
        for (int i = 0; i < x.Length; i++)
        {
            double Loss(float at)
            {
                float[] moved = [.. x];
                moved[i] = at;
                return Forward(LrnKernels.List[^1], problem, moved, KernelSets.OneThread).Zip(dy, (a, b) => (double)a * b).Sum();
            }

            // The difference errs by a third derivative of the order of 1 times step² / 6, and by a few half ulps of outputs below 2 over
            // twice the step.
            double difference = (Loss(x[i] + step) - Loss(x[i] - step)) / ((x[i] + step) - (double)(x[i] - step));
            Math.Abs(dx[i] - difference).Should().BeLessThan((step * step) + (size * 2 * Ulp / step));
        }
    }

    [Fact]
    public void Every_kernel_agrees_with_the_reference()
    {
        for (int n = 1; n <= KernelSets.LongestTail; n++)
        {
            LrnProblem[] problems =
                [Problem(2, 6, n, 1, 5), Problem(1, n, 3, 1, 3), Problem(1, 3, n, 4, 5), Problem(1, 2, 3, 16, 1 + (n / 4)), Problem(1, 1, 2, 24, 4)];
            foreach (var problem in problems)
            {
                int count = problem.Tensor.Images * problem.Tensor.Blocks * problem.Tensor.Places * problem.Tensor.Lanes;
                int size = problem.Size;
                float[] x = KernelSets.Random(count, n, 2), dy = KernelSets.Random(count, n + 1);
                float[] y = Forward(LrnKernels.List[^1], problem, x, KernelSets.OneThread);
                float[] dx = Backward(LrnKernels.List[^1], problem, x, dy, KernelSets.OneThread);
                foreach (var kernel in LrnKernels.List.SkipLast(1).Where(k => k.Set.IsSupported && k.Refusal(problem) is null))
                {
                    // The base: size squares and sums, all positive, from 2 to 4. The power is below 0.6; its errors are those of exponential
                    // and logarithm, which is below 1.4, and beta times the base's. Elements are below 2.
                    double power = SimdMath.ExpUlps + SimdMath.LogUlps + (0.75 * (size + 3)) + 3;
                    Near(Forward(kernel, problem, x, KernelSets.OneThread), y, 2 * power * Ulp, kernel.Name, problem);

                    // A first term below 0.6, and a sum of size terms together below 2 · 0.5 · 0.75 · 2 · 2 · 0.6 / 2; the latter have the base's
                    // error once more, and the additions'.
                    double gradient = (0.6 + 0.9) * (power + (size + 3) + size + 4);
                    Near(Backward(kernel, problem, x, dy, KernelSets.OneThread), dx, gradient * Ulp, kernel.Name, problem);
                    Backward(kernel, problem, x, dy, KernelSets.ThreeThreads)
                        .Should().Equal(Backward(kernel, problem, x, dy, KernelSets.OneThread), kernel.Name);
                }
            }
        }
    }

    [Fact]
    public void Padding_lanes_stay_0()
    {
        var problem = Problem(1, 1, 4, 16, 5);
        float[] x = KernelSets.Random(4 * 16, 1);
        for (int i = 0; i < x.Length; i++)
        {
            if (i % 16 >= 6) x[i] = 0;
        }

        foreach (var kernel in LrnKernels.List.Where(k => k.Set.IsSupported && k.Refusal(problem) is null))
            Forward(kernel, problem, x, KernelSets.OneThread).Where((_, i) => i % 16 >= 6).Should().OnlyContain(v => v == 0, kernel.Name);
    }

    [Fact]
    public void A_size_out_of_range_is_refused()
    {
        FluentActions.Invoking(() => Problem(1, 1, 1, 1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Problem(1, 1, 1, 1, 257)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static void Near(float[] actual, float[] expected, double bound, string name, LrnProblem problem)
    {
        double worst = actual.Zip(expected, (a, e) => Math.Abs((double)a - e)).Max();
        worst.Should().BeLessThanOrEqualTo(bound, "{0}, {1}", name, problem);
    }

    private static float[] Forward(LrnKernel kernel, LrnProblem problem, float[] x, WorkerPool pool)
    {
        FencedArray<float> source = new(x), result = new(x.Length);
        kernel.Forward(problem, source.Pointer, result.Pointer, pool);
        return result.ToArray();
    }

    private static float[] Backward(LrnKernel kernel, LrnProblem problem, float[] x, float[] dy, WorkerPool pool)
    {
        FencedArray<float> source = new(x), gradient = new(dy), result = new(x.Length);
        kernel.Backward(problem, source.Pointer, gradient.Pointer, result.Pointer, pool);
        return result.ToArray();
    }
}
