using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>The window of a convolution or pooling node, with its padding resolved.</summary>
/// <param name="Kernel">Extents of the window.</param>
/// <param name="Strides">Steps between windows.</param>
/// <param name="Dilations">Steps within a window.</param>
/// <param name="Begin">Padding before the input.</param>
/// <param name="End">Padding after the input, as the node says.</param>
/// <param name="Reached">
/// Padding after the input as far as the last window reaches; negative where it leaves the input's end unread.
/// </param>
internal sealed record SpatialWindow(long[] Kernel, long[] Strides, long[] Dilations, long[] Begin, long[] End, long[] Reached)
{
    /// <summary>The number of spatial axes.</summary>
    public int Rank => Kernel.Length;

    /// <summary>Whether padding is the same on both sides: the only kind that libtorch's own operators have.</summary>
    public bool IsSymmetric => Begin.AsSpan().SequenceEqual(End);

    /// <summary>The window of a node that makes <paramref name="output"/> out of its first input, [N, C, spatial...].</summary>
    public static SpatialWindow Of(TorchNode n, long[] kernel, Shape output)
    {
        int rank = kernel.Length;
        long[] strides = n.Attributes.Ints("strides") ?? Repeat(1, rank), dilations = n.Attributes.Ints("dilations") ?? Repeat(1, rank);
        long[] pads = n.Attributes.Ints("pads") ?? new long[2 * rank];
        string auto = n.Attributes.String("auto_pad", "NOTSET");
        if (auto == "VALID") pads = new long[2 * rank];
        long[] begin = pads[..rank], end = pads[rank..], reached = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            long total = ((output[i + 2] - 1) * strides[i]) + (dilations[i] * (kernel[i] - 1)) + 1 - n.Shape(0)[i + 2];
            if (auto is "SAME_UPPER" or "SAME_LOWER")
            {
                long needed = Math.Max(0, total);
                begin[i] = auto == "SAME_UPPER" ? needed / 2 : needed - (needed / 2);
                end[i] = needed - begin[i];
            }

            reached[i] = total - begin[i];
        }

        return new SpatialWindow(kernel, strides, dilations, begin, end, reached);
    }

    /// <summary>An axis-wise padding as <c>constant_pad_nd</c> takes it: last axis first.</summary>
    public static long[] InnermostFirst(ReadOnlySpan<long> begin, ReadOnlySpan<long> end)
    {
        var pads = new long[2 * begin.Length];
        for (int i = 0; i < begin.Length; i++) (pads[^((2 * i) + 2)], pads[^((2 * i) + 1)]) = (begin[i], end[i]);
        return pads;
    }

    public static long[] Repeat(long value, int count)
    {
        var values = new long[count];
        Array.Fill(values, value);
        return values;
    }
}
