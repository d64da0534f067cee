using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>
/// A product over a short depth, as the gradient of a layer's weights is over a small batch: each row of the result is a sum of a few rows of B, which
/// stay in the caches, and is written once.
/// </summary>
/// <remarks>Bound by the memory that the result goes to.</remarks>
internal sealed unsafe class OuterGemm<TSimd>() : GemmKernel($"GemmOuter{RowsAtOnce}x{TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Terms of a sum that are added in one visit.</summary>
    internal const int TermsOfVisit = 8;

    /// <summary>Rows of an item of work.</summary>
    private const int RowsOfItem = 16;

    /// <summary>Columns gone through together: as many of B's rows fit the nearest cache.</summary>
    private const int ColumnsOfVisit = 512;

    /// <summary>Rows of the result side by side: as many as there are registers for their factors.</summary>
    private static int RowsAtOnce => TSimd.Width >= 16 ? 2 : 1;

    public override string? Refusal(in GemmProblem problem)
    {
        if (problem.Depth > 2 * TermsOfVisit) return $"sums of {problem.Depth} terms are too long.";
        if (problem.ColumnStepB != 1) return "B is not contiguous along its rows.";
        return problem.Columns >= TSimd.Width ? null : $"{problem.Columns} columns are too few.";
    }

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool) =>
        pool.Run(((problem.Rows - 1) / RowsOfItem) + 1, new Job { Problem = problem, Arguments = arguments });

    private struct Job : IJob
    {
        public GemmProblem Problem;
        public GemmArguments Arguments;

        public readonly void Execute(int index, int worker)
        {
            bool past = PastCaches.Suit(Problem, TermsOfVisit, Arguments.C, TSimd.Width);
            int first = index * RowsOfItem, end = Math.Min(first + RowsOfItem, Problem.Rows);
            for (int column = 0; column < Problem.Columns; column += ColumnsOfVisit)
            {
                int columns = Math.Min(ColumnsOfVisit, Problem.Columns - column);
                float* c = Arguments.C + ((nint)first * Problem.StepC) + column;
                for (int row = first; row < end; row += RowsAtOnce)
                {
                    float* c0 = Arguments.C + ((nint)row * Problem.StepC) + column;

                    // A last row that has no neighbour is computed twice, to the same place.
                    bool two = RowsAtOnce > 1 && row + 1 < end;
                    for (int k = 0; k < Problem.Depth; k += TermsOfVisit)
                    {
                        float* a = Arguments.A + (row * Problem.RowStepA) + (k * Problem.DepthStepA);
                        float* b = Arguments.B + (k * Problem.DepthStepB) + column;
                        int terms = Math.Min(TermsOfVisit, Problem.Depth - k);
                        bool adds = k > 0 || Problem.Accumulate;
                        Rows(terms, a, two ? Problem.RowStepA : 0, Problem.DepthStepA, b, Problem.DepthStepB, columns, c0, two ? c0 + Problem.StepC : c0, adds, past);
                    }
                }

                GemmEpilogue.Apply<TSimd>(
                    c,
                    Problem.StepC,
                    end - first,
                    columns,
                    Problem.Bias == GemmBias.PerRow ? Arguments.Bias + first : null,
                    Problem.Bias == GemmBias.PerColumn ? Arguments.Bias + column : null,
                    residual: null,
                    Problem.Activation);
            }

            if (past) Interlocked.MemoryBarrier();
        }
    }

    private static void Rows(
        int terms, float* a, nint rowStepA, nint depthStepA, float* b, nint stepB, int columns, float* c0, float* c1, bool adds, bool past)
    {
        switch (terms)
        {
            case 1: Rows<Count1>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 2: Rows<Count2>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 3: Rows<Count3>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 4: Rows<Count4>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 5: Rows<Count5>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 6: Rows<Count6>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 7: Rows<Count7>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            case 8: Rows<Count8>(a, rowStepA, depthStepA, b, stepB, columns, c0, c1, adds, past); break;
            default: throw new ArgumentOutOfRangeException(nameof(terms));
        }
    }

    /// <remarks>Not inlined and without calls, or the factors would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Rows<TDepth>(float* a, nint rowStepA, nint depthStepA, float* b, nint stepB, int columns, float* c0, float* c1, bool adds, bool past)
        where TDepth : ICount
    {
        // A constant to the compiler, which would not look through so many calls of a property.
        bool wide = TSimd.Width >= 16;
        TSimd x00 = TDepth.Value > 0 ? TSimd.Broadcast(a[0 * depthStepA]) : TSimd.Zero;
        TSimd x10 = wide && TDepth.Value > 0 ? TSimd.Broadcast(a[rowStepA + (0 * depthStepA)]) : TSimd.Zero;
        TSimd x01 = TDepth.Value > 1 ? TSimd.Broadcast(a[1 * depthStepA]) : TSimd.Zero;
        TSimd x11 = wide && TDepth.Value > 1 ? TSimd.Broadcast(a[rowStepA + (1 * depthStepA)]) : TSimd.Zero;
        TSimd x02 = TDepth.Value > 2 ? TSimd.Broadcast(a[2 * depthStepA]) : TSimd.Zero;
        TSimd x12 = wide && TDepth.Value > 2 ? TSimd.Broadcast(a[rowStepA + (2 * depthStepA)]) : TSimd.Zero;
        TSimd x03 = TDepth.Value > 3 ? TSimd.Broadcast(a[3 * depthStepA]) : TSimd.Zero;
        TSimd x13 = wide && TDepth.Value > 3 ? TSimd.Broadcast(a[rowStepA + (3 * depthStepA)]) : TSimd.Zero;
        TSimd x04 = TDepth.Value > 4 ? TSimd.Broadcast(a[4 * depthStepA]) : TSimd.Zero;
        TSimd x14 = wide && TDepth.Value > 4 ? TSimd.Broadcast(a[rowStepA + (4 * depthStepA)]) : TSimd.Zero;
        TSimd x05 = TDepth.Value > 5 ? TSimd.Broadcast(a[5 * depthStepA]) : TSimd.Zero;
        TSimd x15 = wide && TDepth.Value > 5 ? TSimd.Broadcast(a[rowStepA + (5 * depthStepA)]) : TSimd.Zero;
        TSimd x06 = TDepth.Value > 6 ? TSimd.Broadcast(a[6 * depthStepA]) : TSimd.Zero;
        TSimd x16 = wide && TDepth.Value > 6 ? TSimd.Broadcast(a[rowStepA + (6 * depthStepA)]) : TSimd.Zero;
        TSimd x07 = TDepth.Value > 7 ? TSimd.Broadcast(a[7 * depthStepA]) : TSimd.Zero;
        TSimd x17 = wide && TDepth.Value > 7 ? TSimd.Broadcast(a[rowStepA + (7 * depthStepA)]) : TSimd.Zero;
        int column = 0;
        for (; column <= columns - TSimd.Width; column += TSimd.Width)
        {
            TSimd s0 = adds ? TSimd.Load(c0 + column) : TSimd.Zero, s1 = adds && wide ? TSimd.Load(c1 + column) : TSimd.Zero;
            TSimd y = TSimd.Load(b + column);
            TSimd.Accumulate(ref s0, x00, y);
            if (wide) TSimd.Accumulate(ref s1, x10, y);
            if (TDepth.Value > 1)
            {
                y = TSimd.Load(b + (1 * stepB) + column);
                TSimd.Accumulate(ref s0, x01, y);
                if (wide) TSimd.Accumulate(ref s1, x11, y);
            }

            if (TDepth.Value > 2)
            {
                y = TSimd.Load(b + (2 * stepB) + column);
                TSimd.Accumulate(ref s0, x02, y);
                if (wide) TSimd.Accumulate(ref s1, x12, y);
            }

            if (TDepth.Value > 3)
            {
                y = TSimd.Load(b + (3 * stepB) + column);
                TSimd.Accumulate(ref s0, x03, y);
                if (wide) TSimd.Accumulate(ref s1, x13, y);
            }

            if (TDepth.Value > 4)
            {
                y = TSimd.Load(b + (4 * stepB) + column);
                TSimd.Accumulate(ref s0, x04, y);
                if (wide) TSimd.Accumulate(ref s1, x14, y);
            }

            if (TDepth.Value > 5)
            {
                y = TSimd.Load(b + (5 * stepB) + column);
                TSimd.Accumulate(ref s0, x05, y);
                if (wide) TSimd.Accumulate(ref s1, x15, y);
            }

            if (TDepth.Value > 6)
            {
                y = TSimd.Load(b + (6 * stepB) + column);
                TSimd.Accumulate(ref s0, x06, y);
                if (wide) TSimd.Accumulate(ref s1, x16, y);
            }

            if (TDepth.Value > 7)
            {
                y = TSimd.Load(b + (7 * stepB) + column);
                TSimd.Accumulate(ref s0, x07, y);
                if (wide) TSimd.Accumulate(ref s1, x17, y);
            }

            if (past)
            {
                TSimd.StorePast(c0 + column, s0);
                if (wide) TSimd.StorePast(c1 + column, s1);
            }
            else
            {
                TSimd.Store(c0 + column, s0);
                if (wide) TSimd.Store(c1 + column, s1);
            }
        }

        int lanes = columns - column;
        if (lanes > 0)
        {
            TSimd s0 = adds ? TSimd.LoadPartial(c0 + column, lanes) : TSimd.Zero;
            TSimd s1 = adds && wide ? TSimd.LoadPartial(c1 + column, lanes) : TSimd.Zero;
            TSimd y = TSimd.LoadPartial(b + column, lanes);
            TSimd.Accumulate(ref s0, x00, y);
            if (wide) TSimd.Accumulate(ref s1, x10, y);
            if (TDepth.Value > 1)
            {
                y = TSimd.LoadPartial(b + (1 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x01, y);
                if (wide) TSimd.Accumulate(ref s1, x11, y);
            }

            if (TDepth.Value > 2)
            {
                y = TSimd.LoadPartial(b + (2 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x02, y);
                if (wide) TSimd.Accumulate(ref s1, x12, y);
            }

            if (TDepth.Value > 3)
            {
                y = TSimd.LoadPartial(b + (3 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x03, y);
                if (wide) TSimd.Accumulate(ref s1, x13, y);
            }

            if (TDepth.Value > 4)
            {
                y = TSimd.LoadPartial(b + (4 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x04, y);
                if (wide) TSimd.Accumulate(ref s1, x14, y);
            }

            if (TDepth.Value > 5)
            {
                y = TSimd.LoadPartial(b + (5 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x05, y);
                if (wide) TSimd.Accumulate(ref s1, x15, y);
            }

            if (TDepth.Value > 6)
            {
                y = TSimd.LoadPartial(b + (6 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x06, y);
                if (wide) TSimd.Accumulate(ref s1, x16, y);
            }

            if (TDepth.Value > 7)
            {
                y = TSimd.LoadPartial(b + (7 * stepB) + column, lanes);
                TSimd.Accumulate(ref s0, x07, y);
                if (wide) TSimd.Accumulate(ref s1, x17, y);
            }

            TSimd.StorePartial(c0 + column, s0, lanes);
            if (wide) TSimd.StorePartial(c1 + column, s1, lanes);
        }
    }
}
