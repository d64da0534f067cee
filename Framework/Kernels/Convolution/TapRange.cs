namespace Framework.Kernels.Convolution;

/// <summary>Where along an axis a tap meets the input, and not the pads.</summary>
internal static class TapRange
{
    /// <summary>The output's positions, from the first to before the last.</summary>
    /// <param name="displacement">Where the tap lies in the input at the output's first position; negative within the pads.</param>
    /// <param name="stride">Steps of the filter.</param>
    /// <param name="input">The input's extent.</param>
    /// <param name="output">The output's extent.</param>
    public static (int From, int To) Of(int displacement, int stride, int input, int output)
    {
        int from = displacement >= 0 ? 0 : (stride - 1 - displacement) / stride;
        int to = displacement >= input ? 0 : ((input - 1 - displacement) / stride) + 1;
        return (from, Math.Max(from, Math.Min(to, output)));
    }
}
