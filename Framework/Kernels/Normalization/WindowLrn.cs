using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Normalization;

/// <summary>Keeps the squares of all channels of a few places in a row of scratch, and sums windows of it.</summary>
internal sealed unsafe class WindowLrn<TLayout, TSimd>() : LrnKernel(TLayout.Form, TSimd.Set)
    where TLayout : unmanaged, ILrnLayout<TLayout, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Elements that a thread takes at a time, about.</summary>
    private const int ItemElements = 4096;

    /// <summary>Floats of scratch that are taken from a thread's stack at most: a quarter of a mebibyte.</summary>
    private const int MostScratch = 1 << 16;

    public override string? Refusal(in LrnProblem problem)
    {
        if (TLayout.Refusal(problem.Tensor) is string refusal) return refusal;
        long scratch = 2L * RowFloats(problem);
        return scratch <= MostScratch ? null : $"{scratch} floats of scratch are more than a stack should give.";
    }

    public override void Forward(in LrnProblem problem, float* x, float* y, WorkerPool pool) => Run(problem, x, null, y, pool);

    public override void Backward(in LrnProblem problem, float* x, float* dy, float* dx, WorkerPool pool) => Run(problem, x, dy, dx, pool);

    private static void Run(in LrnProblem problem, float* x, float* dy, float* result, WorkerPool pool)
    {
        var tensor = problem.Tensor;
        int groups = (tensor.Places + TLayout.MostPlaces - 1) / TLayout.MostPlaces;
        long units = (long)tensor.Images * groups;
        int unitsPerItem = Math.Max(1, ItemElements / Math.Max(1, tensor.ChannelFloats * TLayout.MostPlaces));
        var job = new Job
        {
            Problem = problem,
            X = x,
            OutputGradient = dy,
            Result = result,
            Groups = groups,
            Units = units,
            UnitsPerItem = unitsPerItem,
        };
        pool.Run(tensor.Blocks == 0 ? 0 : checked((int)((units + unitsPerItem - 1) / unitsPerItem)), job);
    }

    /// <summary>A row of numbers for all channels, with a margin of a window; whole vectors are read to its very end.</summary>
    private static long RowFloats(in LrnProblem problem) => ((problem.Tensor.ChannelFloats + (long)problem.Size) * TLayout.Neighbour) + TSimd.Width;

    private struct Job : IJob
    {
        public LrnProblem Problem;
        public float* X;
        public float* OutputGradient;
        public float* Result;
        public int Groups;
        public long Units;
        public int UnitsPerItem;

        public readonly void Execute(int index, int worker)
        {
            var tensor = Problem.Tensor;
            int row = (int)RowFloats(Problem);
            float* scratch = stackalloc float[2 * row];
            new Span<float>(scratch, 2 * row).Clear();
            long from = (long)index * UnitsPerItem;
            long to = Math.Min(Units, from + UnitsPerItem);
            for (long unit = from; unit < to; unit++)
            {
                (long image, long group) = Math.DivRem(unit, Groups);
                int place = (int)group * TLayout.MostPlaces;
                var layout = TLayout.Create(tensor, place, Math.Min(TLayout.MostPlaces, tensor.Places - place));
                nint first = (nint)image * tensor.ChannelFloats * tensor.Places;
                if (OutputGradient == null) Normalize(layout, X + first, Result + first, scratch);
                else Gradient(layout, X + first, OutputGradient + first, Result + first, scratch, scratch + row);
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Normalize(in TLayout layout, float* x, float* y, float* squares)
        {
            Square(layout, x, squares);
            for (int v = 0; v < layout.Vectors; v++) layout.Store(y, v, layout.Load(x, v) * Power(Base(squares, v)));
        }

        /// <summary>
        /// With s the base and p = s^-beta: dx = dy p - 2 alpha beta / size · x · sum of dy x p / s over the channels in whose windows this one is.
        /// </summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Gradient(in TLayout layout, float* x, float* dy, float* dx, float* squares, float* ratios)
        {
            Square(layout, x, squares);
            float* middle = ratios + (Problem.After * TLayout.Neighbour);
            for (int v = 0; v < layout.Vectors; v++)
            {
                TSimd s = Base(squares, v);
                TSimd product = layout.Load(dy, v) * Power(s);
                layout.Store(dx, v, product);
                TSimd.Store(middle + (v * TSimd.Width), product * layout.Load(x, v) / s);
            }

            TSimd factor = TSimd.Broadcast(-2 * Problem.Alpha * Problem.Beta / Problem.Size);
            for (int v = 0; v < layout.Vectors; v++)
                layout.Store(dx, v, TSimd.MultiplyAdd(factor * layout.Load(x, v), WindowSum(ratios, v), layout.Load(dx, v)));
        }

        private readonly void Square(in TLayout layout, float* x, float* squares)
        {
            float* middle = squares + (Problem.Before * TLayout.Neighbour);
            for (int v = 0; v < layout.Vectors; v++)
            {
                TSimd value = layout.Load(x, v);
                TSimd.Store(middle + (v * TSimd.Width), value * value);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TSimd WindowSum(float* row, int vector)
        {
            float* at = row + (vector * TSimd.Width);
            TSimd sum = TSimd.Zero;
            for (int neighbour = 0; neighbour < Problem.Size; neighbour++, at += TLayout.Neighbour) sum += TSimd.Load(at);
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TSimd Base(float* squares, int vector) =>
            TSimd.MultiplyAdd(TSimd.Broadcast(Problem.Alpha / Problem.Size), WindowSum(squares, vector), TSimd.Broadcast(Problem.Bias));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private readonly TSimd Power(TSimd s) => SimdMath.Exp(TSimd.Broadcast(-Problem.Beta) * SimdMath.Log(s));
    }
}
