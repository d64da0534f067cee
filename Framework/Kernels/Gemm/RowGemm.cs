using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>
/// A matrix of few rows times a large one that lies as it is, as an output's gradient and a layer's weights do: sums of the large one's rows, which
/// are read once, a few of them side by side.
/// </summary>
/// <remarks>
/// Items are stretches of columns. The depth is cut into stretches, each summed by itself and then added in order, which loses less than one long sum.
/// </remarks>
/// <param name="precise">Whether sums are cut as finely as pays in precision.</param>
internal sealed unsafe class RowGemm<TSimd>(bool precise = false) : GemmKernel(
    $"GemmRows{(precise ? "Precise" : "")}{MostRows}x{Vectors * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Rows of A that a pass over B serves.</summary>
    private const int MostRows = 8;

    /// <summary>Columns of an item of work: sums of as many fit the nearest cache.</summary>
    private const int ColumnsOfItem = 512;

    /// <summary>Rows of B that are added in one visit of a sum.</summary>
    private const int TermsOfVisit = 4;

    private const int UsualStretch = 256, PreciseStretch = 64;

    /// <summary>Vectors of sums a row: as many as there are registers for.</summary>
    private static int Vectors => TSimd.Width >= 16 ? 2 : 1;

    private int Stretch => precise ? PreciseStretch : UsualStretch;

    public override string? Refusal(in GemmProblem problem)
    {
        if (problem.Rows > 2 * MostRows) return $"{problem.Rows} rows are too many.";
        if (problem.ColumnStepB != 1) return "B is not contiguous along its rows.";
        return problem.Columns >= Vectors * TSimd.Width ? null : $"{problem.Columns} columns are too few.";
    }

    public override nint WorkspaceFloats(in GemmProblem problem, int threads) => threads * MostRows * (nint)ColumnsOfItem;

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool)
    {
        var columns = new EvenSplit(problem.Columns, ColumnsOfItem);
        pool.Run(columns.Parts, new Job { Problem = problem, Arguments = arguments, Columns = columns, Stretch = Stretch });
    }

    private struct Job : IJob
    {
        public GemmProblem Problem;
        public GemmArguments Arguments;
        public EvenSplit Columns;
        public int Stretch;

        public readonly void Execute(int index, int worker)
        {
            int column = Columns.Start(index), count = Columns.Length(index);
            float* scratch = Arguments.Workspace + (worker * MostRows * (nint)ColumnsOfItem);
            var (groups, stretches) = (new EvenSplit(Problem.Rows, MostRows), new EvenSplit(Problem.Depth, Stretch));
            for (int group = 0; group < groups.Parts; group++)
            {
                int row = groups.Start(group), rows = groups.Length(group);
                float* c = Arguments.C + ((nint)row * Problem.StepC) + column;
                for (int stretch = 0; stretch < stretches.Parts; stretch++)
                {
                    Sum(row, rows, column, count, stretches.Start(stretch), stretches.Start(stretch + 1), scratch);
                    bool adds = stretch > 0 || Problem.Accumulate;
                    for (int r = 0; r < rows; r++) Fold(scratch + (r * ColumnsOfItem), c + ((nint)r * Problem.StepC), count, adds);
                }

                GemmEpilogue.Apply<TSimd>(
                    c,
                    Problem.StepC,
                    rows,
                    count,
                    Problem.Bias == GemmBias.PerRow ? Arguments.Bias + row : null,
                    Problem.Bias == GemmBias.PerColumn ? Arguments.Bias + column : null,
                    residual: null,
                    Problem.Activation);
            }
        }

        private readonly void Sum(int row, int rows, int column, int count, int from, int to, float* scratch)
        {
            for (int k = from; k < to; k += TermsOfVisit)
            {
                float* a = Arguments.A + (row * Problem.RowStepA) + (k * Problem.DepthStepA);
                float* b = Arguments.B + (k * Problem.DepthStepB) + column;
                int terms = Math.Min(TermsOfVisit, to - k);
                Add(rows, a, Problem.RowStepA, Problem.DepthStepA, b, Problem.DepthStepB, terms, count, scratch, ColumnsOfItem, starts: k == from);
            }
        }

        private static void Fold(float* sums, float* c, int count, bool adds)
        {
            for (int i = 0; i < count; i += TSimd.Width)
            {
                int lanes = Math.Min(TSimd.Width, count - i);
                TSimd sum = TSimd.LoadPartial(sums + i, lanes);
                TSimd.StorePartial(c + i, adds ? TSimd.LoadPartial(c + i, lanes) + sum : sum, lanes);
            }
        }
    }

    private static void Add(
        int rows, float* a, nint rowStepA, nint depthStepA, float* b, nint stepB, int terms, int columns, float* c, nint stepC, bool starts)
    {
        switch (rows)
        {
            case 1: Add<Count1>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 2: Add<Count2>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 3: Add<Count3>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 4: Add<Count4>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 5: Add<Count5>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 6: Add<Count6>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 7: Add<Count7>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            case 8: Add<Count8>(a, rowStepA, depthStepA, b, stepB, terms, columns, c, stepC, starts); break;
            default: throw new ArgumentOutOfRangeException(nameof(rows));
        }
    }

    /// <summary>Adds some rows of B, each times a number, to sums.</summary>
    /// <remarks>Not inlined and without calls, or the accumulators would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Add<TRows>(
        float* a, nint rowStepA, nint depthStepA, float* b, nint stepB, int terms, int columns, float* c, nint stepC, bool starts)
        where TRows : ICount
    {
        // A constant to the compiler, which would not look through so many calls of a property.
        bool wide = TSimd.Width >= 16;
        nint two = wide ? TSimd.Width : 0;
        int step = wide ? 2 * TSimd.Width : TSimd.Width, whole = columns / step * step;
        for (int column = 0; column < whole; column += step)
        {
            TSimd s00 = starts || TRows.Value <= 0 ? TSimd.Zero : TSimd.Load(c + (0 * stepC) + column);
            TSimd s01 = starts || two == 0 || TRows.Value <= 0 ? TSimd.Zero : TSimd.Load(c + (0 * stepC) + column + two);
            TSimd s10 = starts || TRows.Value <= 1 ? TSimd.Zero : TSimd.Load(c + (1 * stepC) + column);
            TSimd s11 = starts || two == 0 || TRows.Value <= 1 ? TSimd.Zero : TSimd.Load(c + (1 * stepC) + column + two);
            TSimd s20 = starts || TRows.Value <= 2 ? TSimd.Zero : TSimd.Load(c + (2 * stepC) + column);
            TSimd s21 = starts || two == 0 || TRows.Value <= 2 ? TSimd.Zero : TSimd.Load(c + (2 * stepC) + column + two);
            TSimd s30 = starts || TRows.Value <= 3 ? TSimd.Zero : TSimd.Load(c + (3 * stepC) + column);
            TSimd s31 = starts || two == 0 || TRows.Value <= 3 ? TSimd.Zero : TSimd.Load(c + (3 * stepC) + column + two);
            TSimd s40 = starts || TRows.Value <= 4 ? TSimd.Zero : TSimd.Load(c + (4 * stepC) + column);
            TSimd s41 = starts || two == 0 || TRows.Value <= 4 ? TSimd.Zero : TSimd.Load(c + (4 * stepC) + column + two);
            TSimd s50 = starts || TRows.Value <= 5 ? TSimd.Zero : TSimd.Load(c + (5 * stepC) + column);
            TSimd s51 = starts || two == 0 || TRows.Value <= 5 ? TSimd.Zero : TSimd.Load(c + (5 * stepC) + column + two);
            TSimd s60 = starts || TRows.Value <= 6 ? TSimd.Zero : TSimd.Load(c + (6 * stepC) + column);
            TSimd s61 = starts || two == 0 || TRows.Value <= 6 ? TSimd.Zero : TSimd.Load(c + (6 * stepC) + column + two);
            TSimd s70 = starts || TRows.Value <= 7 ? TSimd.Zero : TSimd.Load(c + (7 * stepC) + column);
            TSimd s71 = starts || two == 0 || TRows.Value <= 7 ? TSimd.Zero : TSimd.Load(c + (7 * stepC) + column + two);
            float* x = a, y = b + column;
            for (int term = 0; term < terms; term++, x += depthStepA, y += stepB)
            {
                TSimd y0 = TSimd.Load(y), y1 = wide ? TSimd.Load(y + TSimd.Width) : y0;
                Ahead.Fetch(y + (TermsOfVisit * stepB));
                if (wide) Ahead.Fetch(y + (TermsOfVisit * stepB) + TSimd.Width);
                TSimd.Accumulate(ref s00, y0, x);
                if (wide) TSimd.Accumulate(ref s01, y1, x);
                if (TRows.Value > 1) TSimd.Accumulate(ref s10, y0, x + (1 * rowStepA));
                if (TRows.Value > 1 && wide) TSimd.Accumulate(ref s11, y1, x + (1 * rowStepA));
                if (TRows.Value > 2) TSimd.Accumulate(ref s20, y0, x + (2 * rowStepA));
                if (TRows.Value > 2 && wide) TSimd.Accumulate(ref s21, y1, x + (2 * rowStepA));
                if (TRows.Value > 3) TSimd.Accumulate(ref s30, y0, x + (3 * rowStepA));
                if (TRows.Value > 3 && wide) TSimd.Accumulate(ref s31, y1, x + (3 * rowStepA));
                if (TRows.Value > 4) TSimd.Accumulate(ref s40, y0, x + (4 * rowStepA));
                if (TRows.Value > 4 && wide) TSimd.Accumulate(ref s41, y1, x + (4 * rowStepA));
                if (TRows.Value > 5) TSimd.Accumulate(ref s50, y0, x + (5 * rowStepA));
                if (TRows.Value > 5 && wide) TSimd.Accumulate(ref s51, y1, x + (5 * rowStepA));
                if (TRows.Value > 6) TSimd.Accumulate(ref s60, y0, x + (6 * rowStepA));
                if (TRows.Value > 6 && wide) TSimd.Accumulate(ref s61, y1, x + (6 * rowStepA));
                if (TRows.Value > 7) TSimd.Accumulate(ref s70, y0, x + (7 * rowStepA));
                if (TRows.Value > 7 && wide) TSimd.Accumulate(ref s71, y1, x + (7 * rowStepA));
            }

            Put(c + (0 * stepC) + column, two, s00, s01);
            if (TRows.Value > 1) Put(c + (1 * stepC) + column, two, s10, s11);
            if (TRows.Value > 2) Put(c + (2 * stepC) + column, two, s20, s21);
            if (TRows.Value > 3) Put(c + (3 * stepC) + column, two, s30, s31);
            if (TRows.Value > 4) Put(c + (4 * stepC) + column, two, s40, s41);
            if (TRows.Value > 5) Put(c + (5 * stepC) + column, two, s50, s51);
            if (TRows.Value > 6) Put(c + (6 * stepC) + column, two, s60, s61);
            if (TRows.Value > 7) Put(c + (7 * stepC) + column, two, s70, s71);
        }

        for (int column = whole; column < columns; column += TSimd.Width)
        {
            int lanes = Math.Min(TSimd.Width, columns - column);
            for (int row = 0; row < TRows.Value; row++)
            {
                float* place = c + (row * stepC) + column;
                TSimd sum = starts ? TSimd.Zero : TSimd.LoadPartial(place, lanes);
                for (int term = 0; term < terms; term++)
                    TSimd.Accumulate(ref sum, TSimd.LoadPartial(b + (term * stepB) + column, lanes), a + (row * rowStepA) + (term * depthStepA));
                TSimd.StorePartial(place, sum, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* place, nint two, TSimd first, TSimd second)
    {
        TSimd.Store(place, first);
        if (TSimd.Width >= 16) TSimd.Store(place + two, second);
    }
}
