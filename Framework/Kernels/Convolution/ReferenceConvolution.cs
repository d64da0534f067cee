using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The definitions of a convolution and its gradients, in plain layout, summed in double precision.</summary>
internal static unsafe class ReferenceConvolution
{
    /// <summary>The input's point, counted within a channel, that a tap of the filter over a point of the output meets; -1 in the padding.</summary>
    private static int Meet(in ConvolutionProblem problem, int output, int tap)
    {
        var (_, height, width) = problem.Output;
        var kernel = problem.Kernel;
        var stride = problem.Stride;
        var dilation = problem.Dilation;
        var pad = problem.PadBegin;
        int z = Position(output / width / height, tap / kernel.Width / kernel.Height, stride.Depth, dilation.Depth, pad.Depth);
        int y = Position(output / width % height, tap / kernel.Width % kernel.Height, stride.Height, dilation.Height, pad.Height);
        int x = Position(output % width, tap % kernel.Width, stride.Width, dilation.Width, pad.Width);
        var input = problem.Input;
        bool inside = (uint)z < (uint)input.Depth && (uint)y < (uint)input.Height && (uint)x < (uint)input.Width;
        return inside ? (((z * input.Height) + y) * input.Width) + x : -1;
    }

    private static int Position(int output, int tap, int stride, int dilation, int pad) => (output * stride) + (tap * dilation) - pad;

    internal sealed class Forward() : ForwardKernel("ConvolutionReference", InstructionSet.Scalar)
    {
        public override string? Refusal(in ConvolutionProblem problem) => null;

        public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool) =>
            pool.Run(problem.Batch * problem.OutputChannels, new Job { Problem = problem, Arguments = arguments });

        private struct Job : IJob
        {
            public ConvolutionProblem Problem;
            public ForwardArguments Arguments;

            public readonly void Execute(int index, int worker)
            {
                int image = index / Problem.OutputChannels, channel = index % Problem.OutputChannels;
                int channels = Problem.InputChannelsOfGroup, taps = Problem.Taps, points = Problem.Output.Volume;
                int firstChannel = channel / Problem.OutputChannelsOfGroup * channels;
                float* input = Arguments.Input + (((nint)image * Problem.InputChannels) + firstChannel) * Problem.Input.Volume;
                float* weights = Arguments.Weights + ((nint)channel * channels * taps);
                nint result = (nint)index * points;
                for (int point = 0; point < points; point++)
                {
                    double sum = Problem.HasBias ? Arguments.Bias[channel] : 0;
                    for (int tap = 0; tap < taps; tap++)
                    {
                        int at = Meet(Problem, point, tap);
                        if (at < 0) continue;
                        for (int c = 0; c < channels; c++) sum += (double)input[((nint)c * Problem.Input.Volume) + at] * weights[(c * taps) + tap];
                    }

                    if (Problem.HasResidual) sum += Arguments.Residual[result + point];
                    if (Problem.Activation == FusedActivation.Relu && sum < 0) sum = 0;
                    Arguments.Output[result + point] = (float)sum;
                }
            }
        }
    }

    internal sealed class InputGradient() : InputGradientKernel("InputGradientReference", InstructionSet.Scalar)
    {
        public override string? Refusal(in ConvolutionProblem problem) => null;

        public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) =>
            threads * problem.Input.Volume * (sizeof(double) / sizeof(float));

        public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool) =>
            pool.Run(problem.Batch * problem.InputChannels, new Job { Problem = problem, Arguments = arguments });

        private struct Job : IJob
        {
            public ConvolutionProblem Problem;
            public InputGradientArguments Arguments;

            public readonly void Execute(int index, int worker)
            {
                int image = index / Problem.InputChannels, channel = index % Problem.InputChannels;
                int taps = Problem.Taps, points = Problem.Output.Volume, volume = Problem.Input.Volume;
                int group = channel / Problem.InputChannelsOfGroup;
                var sums = new Span<double>((double*)Arguments.Workspace + ((nint)worker * volume), volume);
                sums.Clear();
                for (int o = group * Problem.OutputChannelsOfGroup; o < (group + 1) * Problem.OutputChannelsOfGroup; o++)
                {
                    float* gradient = Arguments.OutputGradient + (((nint)image * Problem.OutputChannels) + o) * points;
                    nint filter = ((nint)o * Problem.InputChannelsOfGroup) + (channel % Problem.InputChannelsOfGroup);
                    float* weights = Arguments.Weights + (filter * taps);
                    for (int point = 0; point < points; point++)
                    {
                        for (int tap = 0; tap < taps; tap++)
                        {
                            int at = Meet(Problem, point, tap);
                            if (at >= 0) sums[at] += (double)gradient[point] * weights[tap];
                        }
                    }
                }

                for (int at = 0; at < volume; at++) Arguments.InputGradient[((nint)index * volume) + at] = (float)sums[at];
            }
        }
    }

    internal sealed class WeightGradient() : WeightGradientKernel("WeightGradientReference", InstructionSet.Scalar)
    {
        public override string? Refusal(in ConvolutionProblem problem) => null;

        public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool) =>
            pool.Run(problem.OutputChannels * problem.InputChannelsOfGroup, new Job { Problem = problem, Arguments = arguments });

        private struct Job : IJob
        {
            public ConvolutionProblem Problem;
            public WeightGradientArguments Arguments;

            public readonly void Execute(int index, int worker)
            {
                int output = index / Problem.InputChannelsOfGroup;
                int input = (output / Problem.OutputChannelsOfGroup * Problem.InputChannelsOfGroup) + (index % Problem.InputChannelsOfGroup);
                int points = Problem.Output.Volume;
                for (int tap = 0; tap < Problem.Taps; tap++)
                {
                    double sum = 0;
                    for (int image = 0; image < Problem.Batch; image++)
                    {
                        float* x = Arguments.Input + (((nint)image * Problem.InputChannels) + input) * Problem.Input.Volume;
                        float* gradient = Arguments.OutputGradient + (((nint)image * Problem.OutputChannels) + output) * points;
                        for (int point = 0; point < points; point++)
                        {
                            int at = Meet(Problem, point, tap);
                            if (at >= 0) sum += (double)x[at] * gradient[point];
                        }
                    }

                    Arguments.WeightGradient[((nint)index * Problem.Taps) + tap] = (float)sum;
                }
            }
        }
    }
}
