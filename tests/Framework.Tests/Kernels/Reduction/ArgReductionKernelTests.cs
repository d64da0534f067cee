using Framework.Kernels.Axes;
using Framework.Kernels.Reduction;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Reduction;

public sealed unsafe class ArgReductionKernelTests
{
    public static TheoryData<ArgReductionKind, bool> Kinds => new()
    {
        { ArgReductionKind.Max, false }, { ArgReductionKind.Max, true }, { ArgReductionKind.Min, false }, { ArgReductionKind.Min, true },
    };

    /// <summary>Few different values, so that most extremes occur several times; NaNs and infinities among them at times.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_place_of_the_extreme_is_found_at_every_tail(ArgReductionKind kind, bool last)
    {
        float[] special = [float.NaN, float.NegativeInfinity, float.PositiveInfinity];
        for (int n = 1; n <= KernelSets.LongestTail; n++)
        {
            foreach (var (outer, length, inner) in new[] { (4, n, 1), (2, 6, n), (2, n, 3) })
            {
                var problem = new AxisProblem(outer, length, inner);
                float[] x = KernelSets.Whole(outer * length * inner, n, 2);
                var random = new Random(n);
                for (int i = 0; i < x.Length / 10; i++) x[random.Next(x.Length)] = special[random.Next(3)];
                if (n % 4 == 0) Array.Fill(x, kind == ArgReductionKind.Max ? float.NegativeInfinity : float.PositiveInfinity);
                long[] expected = Expected(problem, kind, last, x);
                foreach (var kernel in ArgReductionKernels.List.Where(k => k.Set.IsSupported && k.Refusal(problem) is null))
                {
                    foreach (var pool in new[] { KernelSets.OneThread, KernelSets.TwoThreads })
                        Run(kernel, problem, kind, last, x, pool).Should().Equal(expected, "{0}, {1}", kernel.Name, problem);
                }
            }
        }
    }

    private static long[] Run(ArgReductionKernel kernel, AxisProblem problem, ArgReductionKind kind, bool last, float[] x, WorkerPool pool)
    {
        FencedArray<float> source = new(x);
        FencedArray<long> result = new((int)problem.Positions);
        kernel.Run(problem, kind, last, source.Pointer, result.Pointer, pool);
        return result.ToArray();
    }

    private static long[] Expected(AxisProblem problem, ArgReductionKind kind, bool last, float[] x)
    {
        var places = new long[(int)problem.Positions];
        for (int position = 0; position < places.Length; position++)
        {
            int first = (position / problem.Inner * problem.Length * problem.Inner) + (position % problem.Inner);
            float At(int i) => x[first + (i * problem.Inner)];
            int best = 0;
            for (int i = 1; i < problem.Length; i++)
            {
                float a = At(best), b = At(i);
                bool better = float.IsNaN(a) ? false : float.IsNaN(b) || (kind == ArgReductionKind.Max ? b > a : b < a);
                bool same = a == b || (float.IsNaN(a) && float.IsNaN(b));
                if (better || (last && same)) best = i;
            }

            places[position] = best;
        }

        return places;
    }
}
