using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>
/// A matrix of few rows times a large one that lies transposed, as a layer's input and its weights do: dot products of up to eight rows with three,
/// so that the large matrix is read once, as it lies. The rows are first interleaved vector by vector: one stream instead of eight, whose distances would
/// often send them to the same set of the nearest cache.
/// </summary>
/// <remarks>
/// Bound by memory up to about eight rows. Sums are cut into stretches, so that their error grows with the length of one and their number, not with the
/// product. The order of a sum depends on its length and the vector's width.
/// </remarks>
internal sealed unsafe class DotGemm<TSimd>() : GemmKernel($"GemmDots{MostRows}x{Columns}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Rows of A that a pass over B serves.</summary>
    private const int MostRows = 8;

    /// <summary>Columns of an item of work.</summary>
    private const int ColumnsOfItem = 12;

    /// <summary>Vectors of a dot product from which on adding up its lanes does not matter.</summary>
    private const int LeastVectors = 8;

    /// <summary>Vectors of a dot product that are summed in registers at a time.</summary>
    private const int StretchVectors = 256;

    /// <summary>Dot products side by side: as many as there are registers for.</summary>
    private static int Columns => TSimd.Width >= 16 ? 3 : 1;

    public override string? Refusal(in GemmProblem problem)
    {
        if (problem.Rows > 2 * MostRows) return $"{problem.Rows} rows are too many.";
        if (problem.DepthStepA != 1 || problem.DepthStepB != 1) return "an operand is not contiguous along the depth.";
        return problem.Depth >= LeastVectors * TSimd.Width ? null : $"sums of {problem.Depth} terms are too short.";
    }

    public override nint WorkspaceFloats(in GemmProblem problem, int threads) => (nint)problem.Rows * PaddedDepth(problem);

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool)
    {
        pool.Run(new EvenSplit(problem.Rows, MostRows).Parts, new Interleave { Problem = problem, Arguments = arguments });
        pool.Run(((problem.Columns - 1) / ColumnsOfItem) + 1, new Job { Problem = problem, Arguments = arguments });
    }

    private static int PaddedDepth(in GemmProblem problem) => (problem.Depth + TSimd.Width - 1) / TSimd.Width * TSimd.Width;

    /// <summary>Writes a group of rows of A as [depth / width][row][width], zeros behind the depth.</summary>
    private struct Interleave : IJob
    {
        public GemmProblem Problem;
        public GemmArguments Arguments;

        public readonly void Execute(int index, int worker)
        {
            var groups = new EvenSplit(Problem.Rows, MostRows);
            int rows = groups.Length(index);
            float* source = Arguments.A + (groups.Start(index) * Problem.RowStepA);
            float* target = Arguments.Workspace + ((nint)groups.Start(index) * PaddedDepth(Problem));
            for (int k = 0; k < Problem.Depth; k += TSimd.Width)
            {
                int lanes = Math.Min(TSimd.Width, Problem.Depth - k);
                for (int row = 0; row < rows; row++, target += TSimd.Width)
                    TSimd.Store(target, TSimd.LoadPartial(source + (row * Problem.RowStepA) + k, lanes));
            }
        }
    }

    private struct Job : IJob
    {
        public GemmProblem Problem;
        public GemmArguments Arguments;

        public readonly void Execute(int index, int worker)
        {
            float* sums = stackalloc float[MostRows * 3];
            float* totals = stackalloc float[MostRows * 3];
            var stretches = new EvenSplit(PaddedDepth(Problem) / TSimd.Width, StretchVectors);
            float* tails = stackalloc float[3 * 16];
            var groups = new EvenSplit(Problem.Rows, MostRows);
            int end = Math.Min((index + 1) * ColumnsOfItem, Problem.Columns);
            for (int column = index * ColumnsOfItem; column < end; column += Columns)
            {
                int count = Math.Min(Columns, end - column);

                // Where fewer are left the first is read again, which needs no other code.
                float* b = Arguments.B + (column * Problem.ColumnStepB);
                float* second = count > 1 ? b + Problem.ColumnStepB : b, third = count > 2 ? second + Problem.ColumnStepB : b;
                for (int group = 0; group < groups.Parts; group++)
                {
                    int row = groups.Start(group), rows = groups.Length(group);
                    float* a = Arguments.Workspace + ((nint)row * PaddedDepth(Problem));
                    new Span<float>(totals, rows * 3).Clear();
                    for (int stretch = 0; stretch < stretches.Parts; stretch++)
                    {
                        nint start = (nint)stretches.Start(stretch) * TSimd.Width;
                        int depth = (int)Math.Min(Problem.Depth - start, (nint)stretches.Length(stretch) * TSimd.Width);
                        Dots(rows, a + (start * rows), b + start, second + start, third + start, depth, tails, sums);
                        for (int i = 0; i < rows * 3; i++) totals[i] += sums[i];
                    }

                    for (int r = 0; r < rows; r++)
                    {
                        for (int c = 0; c < count; c++) Finish(row + r, column + c, totals[(r * 3) + c]);
                    }
                }
            }
        }

        private readonly void Finish(int row, int column, float sum)
        {
            float* result = Arguments.C + ((nint)row * Problem.StepC) + column;
            if (Problem.Accumulate) sum = *result + sum;
            if (Problem.Bias == GemmBias.PerColumn) sum += Arguments.Bias[column];
            if (Problem.Bias == GemmBias.PerRow) sum += Arguments.Bias[row];
            *result = Problem.Activation == FusedActivation.Relu && sum < 0 ? 0 : sum;
        }
    }

    private static void Dots(int rows, float* a, float* b0, float* b1, float* b2, int depth, float* tails, float* sums)
    {
        switch (rows)
        {
            case 1: Dots<Count1>(a, b0, b1, b2, depth, tails, sums); break;
            case 2: Dots<Count2>(a, b0, b1, b2, depth, tails, sums); break;
            case 3: Dots<Count3>(a, b0, b1, b2, depth, tails, sums); break;
            case 4: Dots<Count4>(a, b0, b1, b2, depth, tails, sums); break;
            case 5: Dots<Count5>(a, b0, b1, b2, depth, tails, sums); break;
            case 6: Dots<Count6>(a, b0, b1, b2, depth, tails, sums); break;
            case 7: Dots<Count7>(a, b0, b1, b2, depth, tails, sums); break;
            case 8: Dots<Count8>(a, b0, b1, b2, depth, tails, sums); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    /// <remarks>
    /// Not inlined and without calls, or the accumulators would live on the stack. What is left of the depth goes through the same loop, filled up with zeros.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Dots<TRows>(float* a, float* b0, float* b1, float* b2, int depth, float* tails, float* sums)
        where TRows : ICount
    {
        // A constant to the compiler, which would not look through so many calls of a property.
        bool wide = TSimd.Width >= 16;
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero;
        TSimd s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero;
        TSimd s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero;
        TSimd s40 = TSimd.Zero, s41 = TSimd.Zero, s42 = TSimd.Zero;
        TSimd s50 = TSimd.Zero, s51 = TSimd.Zero, s52 = TSimd.Zero;
        TSimd s60 = TSimd.Zero, s61 = TSimd.Zero, s62 = TSimd.Zero;
        TSimd s70 = TSimd.Zero, s71 = TSimd.Zero, s72 = TSimd.Zero;
        nint k = 0, last = depth - TSimd.Width;
        while (true)
        {
            for (; k <= last; k += TSimd.Width, a += TRows.Value * TSimd.Width)
            {
                TSimd y0 = TSimd.Load(b0 + k), y1 = wide ? TSimd.Load(b1 + k) : y0, y2 = wide ? TSimd.Load(b2 + k) : y0;
                TSimd x0 = TSimd.Load(a);
                TSimd.Accumulate(ref s00, x0, y0);
                if (wide) TSimd.Accumulate(ref s01, x0, y1);
                if (wide) TSimd.Accumulate(ref s02, x0, y2);
                if (TRows.Value > 1)
                {
                    TSimd x = TSimd.Load(a + (1 * TSimd.Width));
                    TSimd.Accumulate(ref s10, x, y0);
                    if (wide) TSimd.Accumulate(ref s11, x, y1);
                    if (wide) TSimd.Accumulate(ref s12, x, y2);
                }

                if (TRows.Value > 2)
                {
                    TSimd x = TSimd.Load(a + (2 * TSimd.Width));
                    TSimd.Accumulate(ref s20, x, y0);
                    if (wide) TSimd.Accumulate(ref s21, x, y1);
                    if (wide) TSimd.Accumulate(ref s22, x, y2);
                }

                if (TRows.Value > 3)
                {
                    TSimd x = TSimd.Load(a + (3 * TSimd.Width));
                    TSimd.Accumulate(ref s30, x, y0);
                    if (wide) TSimd.Accumulate(ref s31, x, y1);
                    if (wide) TSimd.Accumulate(ref s32, x, y2);
                }

                if (TRows.Value > 4)
                {
                    TSimd x = TSimd.Load(a + (4 * TSimd.Width));
                    TSimd.Accumulate(ref s40, x, y0);
                    if (wide) TSimd.Accumulate(ref s41, x, y1);
                    if (wide) TSimd.Accumulate(ref s42, x, y2);
                }

                if (TRows.Value > 5)
                {
                    TSimd x = TSimd.Load(a + (5 * TSimd.Width));
                    TSimd.Accumulate(ref s50, x, y0);
                    if (wide) TSimd.Accumulate(ref s51, x, y1);
                    if (wide) TSimd.Accumulate(ref s52, x, y2);
                }

                if (TRows.Value > 6)
                {
                    TSimd x = TSimd.Load(a + (6 * TSimd.Width));
                    TSimd.Accumulate(ref s60, x, y0);
                    if (wide) TSimd.Accumulate(ref s61, x, y1);
                    if (wide) TSimd.Accumulate(ref s62, x, y2);
                }

                if (TRows.Value > 7)
                {
                    TSimd x = TSimd.Load(a + (7 * TSimd.Width));
                    TSimd.Accumulate(ref s70, x, y0);
                    if (wide) TSimd.Accumulate(ref s71, x, y1);
                    if (wide) TSimd.Accumulate(ref s72, x, y2);
                }
            }

            int count = depth - (int)k;
            if (count <= 0) break;
            TSimd.Store(tails, TSimd.LoadPartial(b0 + k, count));
            if (wide) TSimd.Store(tails + TSimd.Width, TSimd.LoadPartial(b1 + k, count));
            if (wide) TSimd.Store(tails + (2 * TSimd.Width), TSimd.LoadPartial(b2 + k, count));
            b0 = tails - k;
            b1 = b0 + TSimd.Width;
            b2 = b1 + TSimd.Width;
            last = k;
        }

        Put(sums + 0, s00, s01, s02);
        if (TRows.Value > 1) Put(sums + 3, s10, s11, s12);
        if (TRows.Value > 2) Put(sums + 6, s20, s21, s22);
        if (TRows.Value > 3) Put(sums + 9, s30, s31, s32);
        if (TRows.Value > 4) Put(sums + 12, s40, s41, s42);
        if (TRows.Value > 5) Put(sums + 15, s50, s51, s52);
        if (TRows.Value > 6) Put(sums + 18, s60, s61, s62);
        if (TRows.Value > 7) Put(sums + 21, s70, s71, s72);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* sums, TSimd first, TSimd second, TSimd third)
    {
        sums[0] = TSimd.Sum(first);
        sums[1] = TSimd.Width < 16 ? 0 : TSimd.Sum(second);
        sums[2] = TSimd.Width < 16 ? 0 : TSimd.Sum(third);
    }
}
