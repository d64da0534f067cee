using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Reduction;

/// <summary>Which element an index is wanted of.</summary>
public enum ArgReductionKind
{
    /// <summary>The largest.</summary>
    Max,

    /// <summary>The smallest.</summary>
    Min,
}

/// <summary>The ways to find the place of an extreme, best first, the reference last.</summary>
public static class ArgReductionKernels
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ArgReductionKernel> List { get; } =
    [
        new AxisArgReduction<AlongAxis<Simd512>, Simd512>("RowArgReduction"),
        new AxisArgReduction<AcrossAxis<Simd512>, Simd512>("ColumnArgReduction"),
        new AxisArgReduction<AlongAxis<Simd256>, Simd256>("RowArgReduction"),
        new AxisArgReduction<AcrossAxis<Simd256>, Simd256>("ColumnArgReduction"),
        new AxisArgReduction<AlongAxis<Simd128>, Simd128>("RowArgReduction"),
        new AxisArgReduction<AcrossAxis<Simd128>, Simd128>("ColumnArgReduction"),
        new AxisArgReduction<AcrossAxis<SimdScalar>, SimdScalar>("ColumnArgReduction"),
    ];
}

/// <summary>Finds the place of an extreme along an axis. Without state; results do not depend on the number of threads.</summary>
public abstract unsafe class ArgReductionKernel : IKernel<AxisProblem>
{
    private protected ArgReductionKernel(string form, InstructionSet set)
    {
        Name = form + set;
        Set = set;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public InstructionSet Set { get; }

    /// <inheritdoc/>
    public abstract string? Refusal(in AxisProblem problem);

    /// <summary>Finds the places. A NaN is more extreme than any number, as in numpy and PyTorch.</summary>
    /// <param name="problem">The extents.</param>
    /// <param name="kind">Which extreme.</param>
    /// <param name="last">Whether the last of several is wanted, rather than the first.</param>
    /// <param name="x">Outer times length times inner floats.</param>
    /// <param name="indices">Outer times inner integers.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Run(in AxisProblem problem, ArgReductionKind kind, bool last, float* x, long* indices, WorkerPool pool);
}

/// <summary>The search for one way through the axis and one instruction set.</summary>
internal sealed unsafe class AxisArgReduction<TAxis, TSimd>(string form) : ArgReductionKernel(form, TSimd.Set)
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in AxisProblem problem) => TAxis.Refusal(problem);

    public override void Run(in AxisProblem problem, ArgReductionKind kind, bool last, float* x, long* indices, WorkerPool pool) =>
        AxisRun<TAxis, TSimd>.Run(problem, new Search(x, indices, problem.Length, kind == ArgReductionKind.Min, last), pool);

    private readonly struct Search(float* x, long* indices, int length, bool min, bool last) : IAxisWork<TAxis>
    {
        /// <summary>Two passes: the extreme itself, then the best-placed of the lanes that hold it.</summary>
        public void Do(in TAxis axis, nint first, nint position, int positions)
        {
            TSimd none = TSimd.Broadcast(float.NegativeInfinity);
            TSimd sign = min ? TSimd.Broadcast(-0f) : TSimd.Zero;
            TSimd extreme = none;
            for (int step = 0; step < axis.Steps; step++)
            {
                TSimd value = Value(axis, first, step, sign);
                extreme = TSimd.Select(TSimd.LessThan(extreme, value), value, extreme);
            }

            extreme = axis.Max(extreme);
            TSimd place = none, nanPlace = none;
            for (int step = 0; step < axis.Steps; step++)
            {
                TSimd value = Value(axis, first, step, sign);
                TSimd index = axis.Index(step);
                TSimd rank = TSimd.Select(TSimd.LessThan(index, TSimd.Broadcast(length)), last ? index : -index, none);
                place = TSimd.Max(place, TSimd.Select(TSimd.Equal(value, extreme), rank, none));
                nanPlace = TSimd.Max(nanPlace, TSimd.Select(TSimd.Equal(value, value), none, rank));
            }

            place = axis.Max(place);
            nanPlace = axis.Max(nanPlace);
            float* places = stackalloc float[TAxis.MostPositions];
            axis.StorePositions(places, TSimd.Abs(TSimd.Select(TSimd.LessThan(none, nanPlace), nanPlace, place)));
            for (int i = 0; i < positions; i++) indices[position + i] = (long)places[i];
        }

        private TSimd Value(in TAxis axis, nint first, int step, TSimd sign) =>
            axis.Load(x + first, step, min ? float.PositiveInfinity : float.NegativeInfinity) ^ sign;
    }
}
