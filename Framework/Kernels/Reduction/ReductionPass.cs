using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Reduction;

/// <summary>Reduces chunks by <typeparamref name="TFold"/>, then, where there are several, their results by <typeparamref name="TRest"/>.</summary>
internal static unsafe class ReductionPass<TFold, TRest, TSimd>
    where TFold : IFold
    where TRest : IFold
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Columns that a thread takes at a time; their results stay in the first-level cache.</summary>
    private const int Strip = 256;

    /// <summary>Elements that a thread takes at a time where a unit of work is smaller, about.</summary>
    private const int ItemElements = 8192;

    public static void Run(in ReductionProblem problem, float* x, float* y, float* workspace, WorkerPool pool)
    {
        float divisor = problem.Kind == ReductionKind.Mean ? problem.Length : 1;
        if (problem.Chunks == 1)
        {
            RunChunks(problem, x, y, divisor, pool);
            return;
        }

        // Chunks of the last axis are that axis's neighbours again; chunks of rows lie, for each outer index, as rows.
        RunChunks(problem, x, workspace, 1, pool);
        var rest = new ReductionProblem(problem.Kind, problem.Outer, problem.Chunks, problem.Inner);
        ReductionPass<TRest, TRest, TSimd>.RunWhole(rest, workspace, y, divisor, pool);
    }

    /// <summary>Reduces the whole length as one chunk.</summary>
    private static void RunWhole(in ReductionProblem problem, float* x, float* y, float divisor, WorkerPool pool) =>
        RunJob(problem, Math.Max(1, problem.Length), 1, x, y, divisor, pool);

    private static void RunChunks(in ReductionProblem problem, float* x, float* y, float divisor, WorkerPool pool) =>
        RunJob(problem, problem.ChunkLength, problem.Chunks, x, y, divisor, pool);

    private static void RunJob(in ReductionProblem problem, int chunkLength, int chunks, float* x, float* y, float divisor, WorkerPool pool)
    {
        int strips = problem.Inner == 1 ? 1 : (problem.Inner + Strip - 1) / Strip;
        long units = (long)problem.Outer * chunks * strips;
        long unitElements = Math.Max(1, (long)Math.Min(chunkLength, problem.Length) * Math.Min(problem.Inner, Strip));
        int unitsPerItem = (int)Math.Max(1, ItemElements / unitElements);
        var job = new Job
        {
            X = x,
            Y = y,
            Length = problem.Length,
            Inner = problem.Inner,
            Strips = strips,
            ChunkLength = chunkLength,
            Chunks = chunks,
            Divisor = divisor,
            Units = units,
            UnitsPerItem = unitsPerItem,
        };
        pool.Run(problem.Inner == 0 ? 0 : checked((int)((units + unitsPerItem - 1) / unitsPerItem)), job);
    }

    private struct Job : IJob
    {
        public float* X;
        public float* Y;
        public int Length;
        public int Inner;
        public int Strips;
        public int ChunkLength;
        public int Chunks;
        public float Divisor;
        public long Units;
        public int UnitsPerItem;

        public readonly void Execute(int index, int worker)
        {
            long from = (long)index * UnitsPerItem;
            long to = Math.Min(Units, from + UnitsPerItem);
            for (long unit = from; unit < to; unit++) Reduce(unit);
        }

        private readonly void Reduce(long unit)
        {
            (long rest, long strip) = Math.DivRem(unit, Strips);
            (long outer, long chunk) = Math.DivRem(rest, Chunks);
            nint start = (nint)chunk * ChunkLength;
            int count = (int)Math.Min(ChunkLength, Length - start);
            float* x = X + ((((nint)outer * Length) + start) * Inner);
            float* y = Y + ((nint)rest * Inner);
            if (Inner == 1)
            {
                *y = ReductionLoops<TFold, TSimd>.Row(x, count) / Divisor;
                return;
            }

            nint column = (nint)strip * Strip;
            int columns = (int)Math.Min(Strip, Inner - column);
            ReductionLoops<TFold, TSimd>.Columns(x + column, Inner, count, y + column, columns);
            if (Divisor != 1) Divide(y + column, columns);
        }

        private readonly void Divide(float* y, int count)
        {
            for (int i = 0; i < count; i++) y[i] /= Divisor;
        }
    }
}

