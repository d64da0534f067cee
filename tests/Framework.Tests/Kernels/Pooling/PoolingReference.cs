using Framework.Kernels.Pooling;

namespace Framework.Tests.Kernels.Pooling;

/// <summary>Pooling by its definition: every place of every window is looked at, and asked whether it lies in the input.</summary>
internal static class PoolingReference
{
    /// <summary>Calls back for each output element with the input elements of its window that exist, each with its number in the window.</summary>
    private static void ForEachWindow(in PoolingProblem p, Action<int, List<(int Number, int Input)>, int> visit)
    {
        int at = 0;
        for (int plane = 0; plane < p.Planes; plane++)
            for (int od = 0; od < p.Depth.Output; od++)
                for (int oh = 0; oh < p.Height.Output; oh++)
                    for (int ow = 0; ow < p.Width.Output; ow++)
                        for (int lane = 0; lane < p.Lanes; lane++)
                        {
                            var places = new List<(int, int)>();
                            int number = 0, padded = 0;
                            for (int kd = 0; kd < p.Depth.Kernel; kd++)
                                for (int kh = 0; kh < p.Height.Kernel; kh++)
                                    for (int kw = 0; kw < p.Width.Kernel; kw++, number++)
                                    {
                                        int d = At(p.Depth, od, kd), h = At(p.Height, oh, kh), w = At(p.Width, ow, kw);
                                        if (d < p.Depth.Input + p.Depth.PadEnd && h < p.Height.Input + p.Height.PadEnd && w < p.Width.Input + p.Width.PadEnd) padded++;
                                        if (!IsIn(p.Depth, d) || !IsIn(p.Height, h) || !IsIn(p.Width, w)) continue;
                                        places.Add((number, (((((((plane * p.Depth.Input) + d) * p.Height.Input) + h) * p.Width.Input) + w) * p.Lanes) + lane));
                                    }

                            visit(at++, places, p.Kind == PoolingKind.AverageWithPadding ? padded : places.Count);
                        }
    }

    public static (float[] Output, int[] Argmax) Forward(in PoolingProblem problem, float[] input)
    {
        var output = new float[(int)(problem.Planes * problem.OutputPlaneLength)];
        var argmax = new int[output.Length];
        bool max = problem.Kind == PoolingKind.Max;
        ForEachWindow(problem, (at, places, divisor) =>
        {
            if (!max)
            {
                output[at] = divisor == 0 ? 0 : (float)(places.Sum(p => (double)input[p.Input]) / divisor);
                return;
            }

            output[at] = float.NegativeInfinity;
            for (int i = 0; i < places.Count; i++)
            {
                float x = input[places[i].Input];
                bool wins = i == 0 || x > output[at] || (float.IsNaN(x) && !float.IsNaN(output[at]));
                if (wins) (output[at], argmax[at]) = (x, places[i].Number);
            }
        });
        return (output, argmax);
    }

    public static float[] Gradient(in PoolingProblem problem, float[] outputGradient, int[] argmax)
    {
        var gradient = new double[(int)(problem.Planes * problem.InputPlaneLength)];
        bool max = problem.Kind == PoolingKind.Max;
        ForEachWindow(problem, (at, places, divisor) =>
        {
            foreach (var (number, input) in places)
            {
                if (!max) gradient[input] += (double)outputGradient[at] / divisor;
                else if (number == argmax[at]) gradient[input] += outputGradient[at];
            }
        });
        return Array.ConvertAll(gradient, g => (float)g);
    }

    private static int At(PoolingAxis axis, int output, int tap) => (output * axis.Stride) - axis.PadBegin + (tap * axis.Dilation);

    private static bool IsIn(PoolingAxis axis, int at) => at >= 0 && at < axis.Input;
}
