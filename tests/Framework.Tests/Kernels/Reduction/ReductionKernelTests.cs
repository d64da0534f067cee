using Framework.Kernels;
using Framework.Kernels.Reduction;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Tests.Kernels.Reduction;

/// <summary>Every kernel against plain loops in double precision: exactly on whole numbers, within the bound of its tree on others.</summary>
public sealed unsafe class ReductionKernelTests
{
    private const double Ulp = 1.1920929e-7;

    public static TheoryData<ReductionKind, InstructionSet> Cases
    {
        get
        {
            var cases = new TheoryData<ReductionKind, InstructionSet>();
            foreach (var kind in Enum.GetValues<ReductionKind>())
            {
                foreach (var set in InstructionSet.Supported) cases.Add(kind, set);
            }

            return cases;
        }
    }

    public static TheoryData<InstructionSet> Sets => KernelSets.Supported;

    private static IEnumerable<(int Outer, int Length, int Inner)> Extents()
    {
        for (int n = 0; n <= KernelSets.LongestTail; n++)
        {
            yield return (3, n, 1);
            yield return (2, n, 5);
            yield return (2, 7, n);
        }

        yield return (2, 1000, 1);
        yield return (2, 40_000, 1);
        yield return (1, 600, 300);
        yield return (1, 5000, 10);
        yield return (0, 4, 4);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_numbers_are_reduced_exactly(ReductionKind kind, InstructionSet set)
    {
        foreach (var (outer, length, inner) in Extents())
        {
            var problem = new ReductionProblem(kind, outer, length, inner);
            float[] x = KernelSets.Whole(outer * length * inner, length + inner);
            if (kind == ReductionKind.Product) x = [.. x.Select(v => v > 0 ? 1f : -1f)];
            float[] expected = [.. Expected(problem, x).Select(v => (float)v)];
            Run(problem, x, set, KernelSets.OneThread).Should().Equal(expected, "{0}", problem);
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Sums_of_any_numbers_are_within_the_bound_of_their_tree(InstructionSet set)
    {
        foreach (var kind in new[] { ReductionKind.Sum, ReductionKind.Mean, ReductionKind.SumOfSquares, ReductionKind.SumOfMagnitudes })
        {
            foreach (var (outer, length, inner) in new[] { (1, 100_000, 1), (1, 3000, 40), (5, 777, 1) })
            {
                var problem = new ReductionProblem(kind, outer, length, inner);
                float[] x = KernelSets.Random(outer * length * inner, 3);
                double[] expected = Expected(problem, x);
                double[] magnitudes = Expected(problem, kind == ReductionKind.SumOfSquares ? x : [.. x.Select(Math.Abs)]);
                float[] actual = Run(problem, x, set, KernelSets.OneThread);

                // Each addition errs by half an ulp of a partial sum, which is at most the sum of magnitudes; squaring and the mean's division
                // do so too.
                double roundings = (problem.LongestChain / 2.0) + 1;
                for (int i = 0; i < actual.Length; i++)
                    Math.Abs(actual[i] - expected[i]).Should().BeLessThanOrEqualTo(roundings * Ulp * magnitudes[i], "{0}", problem);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Extremes_keep_infinities_and_hand_on_NaN(InstructionSet set)
    {
        foreach (int at in new[] { 0, 3, 16, 40, 66 })
        {
            foreach (int inner in new[] { 1, 5, 19 })
            {
                float[] x = KernelSets.Whole(67 * inner, at);
                x[at * inner] = float.NaN;
                foreach (var kind in new[] { ReductionKind.Max, ReductionKind.Min })
                {
                    float[] y = Run(new ReductionProblem(kind, 1, 67, inner), x, set, KernelSets.OneThread);
                    y[0].Should().Be(float.NaN);
                    y[1..].Should().NotContain(float.NaN);
                }

                x[at * inner] = float.NegativeInfinity;
                Run(new ReductionProblem(ReductionKind.Min, 1, 67, inner), x, set, KernelSets.OneThread)[0].Should().Be(float.NegativeInfinity);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Threads_do_not_change_a_bit(InstructionSet set)
    {
        foreach (var (outer, length, inner) in new[] { (1, 200_001, 1), (3, 3001, 33), (257, 100, 1) })
        {
            var problem = new ReductionProblem(ReductionKind.Sum, outer, length, inner);
            float[] x = KernelSets.Random(outer * length * inner, 4);
            int[] one = KernelSets.Bits(Run(problem, x, set, KernelSets.OneThread));
            KernelSets.Bits(Run(problem, x, set, KernelSets.TwoThreads)).Should().Equal(one);
            KernelSets.Bits(Run(problem, x, set, KernelSets.ThreeThreads)).Should().Equal(one);
        }
    }

    public static TheoryData<int[], int[]> AxesCases => new()
    {
        { [4, 3, 5], [] },
        { [4, 3, 5], [0] },
        { [4, 3, 5], [1] },
        { [4, 3, 5], [2] },
        { [4, 3, 5], [0, 2] },
        { [4, 3, 5], [2, 1, 0] },
        { [4, 3, 5, 2, 6], [0, 2, 4] },
        { [4, 3, 5, 2, 6], [1, 3] },
        { [4, 1, 5, 1], [1, 3] },
        { [1, 1], [0] },
        { [], [] },
        { [8, 16, 7, 7], [0, 2, 3] },
        { [0, 3], [0] },
        { [2, 40, 3, 300], [1, 3] },
    };

    [Theory]
    [MemberData(nameof(AxesCases))]
    public void Any_set_of_axes_can_be_reduced(int[] extents, int[] axes)
    {
        var shape = new Shape(extents);
        float[] x = KernelSets.Whole(shape.ElementCount, 5, 3);
        foreach (var kind in new[] { ReductionKind.Sum, ReductionKind.Max, ReductionKind.SumOfSquares })
        {
            var sums = new SortedDictionary<int, double>();
            int[] strides = shape.Strides();
            for (int i = 0; i < x.Length; i++)
            {
                int output = 0;
                for (int axis = 0; axis < extents.Length; axis++)
                {
                    if (!axes.Contains(axis)) output = (output * extents[axis]) + (i / strides[axis] % extents[axis]);
                }

                double value = kind == ReductionKind.SumOfSquares ? x[i] * x[i] : x[i];
                sums[output] = !sums.TryGetValue(output, out double sum) ? value : kind == ReductionKind.Max ? Math.Max(sum, value) : sum + value;
            }

            float[] expected = extents is [0, var columns]
                ? [.. Enumerable.Repeat(kind == ReductionKind.Max ? float.NegativeInfinity : 0f, columns)]
                : [.. sums.Values.Select(v => (float)v)];
            var reduction = new AxesReduction(kind, shape, axes, InstructionSet.Best);
            FencedArray<float> source = new(x), result = new(expected.Length), workspace = new((int)reduction.WorkspaceFloats);
            reduction.Run(source.Pointer, result.Pointer, workspace.Pointer, KernelSets.TwoThreads);
            workspace.ToArray();
            result.ToArray().Should().Equal(expected, "{0} over [{1}]", kind, string.Join(',', axes));
        }
    }

    [Fact]
    public void A_mean_over_several_runs_of_axes_divides_by_all_elements()
    {
        float[] x = [1, 3, 5, 7, 9, 11, 13, 15];
        var mean = new AxesReduction(ReductionKind.Mean, [2, 2, 2], [0, 2], InstructionSet.Best);
        FencedArray<float> source = new(x), result = new(2), workspace = new((int)mean.WorkspaceFloats);
        mean.Run(source.Pointer, result.Pointer, workspace.Pointer, KernelSets.OneThread);
        result.ToArray().Should().Equal(6, 10);
    }

    [Fact]
    public void Axes_that_do_not_exist_are_refused()
    {
        static AxesReduction Sum(params int[] axes) => new(ReductionKind.Sum, [2, 3], axes, InstructionSet.Best);
        FluentActions.Invoking(() => Sum(2)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Sum(1, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new ReductionProblem(ReductionKind.Sum, -1, 1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static double[] Expected(ReductionProblem problem, float[] x)
    {
        double identity = problem.Kind switch
        {
            ReductionKind.Max => double.NegativeInfinity,
            ReductionKind.Min => double.PositiveInfinity,
            ReductionKind.Product => 1,
            _ => 0,
        };
        var y = new double[problem.Outer * problem.Inner];
        Array.Fill(y, identity);
        for (int i = 0; i < x.Length; i++)
        {
            int at = (i / (problem.Length * problem.Inner) * problem.Inner) + (i % problem.Inner);
            y[at] = problem.Kind switch
            {
                ReductionKind.Max => Math.Max(y[at], x[i]),
                ReductionKind.Min => Math.Min(y[at], x[i]),
                ReductionKind.Product => y[at] * x[i],
                ReductionKind.SumOfSquares => y[at] + ((double)x[i] * x[i]),
                ReductionKind.SumOfMagnitudes => y[at] + Math.Abs(x[i]),
                _ => y[at] + x[i],
            };
        }

        return problem.Kind == ReductionKind.Mean ? Array.ConvertAll(y, v => v / problem.Length) : y;
    }

    private static float[] Run(ReductionProblem problem, float[] x, InstructionSet set, WorkerPool pool)
    {
        var kernel = ReductionKernels.List.Select(problem, set);
        kernel.Set.Should().Be(set);
        FencedArray<float> source = new(x), result = new(problem.Outer * problem.Inner), workspace = new((int)problem.WorkspaceFloats);
        kernel.Run(problem, source.Pointer, result.Pointer, workspace.Pointer, pool);
        workspace.ToArray();
        source.ToArray().Should().Equal(x);
        return result.ToArray();
    }
}
