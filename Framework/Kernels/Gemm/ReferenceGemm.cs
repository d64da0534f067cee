using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>The definition, summed in double precision: what the others are checked against.</summary>
internal sealed unsafe class ReferenceGemm() : GemmKernel("GemmReference", InstructionSet.Scalar)
{
    public override string? Refusal(in GemmProblem problem) => null;

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool) =>
        pool.Run(problem.Rows, new Rows { Problem = problem, Arguments = arguments });

    private struct Rows : IJob
    {
        public GemmProblem Problem;
        public GemmArguments Arguments;

        public readonly void Execute(int index, int worker)
        {
            float* a = Arguments.A + (index * Problem.RowStepA);
            float* c = Arguments.C + ((nint)index * Problem.StepC);
            for (int column = 0; column < Problem.Columns; column++)
            {
                float* b = Arguments.B + (column * Problem.ColumnStepB);
                double sum = Problem.Accumulate ? c[column] : 0;
                for (int k = 0; k < Problem.Depth; k++) sum += (double)a[k * Problem.DepthStepA] * b[k * Problem.DepthStepB];
                sum += Problem.Bias switch
                {
                    GemmBias.PerRow => Arguments.Bias[index],
                    GemmBias.PerColumn => Arguments.Bias[column],
                    _ => 0,
                };
                if (Problem.Activation == FusedActivation.Relu && sum < 0) sum = 0;
                c[column] = (float)sum;
            }
        }
    }
}
