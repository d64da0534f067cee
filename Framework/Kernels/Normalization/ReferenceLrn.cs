using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Normalization;

/// <summary>The definition, element by element, in double precision; for any layout.</summary>
internal sealed unsafe class ReferenceLrn() : LrnKernel("ReferenceLrn", InstructionSet.Scalar)
{
    public override string? Refusal(in LrnProblem problem) => null;

    public override void Forward(in LrnProblem problem, float* x, float* y, WorkerPool pool) =>
        pool.Run(problem.Tensor.Images, new Job { Problem = problem, X = x, Result = y });

    public override void Backward(in LrnProblem problem, float* x, float* dy, float* dx, WorkerPool pool) =>
        pool.Run(problem.Tensor.Images, new Job { Problem = problem, X = x, OutputGradient = dy, Result = dx });

    private struct Job : IJob
    {
        public LrnProblem Problem;
        public float* X;
        public float* OutputGradient;
        public float* Result;

        public readonly void Execute(int index, int worker)
        {
            for (int channel = 0; channel < Problem.Tensor.ChannelFloats; channel++)
            {
                for (int place = 0; place < Problem.Tensor.Places; place++)
                {
                    nint at = Offset(index, channel, place);
                    Result[at] = (float)(OutputGradient == null ? X[at] * Power(index, channel, place) : Gradient(index, channel, place));
                }
            }
        }

        private readonly nint Offset(int image, int channel, int place)
        {
            var tensor = Problem.Tensor;
            (int block, int lane) = Math.DivRem(channel, tensor.Lanes);
            return (((((nint)image * tensor.Blocks) + block) * tensor.Places) + place) * tensor.Lanes + lane;
        }

        private readonly double Base(int image, int channel, int place)
        {
            double sum = 0;
            int last = Math.Min(Problem.Tensor.ChannelFloats - 1, channel + Problem.After);
            for (int c = Math.Max(0, channel - Problem.Before); c <= last; c++)
            {
                double value = X[Offset(image, c, place)];
                sum += value * value;
            }

            return Problem.Bias + (Problem.Alpha / (double)Problem.Size * sum);
        }

        private readonly double Power(int image, int channel, int place) => Math.Pow(Base(image, channel, place), -Problem.Beta);

        private readonly double Gradient(int image, int channel, int place)
        {
            double sum = 0;
            int last = Math.Min(Problem.Tensor.ChannelFloats - 1, channel + Problem.Before);
            for (int c = Math.Max(0, channel - Problem.After); c <= last; c++)
            {
                nint at = Offset(image, c, place);
                sum += OutputGradient[at] * (double)X[at] * Power(image, c, place) / Base(image, c, place);
            }

            nint own = Offset(image, channel, place);
            return (OutputGradient[own] * Power(image, channel, place)) - (2.0 * Problem.Alpha * Problem.Beta / Problem.Size * X[own] * sum);
        }
    }
}
