namespace Interop.LibTorch.Translation;

/// <summary>Convolution and its transpose. libtorch pads both ends alike; where the node does not, padding is a step of its own.</summary>
internal static class Convolutions
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("Conv", Conv),
        new("ConvTranspose", ConvTranspose),
    ];

    private static TorchSlot Conv(TorchNode n)
    {
        var window = SpatialWindow.Of(n, n.Shape(1).ToLongs()[2..], n.OutputShape());
        var (x, padding) = (n[0], window.Begin);
        if (!window.IsSymmetric)
        {
            x = n.Call("constant_pad_nd", x, SpatialWindow.InnermostFirst(window.Begin, window.End), 0.0);
            padding = new long[window.Rank];
        }

        return n.Call(
            "convolution", x, n[1], n.Optional(2), window.Strides, padding, window.Dilations, false, new long[window.Rank],
            n.Attributes.Int("group", 1));
    }

    private static TorchSlot ConvTranspose(TorchNode n)
    {
        long[] kernel = n.Shape(1).ToLongs()[2..], extra = n.Attributes.Ints("output_padding") ?? new long[kernel.Length];
        long[] strides = n.Attributes.Ints("strides") ?? SpatialWindow.Repeat(1, kernel.Length);
        long[] dilations = n.Attributes.Ints("dilations") ?? SpatialWindow.Repeat(1, kernel.Length);
        var (begin, end) = Cropping(n, kernel, strides, dilations, extra);
        long group = n.Attributes.Int("group", 1);
        if (begin.AsSpan().SequenceEqual(end) && begin.All(p => p >= 0))
            return n.Call("convolution", n[0], n[1], n.Optional(2), strides, begin, dilations, true, extra, group);

        // The bias comes last: it also counts where the result reaches beyond what any input touches.
        var full = n.Call("convolution", n[0], n[1], TorchArgument.None, strides, new long[kernel.Length], dilations, true, extra, group);
        long[] minusBegin = Array.ConvertAll(begin, p => -p), minusEnd = Array.ConvertAll(end, p => -p);
        var cut = n.Call("constant_pad_nd", full, SpatialWindow.InnermostFirst(minusBegin, minusEnd), 0.0);
        return n.Has(2) ? n.Call("add.Tensor", cut, n.Reshape(n[2], [-1, .. SpatialWindow.Repeat(1, kernel.Length)])) : cut;
    }

    /// <summary>How much of the full result falls away at each end.</summary>
    private static (long[] Begin, long[] End) Cropping(TorchNode n, long[] kernel, long[] strides, long[] dilations, long[] extra)
    {
        int rank = kernel.Length;
        string auto = n.Attributes.String("auto_pad", "NOTSET");
        bool outputGiven = n.Attributes.Ints("output_shape") is not null;
        if (!outputGiven && auto is "NOTSET" or "VALID")
        {
            long[] pads = (auto == "NOTSET" ? n.Attributes.Ints("pads") : null) ?? new long[2 * rank];
            return (pads[..rank], pads[rank..]);
        }

        long[] begin = new long[rank], end = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            long full = (strides[i] * (n.Shape(0)[i + 2] - 1)) + extra[i] + (dilations[i] * (kernel[i] - 1)) + 1;
            long total = full - n.OutputShape()[i + 2];

            // Where the result is larger than the full one, zeros follow at its end.
            begin[i] = total < 0 ? 0 : auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
            end[i] = total - begin[i];
        }

        return (begin, end);
    }
}
