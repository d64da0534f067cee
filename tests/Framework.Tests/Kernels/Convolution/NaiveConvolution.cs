using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;

namespace Framework.Tests.Kernels.Convolution;

/// <summary>A convolution and its gradients written down as their definitions, in plain layout and double precision.</summary>
/// <remarks>Each result comes with the sum of its terms' magnitudes, from which a bound on rounding follows.</remarks>
internal static class NaiveConvolution
{
    internal sealed record Sums(double[] Values, double[] Magnitudes)
    {
        public Sums(nint count)
            : this(new double[count], new double[count])
        {
        }

        public void Add(nint at, double left, double right)
        {
            Values[at] += left * right;
            Magnitudes[at] += Math.Abs(left * right);
        }
    }

    public static Sums Forward(ConvolutionProblem problem, float[] input, float[] weights, float[] bias, float[] residual)
    {
        var sums = new Sums((nint)problem.Batch * problem.OutputChannels * problem.Output.Volume);
        Visit(problem, (x, w, y) => sums.Add(y, input[x], weights[w]));
        for (int at = 0; at < sums.Values.Length; at++)
        {
            if (problem.HasBias) sums.Add(at, bias[at / problem.Output.Volume % problem.OutputChannels], 1);
            if (problem.HasResidual) sums.Add(at, residual[at], 1);
            if (problem.Activation == FusedActivation.Relu) sums.Values[at] = Math.Max(0, sums.Values[at]);
        }

        return sums;
    }

    public static Sums InputGradient(ConvolutionProblem problem, float[] outputGradient, float[] weights)
    {
        var sums = new Sums((nint)problem.Batch * problem.InputChannels * problem.Input.Volume);
        Visit(problem, (x, w, y) => sums.Add(x, outputGradient[y], weights[w]));
        return sums;
    }

    public static Sums WeightGradient(ConvolutionProblem problem, float[] input, float[] outputGradient)
    {
        var sums = new Sums(problem.WeightCount);
        Visit(problem, (x, w, y) => sums.Add(w, input[x], outputGradient[y]));
        return sums;
    }

    /// <summary>Every product of the convolution: the places of its input, weight and output.</summary>
    private static void Visit(ConvolutionProblem p, Action<int, int, int> product)
    {
        var meetings = Meetings(p);
        for (int filter = 0; filter < p.Batch * p.OutputChannels * p.InputChannelsOfGroup; filter++)
        {
            int i = filter % p.InputChannelsOfGroup, o = filter / p.InputChannelsOfGroup % p.OutputChannels;
            int n = filter / p.InputChannelsOfGroup / p.OutputChannels;
            int channel = (o / p.OutputChannelsOfGroup * p.InputChannelsOfGroup) + i;
            foreach (var (tap, point, met) in meetings)
            {
                int input = (((n * p.InputChannels) + channel) * p.Input.Volume) + met;
                int weight = (((o * p.InputChannelsOfGroup) + i) * p.Taps) + tap;
                product(input, weight, (((n * p.OutputChannels) + o) * p.Output.Volume) + point);
            }
        }
    }

    /// <summary>For each tap and point of the output the point of the input that they meet, without those in the padding.</summary>
    private static List<(int Tap, int Output, int Input)> Meetings(ConvolutionProblem p)
    {
        var meetings = new List<(int, int, int)>();
        var output = p.Output;
        for (int tap = 0; tap < p.Taps; tap++)
        {
            int kx = tap % p.Kernel.Width, ky = tap / p.Kernel.Width % p.Kernel.Height, kz = tap / p.Kernel.Width / p.Kernel.Height;
            for (int point = 0; point < output.Volume; point++)
            {
                int ox = point % output.Width, oy = point / output.Width % output.Height, oz = point / output.Width / output.Height;
                int z = (oz * p.Stride.Depth) + (kz * p.Dilation.Depth) - p.PadBegin.Depth;
                int y = (oy * p.Stride.Height) + (ky * p.Dilation.Height) - p.PadBegin.Height;
                int x = (ox * p.Stride.Width) + (kx * p.Dilation.Width) - p.PadBegin.Width;
                if (z < 0 || z >= p.Input.Depth || y < 0 || y >= p.Input.Height || x < 0 || x >= p.Input.Width) continue;
                meetings.Add((tap, point, (((z * p.Input.Height) + y) * p.Input.Width) + x));
            }
        }

        return meetings;
    }
}
