using Framework.Kernels;
using Framework.Kernels.Pooling;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Pooling;

/// <summary>
/// Every kernel of both lists on every problem that it does not refuse, against the definition. Data are whole numbers: maxima, quotients of exact
/// sums and sums of exact quotients are exact.
/// </summary>
public sealed unsafe class PoolingKernelTests
{
    /// <summary>A multiple of every divisor that windows of up to 5 x 5 have.</summary>
    private const int Divisible = 3600;

    private static readonly (string Name, PoolingAxis Height, PoolingAxis Width, PoolingAxis? Depth)[] s_windows =
    [
        ("2x2/2", new(6, 3, 2, 2), new(8, 4, 2, 2), null),
        ("2x2/2 with a rest", new(7, 3, 2, 2), new(9, 4, 2, 2), null),
        ("2x2/2 rounded up", new(7, 4, 2, 2, 1, 0, 1), new(9, 5, 2, 2, 1, 0, 1), null),
        ("3x3/2 pad 1", new(8, 4, 3, 2, 1, 1, 1), new(37, 19, 3, 2, 1, 1, 1), null),
        ("3x3/1 pad 1", new(5, 5, 3, 1, 1, 1, 1), new(21, 21, 3, 1, 1, 1, 1), null),
        ("3x3/2 hanging over", new(6, 3, 3, 2), new(36, 18, 3, 2), null),
        ("3x2/3x4, dilated, pads uneven", new(13, 4, 3, 3, 2, 2, 1), new(70, 17, 2, 4, 3, 1, 0), null),
        ("5x5/1 pad 2 1", new(4, 3, 5, 1, 1, 2, 1), new(6, 5, 5, 1, 1, 2, 1), null),
        ("one row", PoolingAxis.None, new(41, 20, 3, 2), null),
        ("global", new(7, 1, 7, 7), new(7, 1, 7, 7), null),
        ("global, large", new(20, 1, 20), new(17, 1, 17), null),
        ("3-D", new(5, 2, 2, 2), new(6, 5, 2), new(4, 3, 3, 1, 1, 1, 0)),
        ("windows in the padding alone", new(3, 5, 1, 2, 1, 4, 2), new(3, 6, 2, 2, 1, 4, 4), null),
        ("3x3/1 without pads", new(6, 4, 3), new(9, 7, 3), null),
        ("3x3/2x1, narrower than the window", new(7, 3, 3, 2), new(2, 3, 3, 1, 1, 2, 1), null),
        ("3x3/1, rows of windows in the padding alone", new(2, 7, 3, 1, 1, 4, 3), new(5, 5, 3, 1, 1, 1, 1), null),
    ];