/// <summary>The loops over one chunk.</summary>
internal static unsafe class ReductionLoops<TFold, TSimd>
    where TFold : IFold
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Reduces neighbours.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static float Row(float* x, int count)
    {
        const int ways = 4;
        TSimd identity = TSimd.Broadcast(TFold.Identity);
        TSimd total = identity;
        int i = 0;
        while (i <= count - (ways * TSimd.Width))
        {
            // Four results at a time, since an addition takes four cycles to come back.
            TSimd a = identity, b = identity, c = identity, d = identity;
            int end = Math.Min(count - (ways * TSimd.Width), i + ((ReductionProblem.Block - 1) * ways * TSimd.Width));
            for (; i <= end; i += ways * TSimd.Width)
            {
                a = TFold.Combine(a, TFold.Map(TSimd.Load(x + i)));
                b = TFold.Combine(b, TFold.Map(TSimd.Load(x + i + TSimd.Width)));
                c = TFold.Combine(c, TFold.Map(TSimd.Load(x + i + (2 * TSimd.Width))));
                d = TFold.Combine(d, TFold.Map(TSimd.Load(x + i + (3 * TSimd.Width))));
            }

            total = TFold.Combine(total, TFold.Combine(TFold.Combine(a, b), TFold.Combine(c, d)));
        }

        TSimd rest = identity;
        for (; i <= count - TSimd.Width; i += TSimd.Width) rest = TFold.Combine(rest, TFold.Map(TSimd.Load(x + i)));
        if (i < count)
        {
            TSimd last = TFold.Map(Lanes.LoadPartial<TSimd>(x + i, count - i, 0));
            TSimd exists = TSimd.LessThan(Lanes.Count<TSimd>(), TSimd.Broadcast(count - i));
            rest = TFold.Combine(rest, TSimd.Select(exists, last, identity));
        }

        return Across(TFold.Combine(total, rest));
    }

    /// <summary>Reduces rows of up to a strip's columns, which lie <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Columns(float* x, nint stride, int rows, float* y, int columns)
    {
        int column = 0;
        for (; column < columns; column += TSimd.Width)
        {
            int lanes = Math.Min(TSimd.Width, columns - column);
            if (lanes == TSimd.Width) TSimd.Store(y + column, TSimd.Broadcast(TFold.Identity));
            else TSimd.StorePartial(y + column, TSimd.Broadcast(TFold.Identity), lanes);
        }

        int row = 0;
        for (; row <= rows - 4; row += 4, x += 4 * stride)
        {
            for (column = 0; column <= columns - TSimd.Width; column += TSimd.Width)
            {
                float* at = x + column;
                TSimd four = Four(TSimd.Load(at), TSimd.Load(at + stride), TSimd.Load(at + (2 * stride)), TSimd.Load(at + (3 * stride)));
                TSimd.Store(y + column, TFold.Combine(TSimd.Load(y + column), four));
            }

            if (column < columns)
            {
                int lanes = columns - column;
                float* at = x + column;
                TSimd four = Four(
                    TSimd.LoadPartial(at, lanes),
                    TSimd.LoadPartial(at + stride, lanes),
                    TSimd.LoadPartial(at + (2 * stride), lanes),
                    TSimd.LoadPartial(at + (3 * stride), lanes));
                TSimd.StorePartial(y + column, TFold.Combine(TSimd.LoadPartial(y + column, lanes), four), lanes);
            }
        }

        for (; row < rows; row++, x += stride)
        {
            for (column = 0; column < columns; column += TSimd.Width)
            {
                int lanes = Math.Min(TSimd.Width, columns - column);
                TSimd sum = TFold.Combine(TSimd.LoadPartial(y + column, lanes), TFold.Map(TSimd.LoadPartial(x + column, lanes)));
                TSimd.StorePartial(y + column, sum, lanes);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd Four(TSimd a, TSimd b, TSimd c, TSimd d) =>
        TFold.Combine(TFold.Combine(TFold.Map(a), TFold.Map(b)), TFold.Combine(TFold.Map(c), TFold.Map(d)));

    /// <summary>Reduces the lanes: halves are combined until one is left.</summary>
    private static float Across(TSimd lanes)
    {
        if (TFold.IsSum) return TSimd.Sum(lanes);
        float* values = stackalloc float[TSimd.Width];
        TSimd.Store(values, lanes);
        for (int half = TSimd.Width / 2; half > 0; half /= 2)
        {
            for (int lane = 0; lane < half; lane++)
                SimdScalar.Store(values + lane, TFold.Combine(SimdScalar.Load(values + lane), SimdScalar.Load(values + lane + half)));
        }

        return *values;
    }
}
