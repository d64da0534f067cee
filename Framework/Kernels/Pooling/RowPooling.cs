using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Pooling;

/// <summary>A way to pool one row of outputs.</summary>
internal unsafe interface IRow
{
    static abstract string Form { get; }

    static abstract string? Refusal(in PoolingProblem problem);

    /// <param name="window">The windows of the row.</param>
    /// <param name="problem">What is pooled.</param>
    /// <param name="plane">The row's input plane.</param>
    /// <param name="output">The row's first output.</param>
    /// <param name="argmax">Where the place of its maximum goes.</param>
    /// <returns>Whether the reduction is sure of all results.</returns>
    static abstract bool Run<TReduction>(ref Window window, in PoolingProblem problem, float* plane, float* output, Argmax argmax)
        where TReduction : IWindowReduction;
}

/// <summary>The lanes of a place side by side, one output place after the other.</summary>
internal readonly unsafe struct LaneRow<TSimd> : IRow
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static string Form => "LanePooling";

    public static string? Refusal(in PoolingProblem problem) =>
        problem.Lanes % TSimd.Width == 0 ? null : $"{problem.Lanes} lanes are no multiple of {TSimd.Width}.";

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Run<TReduction>(ref Window window, in PoolingProblem problem, float* plane, float* output, Argmax argmax)
        where TReduction : IWindowReduction
    {
        int columns = problem.Width.Output, lanes = problem.Lanes;
        nint at = 0;
        TSimd doubt = TSimd.Zero;
        if (TReduction.IsFiniteMaximum && SlidingMaxima<TSimd>.Takes(problem))
        {
            SlidingMaxima<TSimd>.Run(window, problem, plane, output, argmax, TReduction.Places, ref doubt);
            return TSimd.Sum(doubt) == 0;
        }

        for (int column = 0; column < columns; column++)
        {
            window.MoveTo(column);
            for (int lane = 0; lane < lanes; lane += TSimd.Width, at += TSimd.Width)
                TReduction.Reduce(window, plane + window.First + lane, 1, output + at, argmax.At(at), ref doubt);
        }

        return TSimd.Sum(doubt) == 0;
    }
}

/// <summary>
/// Neighbouring outputs of a plain row side by side, those at the edges, whose windows reach into the padding, one by one. The last vector
/// overlaps the one before it where the row does not divide.
/// </summary>
internal readonly unsafe struct PlainRow<TSimd> : IRow
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static string Form => "PlainPooling";

    public static string? Refusal(in PoolingProblem problem)
    {
        if (problem.Lanes != 1) return $"{problem.Lanes} lanes lie side by side.";
        var (from, to) = problem.Width.Interior;
        return to - from >= TSimd.Width ? null : $"A row has {to - from} windows without padding, fewer than {TSimd.Width}.";
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Run<TReduction>(ref Window window, in PoolingProblem problem, float* plane, float* output, Argmax argmax)
        where TReduction : IWindowReduction
    {
        var (from, to) = problem.Width.Interior;
        int stride = problem.Width.Stride;
        TSimd doubt = TSimd.Zero;
        bool sure = true;
        for (int column = 0; column < from; column++) sure &= One<TReduction>(ref window, column, plane, output, argmax);
        for (int column = from; column < to; column += TSimd.Width)
        {
            int first = Math.Min(column, to - TSimd.Width);
            window.MoveTo(first);
            TReduction.Reduce(window, plane + window.First, stride, output + first, argmax.At(first), ref doubt);
        }

        for (int column = to; column < problem.Width.Output; column++) sure &= One<TReduction>(ref window, column, plane, output, argmax);
        return sure && TSimd.Sum(doubt) == 0;
    }

    private static bool One<TReduction>(ref Window window, int column, float* plane, float* output, Argmax argmax)
        where TReduction : IWindowReduction
    {
        window.MoveTo(column);
        SimdScalar doubt = SimdScalar.Zero;
        TReduction.Reduce(window, plane + window.First, 1, output + column, argmax.At(column), ref doubt);
        return SimdScalar.Sum(doubt) == 0;
    }
}

/// <summary>
/// Pools row by row; items are runs of rows, across planes. Maxima are sought as of finite numbers first, which is much faster; a row that holds others
/// is done again.
/// </summary>
internal sealed unsafe class RowPooling<TRow>(InstructionSet set) : PoolingKernel(TRow.Form, set)
    where TRow : IRow
{
    /// <summary>Elements of input that a thread looks at before it takes the next item, about.</summary>
    private const int ItemElements = 8192;

    public override string? Refusal(in PoolingProblem problem) => TRow.Refusal(problem);

    public override void Run(in PoolingProblem problem, float* input, float* output, byte* argmax, WorkerPool pool)
    {
        if (problem.Kind != PoolingKind.Max) Run<AverageReduction, AverageReduction>(problem, input, output, null, pool);
        else if (argmax == null) Run<FiniteMaxReduction, MaxReduction>(problem, input, output, null, pool);
        else Run<FiniteArgmaxReduction, ArgmaxReduction>(problem, input, output, argmax, pool);
    }

    private static void Run<TReduction, TSure>(in PoolingProblem problem, float* input, float* output, byte* argmax, WorkerPool pool)
        where TReduction : IWindowReduction
        where TSure : IWindowReduction
    {
        long rows = (long)problem.Planes * problem.Depth.Output * problem.Height.Output;
        long rowElements = (long)problem.Width.Output * problem.Lanes * problem.WindowLength;
        int rowsPerItem = (int)Math.Max(1, ItemElements / rowElements);
        var job = new Job<TReduction, TSure>
        {
            Problem = problem,
            Input = input,
            Output = output,
            Argmax = new Argmax(argmax, problem.ArgmaxElementBytes > 1),
            Rows = rows,
            RowsPerItem = rowsPerItem,
        };
        pool.Run(checked((int)((rows + rowsPerItem - 1) / rowsPerItem)), job);
    }

    private struct Job<TReduction, TSure> : IJob
        where TReduction : IWindowReduction
        where TSure : IWindowReduction
    {
        public PoolingProblem Problem;
        public float* Input;
        public float* Output;
        public Argmax Argmax;
        public long Rows;
        public int RowsPerItem;

        public readonly void Execute(int index, int worker)
        {
            long first = (long)index * RowsPerItem;
            long last = Math.Min(Rows, first + RowsPerItem);
            for (long row = first; row < last; row++)
            {
                (long rest, long outputRow) = Math.DivRem(row, Problem.Height.Output);
                (long plane, long outputDepth) = Math.DivRem(rest, Problem.Depth.Output);
                var window = new Window(Problem, (int)outputDepth, (int)outputRow);
                nint at = (nint)row * Problem.Width.Output * Problem.Lanes;
                float* input = Input + ((nint)plane * Problem.InputPlaneLength);
                if (!TRow.Run<TReduction>(ref window, Problem, input, Output + at, Argmax.At(at)))
                    TRow.Run<TSure>(ref window, Problem, input, Output + at, Argmax.At(at));
            }
        }
    }
}
