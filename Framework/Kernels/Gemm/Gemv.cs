using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>A matrix times a vector, the matrix read once and as it lies: four rows at a time, each a dot product.</summary>
/// <remarks>Bound by memory. Sums are cut into stretches, for a small error. The order of a sum depends on its length and the vector's width.</remarks>
internal sealed unsafe class Gemv<TSimd>() : GemmKernel($"Gemv{RowsAtOnce}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    private const int RowsAtOnce = 4;

    /// <summary>Vectors of a row that are summed in registers at a time, half of them in each of two sums.</summary>
    private const int StretchVectors = 512;

    /// <summary>Rows of an item of work.</summary>
    private const int RowsOfItem = 16;

    public override string? Refusal(in GemmProblem problem)
    {
        if (problem.Rows != 1 && problem.Columns != 1) return "neither A nor B is a vector.";
        if (problem.DepthStepA != 1 || problem.DepthStepB != 1) return "an operand is not contiguous along the depth.";
        return null;
    }

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool)
    {
        bool matrixIsB = problem.Rows == 1;
        var bias = matrixIsB ? GemmBias.PerColumn : GemmBias.PerRow;
        var job = new Dots
        {
            Matrix = matrixIsB ? arguments.B : arguments.A,
            Step = matrixIsB ? problem.ColumnStepB : problem.RowStepA,
            Vector = matrixIsB ? arguments.A : arguments.B,
            Count = matrixIsB ? problem.Columns : problem.Rows,
            Depth = problem.Depth,
            Result = arguments.C,
            ResultStep = matrixIsB ? 1 : problem.StepC,
            Accumulate = problem.Accumulate,
            Bias = problem.Bias == GemmBias.None ? null : arguments.Bias,
            BiasStep = problem.Bias == bias ? 1 : 0,
            Activation = problem.Activation,
        };
        pool.Run(((job.Count - 1) / RowsOfItem) + 1, job);
    }

    private struct Dots : IJob
    {
        public float* Matrix;
        public nint Step;
        public float* Vector;
        public int Count;
        public int Depth;
        public float* Result;
        public nint ResultStep;
        public bool Accumulate;
        public float* Bias;
        public int BiasStep;
        public FusedActivation Activation;

        public readonly void Execute(int index, int worker)
        {
            float* sums = stackalloc float[RowsAtOnce];
            float* totals = stackalloc float[RowsAtOnce];
            int end = Math.Min((index + 1) * RowsOfItem, Count);
            for (int row = index * RowsOfItem; row < end; row += RowsAtOnce)
            {
                int rows = Math.Min(RowsAtOnce, end - row);
                float* matrix = Matrix + (row * Step);
                // Where fewer than four are left the first is read again, which costs little and needs no other code.
                float* second = rows > 1 ? matrix + Step : matrix, third = rows > 2 ? matrix + (2 * Step) : matrix, fourth = rows > 3 ? matrix + (3 * Step) : matrix;
                new Span<float>(totals, RowsAtOnce).Clear();
                for (int start = 0; start < Depth; start += StretchVectors * TSimd.Width)
                {
                    int depth = Math.Min(Depth - start, StretchVectors * TSimd.Width);
                    FourDots(matrix + start, second + start, third + start, fourth + start, Vector + start, depth, sums);
                    for (int r = 0; r < RowsAtOnce; r++) totals[r] += sums[r];
                }

                for (int r = 0; r < rows; r++) Finish(row + r, totals[r]);
            }
        }

        private readonly void Finish(int row, float sum)
        {
            float* result = Result + (row * ResultStep);
            if (Accumulate) sum = *result + sum;
            if (Bias is not null) sum += Bias[row * BiasStep];
            *result = Activation == FusedActivation.Relu && sum < 0 ? 0 : sum;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FourDots(float* m0, float* m1, float* m2, float* m3, float* vector, int depth, float* sums)
    {
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero, s10 = TSimd.Zero, s11 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero, s30 = TSimd.Zero, s31 = TSimd.Zero;
        nint k = 0;
        for (; k <= depth - (2 * TSimd.Width); k += 2 * TSimd.Width)
        {
            TSimd v0 = TSimd.Load(vector + k);
            TSimd v1 = TSimd.Load(vector + k + TSimd.Width);
            TSimd.Accumulate(ref s00, v0, TSimd.Load(m0 + k));
            TSimd.Accumulate(ref s01, v1, TSimd.Load(m0 + k + TSimd.Width));
            TSimd.Accumulate(ref s10, v0, TSimd.Load(m1 + k));
            TSimd.Accumulate(ref s11, v1, TSimd.Load(m1 + k + TSimd.Width));
            TSimd.Accumulate(ref s20, v0, TSimd.Load(m2 + k));
            TSimd.Accumulate(ref s21, v1, TSimd.Load(m2 + k + TSimd.Width));
            TSimd.Accumulate(ref s30, v0, TSimd.Load(m3 + k));
            TSimd.Accumulate(ref s31, v1, TSimd.Load(m3 + k + TSimd.Width));
        }

        for (; k < depth; k += TSimd.Width)
        {
            int count = (int)Math.Min(TSimd.Width, depth - k);
            TSimd v = TSimd.LoadPartial(vector + k, count);
            TSimd.Accumulate(ref s00, v, TSimd.LoadPartial(m0 + k, count));
            TSimd.Accumulate(ref s10, v, TSimd.LoadPartial(m1 + k, count));
            TSimd.Accumulate(ref s20, v, TSimd.LoadPartial(m2 + k, count));
            TSimd.Accumulate(ref s30, v, TSimd.LoadPartial(m3 + k, count));
        }

        sums[0] = TSimd.Sum(s00 + s01);
        sums[1] = TSimd.Sum(s10 + s11);
        sums[2] = TSimd.Sum(s20 + s21);
        sums[3] = TSimd.Sum(s30 + s31);
    }
}
