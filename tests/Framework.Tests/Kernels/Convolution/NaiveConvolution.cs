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
        var output = p.Output;
        for (int n = 0; n < p.Batch; n++)
        for (int o = 0; o < p.OutputChannels; o++)
        for (int i = 0; i < p.InputChannelsOfGroup; i++)
        for (int kz = 0; kz < p.Kernel.Depth; kz++)
        for (int ky = 0; ky < p.Kernel.Height; ky++)
        for (int kx = 0; kx < p.Kernel.Width; kx++)
        for (int oz = 0; oz < output.Depth; oz++)
        for (int oy = 0; oy < output.Height; oy++)
        for (int ox = 0; ox < output.Width; ox++)
        {
            int z = (oz * p.Stride.Depth) + (kz * p.Dilation.Depth) - p.PadBegin.Depth;
            int y = (oy * p.Stride.Height) + (ky * p.Dilation.Height) - p.PadBegin.Height;
            int x = (ox * p.Stride.Width) + (kx * p.Dilation.Width) - p.PadBegin.Width;
            if (z < 0 || z >= p.Input.Depth || y < 0 || y >= p.Input.Height || x < 0 || x >= p.Input.Width) continue;
            int channel = (o / p.OutputChannelsOfGroup * p.InputChannelsOfGroup) + i;
            int inputAt = (((((((n * p.InputChannels) + channel) * p.Input.Depth) + z) * p.Input.Height) + y) * p.Input.Width) + x;
            int weightAt = (((((((o * p.InputChannelsOfGroup) + i) * p.Kernel.Depth) + kz) * p.Kernel.Height) + ky) * p.Kernel.Width) + kx;
            int outputAt = (((((((n * p.OutputChannels) + o) * output.Depth) + oz) * output.Height) + oy) * output.Width) + ox;
            product(inputAt, weightAt, outputAt);
        }
    }
}
