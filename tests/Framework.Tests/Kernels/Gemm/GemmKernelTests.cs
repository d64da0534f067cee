using Framework.Kernels;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Tests.Kernels.Gemm;

/// <summary>Every kernel of the list that this process can run, against the sum's definition.</summary>
public sealed unsafe class GemmKernelTests
{
    private static readonly GemmKernel[] s_all = [.. GemmKernels.List.Concat(GemmKernels.Precise).DistinctBy(k => k.Name)];

    public static TheoryData<string> Kernels => new(s_all.Where(k => k.Set.IsSupported).Select(k => k.Name));

    /// <summary>Those that write large results past the caches.</summary>
    public static TheoryData<string> Outers => new(s_all.Where(k => k.Set.IsSupported && k.Name.StartsWith("GemmOuter", StringComparison.Ordinal)).Select(k => k.Name));

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Whole_numbers_are_exact_at_every_tail_and_no_float_outside_is_touched(string name)
    {
        var kernel = Find(name);
        using var pool = new WorkerPool(2);
        int variant = 0;
        int[] depths = [1, 2, 7, 33, 300];
        for (int rows = 1; rows <= 25; rows++)
        {
            for (int columns = 1; columns <= (4 * kernel.Set.Width) + 1; columns++, variant++)
            {
                int depth = depths[variant % depths.Length];
                var problem = Variant(new GemmProblem(rows, columns, depth, (variant & 1) != 0, (variant & 2) != 0), variant);
                if (kernel.Refusal(problem) is null) CheckExact(kernel, problem, variant, pool);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Vectors_are_exact_at_every_depth(string name)
    {
        var kernel = Find(name);
        using var pool = new WorkerPool(2);
        for (int depth = 1; depth <= 70; depth++)
        {
            int other = (depth % 37) + 1;
            GemmProblem[] problems = [new(1, other, depth, transposeB: true), new(other, 1, depth), new(1, 5, depth), new(6, 1, depth, true)];
            foreach (var problem in problems)
            {
                var variant = Variant(problem, depth);
                if (kernel.Refusal(variant) is null) CheckExact(kernel, variant, depth, pool);
            }
        }
    }

    /// <remarks>Rows of 2056 columns leave a tail to the widest vectors, and do not lie at multiples of their size.</remarks>
    [Theory]
    [MemberData(nameof(Outers))]
    public void Results_too_large_for_the_caches_are_exact_whether_or_not_they_are_written_past_them(string name)
    {
        var kernel = Find(name);
        int width = kernel.Set.Width, terms = OuterGemm<SimdScalar>.TermsOfVisit;
        using var pool = new WorkerPool(2);
        (GemmProblem Problem, bool Past)[] cases =
        [
            (new(2049, 2048, 8, transposeA: true), true),
            (new(2049, 2056, 3, transposeA: true), 2056 % width == 0),
            (new(2049, 2048, 9, transposeA: true), false),
            (new(2049, 2048, 1) { Accumulate = true }, false),
            (new(2049, 2048, 2) { Bias = GemmBias.PerColumn, Activation = FusedActivation.Relu }, false),
        ];
        for (int i = 0; i < cases.Length; i++)
        {
            kernel.Refusal(cases[i].Problem).Should().BeNull();

            // A guarded buffer that begins at its page lies at a multiple of every vector.
            using var c = new GuardedFloats(1, GuardedEnd.Start);
            PastCaches.Suit(cases[i].Problem, terms, c.Pointer, width).Should().Be(cases[i].Past);
            CheckExact(kernel, cases[i].Problem, i, pool);
        }
    }

    [Fact]
    public void Small_results_and_those_that_lie_at_odd_places_are_not_written_past_the_caches()
    {
        using var c = new GuardedFloats(2, GuardedEnd.Start);
        PastCaches.Suit(new(2048, 2047, 8), 8, c.Pointer, 1).Should().BeFalse();
        PastCaches.Suit(new(2048, 2048, 8), 8, c.Pointer, 4).Should().BeTrue();
        PastCaches.Suit(new(2048, 2048, 8), 8, c.Pointer + 1, 4).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Real_numbers_are_within_the_bound_of_their_sum_and_the_same_at_any_number_of_threads(string name)
    {
        var kernel = Find(name);
        GemmProblem[] problems =
        [
            new(150, 300, 700), new(37, 129, 1000, true, true), new(1, 200, 900, transposeB: true), new(70, 1, 513),
            new(8, 300, 700), new(11, 600, 700, transposeA: true), new(8, 300, 700, transposeB: true), new(13, 70, 900, transposeB: true),
            new(150, 700, 8, transposeA: true), new(33, 300, 13),
        ];
        foreach (var problem in problems)
        {
            if (kernel.Refusal(problem) is not null) continue;
            var random = new Random(1);
            float[] a = Reals(random, problem.Rows * problem.Depth), b = Reals(random, problem.Depth * problem.Columns);
            float[] c = Run(kernel, problem, a, b, [], new float[problem.Rows * problem.Columns], GuardedEnd.End, 1);
            Expected(problem, a, b, [], new float[c.Length], out double[] expected, out double[] magnitudes);
            for (int i = 0; i < c.Length; i++)
                Math.Abs(c[i] - expected[i]).Should().BeLessThanOrEqualTo(Tolerance.OfSum(problem.Depth + 1, magnitudes[i]));

            foreach (int threads in new[] { 2, 3 })
                Run(kernel, problem, a, b, [], new float[c.Length], GuardedEnd.End, threads).Should().Equal(c);
        }
    }

    [Fact]
    public void Selection_takes_the_first_that_does_not_refuse_within_the_instruction_set()
    {
        foreach (var set in InstructionSet.Supported)
        {
            GemmKernels.List.Select(new GemmProblem(64, 64, 64), set).Set.Should().Be(set);
            GemmKernels.List.Select(new GemmProblem(1, 64, 64, transposeB: true), set).Name.Should().StartWith("Gemv");
        }

        GemmKernels.List[^1].Name.Should().Be("GemmReference");
        GemmKernels.List.Select(k => k.Name).Should().OnlyHaveUniqueItems();
        GemmKernels.List[0].Refusal(new GemmProblem(2, 2, 2)).Should().NotBeNull();
    }

    [Fact]
    public void Extents_below_one_are_refused() =>
        FluentActions.Invoking(() => new GemmProblem(3, 0, 3)).Should().Throw<ArgumentOutOfRangeException>();

    private static GemmKernel Find(string name) => s_all.First(k => k.Name == name);

    private static GemmProblem Variant(GemmProblem problem, int variant) => problem with
    {
        Bias = (GemmBias)(variant % 3),
        Activation = (FusedActivation)(variant / 3 % 2),
        Accumulate = variant / 6 % 2 == 1,
        StepA = problem.StepA + (variant % 5 == 0 ? 3 : 0),
        StepB = problem.StepB + (variant % 7 == 0 ? 2 : 0),
        StepC = problem.StepC + (variant % 4 == 0 ? 1 : 0),
    };

    private static void CheckExact(GemmKernel kernel, GemmProblem problem, int seed, WorkerPool pool)
    {
        var random = new Random(seed);
        int rowsA = problem.TransposeA ? problem.Depth : problem.Rows;
        int rowsB = problem.TransposeB ? problem.Columns : problem.Depth;
        float[] a = Integers(random, rowsA * problem.StepA), b = Integers(random, rowsB * problem.StepB);
        float[] bias = Integers(random, problem.Bias == GemmBias.PerRow ? problem.Rows : problem.Columns);
        float[] c = Integers(random, problem.Rows * problem.StepC);
        Expected(problem, a, b, bias, c, out double[] expected, out _);
        for (int packs = 0; packs < 3; packs++)
        {
            var end = packs == 1 ? GuardedEnd.Start : GuardedEnd.End;
            float[] actual = Run(kernel, problem, a, b, bias, c, end, pool, packs);
            for (int i = 0; i < actual.Length; i++)
            {
                if (actual[i] != expected[i])
                    Assert.Fail($"{kernel.Name} {problem}, packing {packs}: C[{i}] is {actual[i]}, not {expected[i]}.");
            }
        }
    }

    private static float[] Run(
        GemmKernel kernel, GemmProblem problem, float[] a, float[] b, float[] bias, float[] c, GuardedEnd end, int threads)
    {
        using var pool = new WorkerPool(threads);
        return Run(kernel, problem, a, b, bias, c, end, pool, packs: 0);
    }

    /// <summary>Runs a kernel with nothing packed beforehand (0), B (1), or A and B (2).</summary>
    private static float[] Run(
        GemmKernel kernel, GemmProblem problem, float[] a, float[] b, float[] bias, float[] c, GuardedEnd end, WorkerPool pool, int packs)
    {
        using var guardedA = GuardedFloats.From(a, end);
        using var guardedB = GuardedFloats.From(b, end);
        using var guardedBias = GuardedFloats.From(bias, end);
        using var guardedC = GuardedFloats.From(c, end);
        using var workspace = new GuardedFloats(kernel.WorkspaceFloats(problem, pool.Threads), end);
        using var packedA = new GuardedFloats(kernel.PackedFloatsA(problem), end);
        using var packedB = new GuardedFloats(kernel.PackedFloatsB(problem), end);
        workspace.Span.Fill(float.NaN);
        var arguments = new GemmArguments
        {
            A = guardedA.Pointer,
            B = guardedB.Pointer,
            C = guardedC.Pointer,
            Bias = guardedBias.Pointer,
            Workspace = workspace.Pointer,
        };
        if (packs > 0 && packedB.Count > 0)
        {
            kernel.PackB(problem, guardedB.Pointer, packedB.Pointer, pool);
            arguments.PackedB = packedB.Pointer;
            arguments.B = null;
        }

        if (packs > 1 && packedA.Count > 0)
        {
            kernel.PackA(problem, guardedA.Pointer, packedA.Pointer, pool);
            arguments.PackedA = packedA.Pointer;
            arguments.A = null;
        }

        kernel.Run(problem, arguments, pool);
        return guardedC.Span.ToArray();
    }

    /// <summary>The definition in double precision; what lies between the rows of C stays.</summary>
    private static void Expected(
        GemmProblem problem, float[] a, float[] b, float[] bias, float[] c, out double[] values, out double[] magnitudes)
    {
        values = Array.ConvertAll(c, x => (double)x);
        magnitudes = new double[c.Length];
        for (int m = 0; m < problem.Rows; m++)
        {
            for (int n = 0; n < problem.Columns; n++)
            {
                int at = (m * problem.StepC) + n;
                double sum = problem.Accumulate ? c[at] : 0, magnitude = Math.Abs(sum);
                for (int k = 0; k < problem.Depth; k++)
                {
                    double left = problem.TransposeA ? a[(k * problem.StepA) + m] : a[(m * problem.StepA) + k];
                    double right = problem.TransposeB ? b[(n * problem.StepB) + k] : b[(k * problem.StepB) + n];
                    sum += left * right;
                    magnitude += Math.Abs(left * right);
                }

                sum += problem.Bias switch { GemmBias.PerRow => bias[m], GemmBias.PerColumn => bias[n], _ => 0 };
                values[at] = problem.Activation == FusedActivation.Relu ? Math.Max(0, sum) : sum;
                magnitudes[at] = magnitude;
            }
        }
    }

    private static float[] Integers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-4, 5))];

    private static float[] Reals(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() * 2) - 1)];
}