    public static TheoryData<int, PoolingKind, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, PoolingKind, int>();
            for (int window = 0; window < s_windows.Length; window++)
            {
                foreach (var kind in Enum.GetValues<PoolingKind>())
                {
                    foreach (int lanes in new[] { 1, 3, 4, 8, 16, 32 }) cases.Add(window, kind, lanes);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_kernel_pools_by_the_definition(int window, PoolingKind kind, int lanes)
    {
        var problem = Problem(window, kind, lanes, planes: 3);
        float[] input = KernelSets.Whole((int)(problem.Planes * problem.InputPlaneLength), 1);
        var (output, argmax) = PoolingReference.Forward(problem, input);
        foreach (var kernel in Usable(PoolingKernels.List, problem))
        {
            Forward(kernel, problem, input, withArgmax: false, KernelSets.OneThread).Output.Should().Equal(output, kernel.Name);
            if (kind != PoolingKind.Max) continue;
            var actual = Forward(kernel, problem, input, withArgmax: true, KernelSets.OneThread);
            actual.Output.Should().Equal(output, kernel.Name);
            Places(problem, actual.Argmax).Should().Equal(argmax, kernel.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_gradient_kernel_follows_the_definition(int window, PoolingKind kind, int lanes)
    {
        var problem = Problem(window, kind, lanes, planes: 3);
        float[] input = KernelSets.Whole((int)(problem.Planes * problem.InputPlaneLength), 2);
        float[] outputGradient = KernelSets.Whole((int)(problem.Planes * problem.OutputPlaneLength), 3);
        for (int i = 0; i < outputGradient.Length; i++) outputGradient[i] *= Divisible;
        var (_, argmax) = PoolingReference.Forward(problem, input);
        float[] expected = PoolingReference.Gradient(problem, outputGradient, argmax);
        byte[] places = Places(problem, argmax);
        foreach (var kernel in Usable(PoolingGradientKernels.List, problem))
            Gradient(kernel, problem, outputGradient, places, KernelSets.OneThread).Should().Equal(expected, kernel.Name);
    }

    [Fact]
    public void A_row_of_every_length_is_pooled_whatever_its_tail()
    {
        for (int columns = 1; columns <= KernelSets.LongestTail; columns++)
        {
            foreach (int stride in new[] { 1, 2, 3 })
            {
                var width = new PoolingAxis(((columns - 1) * stride) + 2, columns, 2, stride);
                var problem = new PoolingProblem(PoolingKind.Max, 2, 1, new(3, 2, 2), width);
                float[] input = KernelSets.Whole((int)(problem.Planes * problem.InputPlaneLength), columns);
                var (output, argmax) = PoolingReference.Forward(problem, input);
                foreach (var kernel in Usable(PoolingKernels.List, problem))
                {
                    var actual = Forward(kernel, problem, input, withArgmax: true, KernelSets.OneThread);
                    actual.Output.Should().Equal(output, kernel.Name);
                    Places(problem, actual.Argmax).Should().Equal(argmax, kernel.Name);
                }
            }
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(16, 3)]
    [InlineData(16, 4)]
    public void NaN_and_infinities_are_kept_and_the_first_of_equals_wins(int lanes, int window)
    {
        var problem = Problem(window, PoolingKind.Max, lanes, planes: 2);
        float[] values = [float.NaN, float.NegativeInfinity, float.PositiveInfinity, 0f, 1f, float.NegativeInfinity];
        var random = new Random(5);
        var input = new float[(int)(problem.Planes * problem.InputPlaneLength)];
        for (int i = 0; i < input.Length; i++) input[i] = values[random.Next(values.Length)];
        Array.Fill(input, float.NegativeInfinity, 0, input.Length / 4);
        var (output, argmax) = PoolingReference.Forward(problem, input);
        output.Should().Contain(float.NaN).And.Contain(float.NegativeInfinity);
        foreach (var kernel in Usable(PoolingKernels.List, problem))
        {
            Forward(kernel, problem, input, withArgmax: false, KernelSets.OneThread).Output.Should().Equal(output, kernel.Name);
            var actual = Forward(kernel, problem, input, withArgmax: true, KernelSets.OneThread);
            actual.Output.Should().Equal(output, kernel.Name);
            Places(problem, actual.Argmax).Should().Equal(argmax, kernel.Name);
        }
    }

    [Theory]
    [InlineData(1, PoolingKind.Max)]
    [InlineData(16, PoolingKind.Max)]
    [InlineData(1, PoolingKind.Average)]
    [InlineData(16, PoolingKind.Average)]
    public void Threads_do_not_change_a_bit(int lanes, PoolingKind kind)
    {
        var problem = Problem(3, kind, lanes, planes: 37);
        float[] input = KernelSets.Random((int)(problem.Planes * problem.InputPlaneLength), 6);
        float[] gradient = KernelSets.Random((int)(problem.Planes * problem.OutputPlaneLength), 7);
        var forward = PoolingKernels.List.Select(problem, InstructionSet.Best);
        var backward = PoolingGradientKernels.List.Select(problem, InstructionSet.Best);
        var (output, argmax) = Forward(forward, problem, input, kind == PoolingKind.Max, KernelSets.OneThread);
        float[] inputGradient = Gradient(backward, problem, gradient, argmax, KernelSets.OneThread);
        foreach (var pool in new[] { KernelSets.TwoThreads, KernelSets.ThreeThreads })
        {
            var again = Forward(forward, problem, input, kind == PoolingKind.Max, pool);
            KernelSets.Bits(again.Output).Should().Equal(KernelSets.Bits(output));
            again.Argmax.Should().Equal(argmax);
            KernelSets.Bits(Gradient(backward, problem, gradient, argmax, pool)).Should().Equal(KernelSets.Bits(inputGradient));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Indices_are_positions_in_the_whole_input(bool columnMajor)
    {
        foreach (int window in new[] { 3, 6, 10, 11 })
        {
            var problem = Problem(window, PoolingKind.Max, lanes: 1, planes: 3);
            float[] input = KernelSets.Random((int)(problem.Planes * problem.InputPlaneLength), 8);
            var (output, argmax) = Forward(PoolingKernels.List[^1], problem, input, withArgmax: true, KernelSets.OneThread);
            var indices = new FencedArray<long>(output.Length);
            fixed (byte* places = argmax) MaxPoolIndices.Write(problem, places, indices.Pointer, columnMajor, KernelSets.TwoThreads);
            int depths = problem.Depth.Input, rows = problem.Height.Input, columns = problem.Width.Input;
            int plane = depths * rows * columns;
            float At(long index)
            {
                long within = index % plane;
                if (!columnMajor) return input[index];
                long d = within % depths, h = within / depths % rows, w = within / depths / rows;
                return input[(index / plane * plane) + (((d * rows) + h) * columns) + w];
            }

            indices.ToArray().Select(At).Should().Equal(output);
        }
    }

    [Fact]
    public void Problems_that_make_no_sense_are_refused()
    {
        FluentActions.Invoking(() => new PoolingAxis(0, 1, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PoolingAxis(1, 1, 1, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PoolingAxis(1, 1, 1, 1, 1, -1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PoolingProblem(PoolingKind.Max, 1, 0, PoolingAxis.None, PoolingAxis.None))
            .Should().Throw<ArgumentOutOfRangeException>();
        PoolingKernels.List[0].Refusal(Problem(0, PoolingKind.Max, 3, 1)).Should().NotBeNull();
        PoolingKernels.List[^1].Refusal(Problem(0, PoolingKind.Max, 3, 1)).Should().BeNull("the reference takes every problem");
        PoolingGradientKernels.List[^1].Refusal(Problem(10, PoolingKind.Max, 3, 1)).Should().BeNull("the reference takes every problem");
    }

    private static PoolingProblem Problem(int window, PoolingKind kind, int lanes, int planes) =>
        new(kind, planes, lanes, s_windows[window].Height, s_windows[window].Width, s_windows[window].Depth);

    private static List<TKernel> Usable<TKernel>(IReadOnlyList<TKernel> list, PoolingProblem problem)
        where TKernel : IKernel<PoolingProblem>
    {
        var usable = list.Where(k => k.Set.IsSupported && k.Refusal(problem) is null).ToList();
        usable.Should().Contain(list[^1]);
        return usable;
    }

    private static (float[] Output, byte[] Argmax) Forward(
        PoolingKernel kernel, PoolingProblem problem, float[] input, bool withArgmax, WorkerPool pool)
    {
        var source = new FencedArray<float>(input);
        var output = new FencedArray<float>((int)(problem.Planes * problem.OutputPlaneLength));
        var argmax = new FencedArray<byte>((int)problem.ArgmaxBytes);
        kernel.Run(problem, source.Pointer, output.Pointer, withArgmax ? argmax.Pointer : null, pool);
        return (output.ToArray(), argmax.ToArray());
    }

    private static float[] Gradient(PoolingGradientKernel kernel, PoolingProblem problem, float[] outputGradient, byte[] argmax, WorkerPool pool)
    {
        var gradient = new FencedArray<float>(outputGradient);
        var result = new FencedArray<float>((int)(problem.Planes * problem.InputPlaneLength));
        var places = new FencedArray<byte>(argmax);
        kernel.Run(problem, gradient.Pointer, places.Pointer, result.Pointer, pool);
        return result.ToArray();
    }

    private static int[] Places(PoolingProblem problem, byte[] argmax)
    {
        if (problem.ArgmaxElementBytes == 1) return Array.ConvertAll(argmax, a => (int)a);
        var places = new float[argmax.Length / sizeof(float)];
        Buffer.BlockCopy(argmax, 0, places, 0, argmax.Length);
        return Array.ConvertAll(places, a => (int)a);
    }

    private static byte[] Places(PoolingProblem problem, int[] argmax)
    {
        if (problem.ArgmaxElementBytes == 1) return Array.ConvertAll(argmax, a => (byte)a);
        var places = new byte[argmax.Length * sizeof(float)];
        Buffer.BlockCopy(Array.ConvertAll(argmax, a => (float)a), 0, places, 0, places.Length);
        return places;
    }
}
