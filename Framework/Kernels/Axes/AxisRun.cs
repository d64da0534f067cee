using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Axes;

/// <summary>What is done to slices along an axis.</summary>
internal interface IAxisWork<TAxis>
{
    /// <param name="axis">The way through the slices.</param>
    /// <param name="first">Their first element, counted from the tensor's.</param>
    /// <param name="position">The first slice.</param>
    /// <param name="positions">How many there are.</param>
    void Do(in TAxis axis, nint first, nint position, int positions);
}

/// <summary>Does work on all slices of a problem.</summary>
internal static class AxisRun<TAxis, TSimd>
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Elements that a thread takes at a time, about.</summary>
    private const int ItemElements = 2048;

    public static void Run<TWork>(in AxisProblem problem, TWork work, WorkerPool pool)
        where TWork : unmanaged, IAxisWork<TAxis>
    {
        int groups = (problem.Inner + TAxis.MostPositions - 1) / TAxis.MostPositions;
        long units = (long)problem.Outer * groups;
        int unitsPerItem = Math.Max(1, ItemElements / problem.Length);
        var job = new Job<TWork> { Problem = problem, Work = work, Groups = groups, Units = units, UnitsPerItem = unitsPerItem };
        pool.Run(checked((int)((units + unitsPerItem - 1) / unitsPerItem)), job);
    }

    private struct Job<TWork> : IJob
        where TWork : unmanaged, IAxisWork<TAxis>
    {
        public AxisProblem Problem;
        public TWork Work;
        public int Groups;
        public long Units;
        public int UnitsPerItem;

        public readonly void Execute(int index, int worker)
        {
            long from = (long)index * UnitsPerItem;
            long to = Math.Min(Units, from + UnitsPerItem);
            for (long unit = from; unit < to; unit++)
            {
                (long outer, long group) = Math.DivRem(unit, Groups);
                int inner = (int)group * TAxis.MostPositions;
                int positions = Math.Min(TAxis.MostPositions, Problem.Inner - inner);
                nint first = ((nint)outer * Problem.Length * Problem.Inner) + inner;
                Work.Do(TAxis.Create(Problem, positions), first, ((nint)outer * Problem.Inner) + inner, positions);
            }
        }
    }
}
