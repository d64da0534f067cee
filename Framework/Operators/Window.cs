using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// The sliding window of convolution and pooling over any number of spatial axes: attributes <c>kernel_shape</c>, <c>strides</c>,
/// <c>dilations</c>, <c>pads</c>, <c>auto_pad</c> and <c>ceil_mode</c> resolved against an input.
/// </summary>
internal sealed class Window
{
    private Window(int[] kernel, int[] strides, int[] dilations, int[] padsBegin, int[] padsEnd, int[] input, int[] output)
    {
        Kernel = kernel;
        Strides = strides;
        Dilations = dilations;
        PadsBegin = padsBegin;
        PadsEnd = padsEnd;
        Input = input;
        Output = output;
    }

    public int[] Kernel { get; }

    public int[] Strides { get; }

    public int[] Dilations { get; }

    public int[] PadsBegin { get; }

    public int[] PadsEnd { get; }

    /// <summary>Spatial extents of the input.</summary>
    public int[] Input { get; }

    /// <summary>Spatial extents of the output.</summary>
    public int[] Output { get; }

    public int Rank => Kernel.Length;

    /// <summary>Spatial extents of the output, floor((N - F + 2P) / S) + 1 or with ceiling, where the input may be symbolic.</summary>
    public static SymbolicShape OutputExtents(Inference inference, SymbolicShape input, long[] kernel)
    {
        int rank = kernel.Length;
        var a = inference.Attributes;
        if (input.Rank != rank) throw inference.Fail($"the input has {input.Rank} spatial axes, the kernel [{string.Join(',', kernel)}] has {rank}.");
        var (strides, dilations, pads) = (Ints(a, "strides", rank, 1), Ints(a, "dilations", rank, 1), Ints(a, "pads", 2 * rank, 0));
        CheckLength(inference, "strides", strides, rank);
        CheckLength(inference, "dilations", dilations, rank);
        CheckLength(inference, "pads", pads, 2 * rank);
        if (kernel.Concat(strides).Concat(dilations).Any(n => n is < 1 or > int.MaxValue))
            throw inference.Fail($"kernel, strides and dilations must be from 1 to {int.MaxValue}.");
        string auto = a.String("auto_pad", "NOTSET");
        bool ceil = a.Int("ceil_mode", 0) != 0;
        var result = new Dimension[rank];
        for (int i = 0; i < rank; i++)
        {
            long reach = checked((dilations[i] * (kernel[i] - 1)) + 1);
            switch (auto)
            {
                case "SAME_UPPER" or "SAME_LOWER":
                    result[i] = input[i].Divide(strides[i], ceiling: true);
                    break;
                case "NOTSET" or "VALID":
                    long padding = auto == "VALID" ? 0 : checked(pads[i] + pads[rank + i]);
                    if (input[i].IsKnown && input[i].Value + padding < reach)
                        throw inference.Fail($"the window of {reach} does not fit the {input[i]} and the padding of {padding} of spatial axis {i}.");
                    result[i] = (input[i] + (padding - reach)).Divide(strides[i], ceil) + 1;

                    // With ceiling a last window that would begin in the padding after the end is left out.
                    if (ceil && result[i].IsKnown
                        && (result[i].Value - 1) * strides[i] >= input[i].Value + (auto == "VALID" ? 0 : pads[i])) result[i] -= 1;
                    break;
                default:
                    throw inference.Fail($"auto_pad '{auto}' is not NOTSET, VALID, SAME_UPPER or SAME_LOWER.");
            }
        }

        return new SymbolicShape(result);
    }

    /// <summary>The window over known extents, which inference has checked.</summary>
    public static Window Of(Attributes a, ReadOnlySpan<int> input, ReadOnlySpan<int> kernel, ReadOnlySpan<int> output)
    {
        int rank = kernel.Length;
        int[] strides = Narrow(Ints(a, "strides", rank, 1)), dilations = Narrow(Ints(a, "dilations", rank, 1)),
            pads = Narrow(Ints(a, "pads", 2 * rank, 0));
        int[] begin = pads[..rank], end = pads[rank..];
        string auto = a.String("auto_pad", "NOTSET");
        if (auto == "VALID")
        {
            begin = new int[rank];
            end = new int[rank];
        }
        else if (auto != "NOTSET")
        {
            for (int i = 0; i < rank; i++)
            {
                int total = Math.Max(0, ((output[i] - 1) * strides[i]) + (dilations[i] * (kernel[i] - 1)) + 1 - input[i]);
                begin[i] = auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end[i] = total - begin[i];
            }
        }

        return new Window(kernel.ToArray(), strides, dilations, begin, end, input.ToArray(), output.ToArray());
    }

    /// <summary>
    /// The window of a transposed convolution from <paramref name="small"/> to <paramref name="large"/> extents, which inference has checked: that
    /// of the convolution back, whose input is the large and whose output the small one.
    /// </summary>
    public static Window Transposed(Attributes a, ReadOnlySpan<int> small, ReadOnlySpan<int> kernel, ReadOnlySpan<int> large)
    {
        int rank = kernel.Length;
        int[] strides = Narrow(Ints(a, "strides", rank, 1)), dilations = Narrow(Ints(a, "dilations", rank, 1)),
            pads = Narrow(Ints(a, "pads", 2 * rank, 0));
        int[] begin = pads[..rank], end = pads[rank..];
        string auto = a.String("auto_pad", "NOTSET");
        if (auto == "VALID" || auto.StartsWith("SAME", StringComparison.Ordinal) || a.Has("output_shape"))
        {
            int[] further = Narrow(Ints(a, "output_padding", rank, 0));
            for (int i = 0; i < rank; i++)
            {
                int total = Math.Max(0, (strides[i] * (small[i] - 1)) + further[i] + (dilations[i] * (kernel[i] - 1)) + 1 - large[i]);
                if (auto == "VALID" && !a.Has("output_shape")) total = 0;
                begin[i] = auto == "SAME_UPPER" ? total / 2 : total - (total / 2);
                end[i] = total - begin[i];
            }
        }

        return new Window(kernel.ToArray(), strides, dilations, begin, end, large.ToArray(), small.ToArray());
    }

    /// <summary>
    /// Spatial extents of a transposed convolution's output, (N - 1) S + F - 2P + further padding, where the input may be symbolic.
    /// </summary>
    public static SymbolicShape TransposedExtents(Inference inference, SymbolicShape input, long[] kernel)
    {
        int rank = kernel.Length;
        var a = inference.Attributes;
        var (strides, dilations, pads, further) = (Ints(a, "strides", rank, 1), Ints(a, "dilations", rank, 1), Ints(a, "pads", 2 * rank, 0),
            Ints(a, "output_padding", rank, 0));
        CheckLength(inference, "strides", strides, rank);
        CheckLength(inference, "dilations", dilations, rank);
        CheckLength(inference, "pads", pads, 2 * rank);
        CheckLength(inference, "output_padding", further, rank);
        if (kernel.Concat(strides).Concat(dilations).Any(n => n is < 1 or > int.MaxValue))
            throw inference.Fail($"kernel, strides and dilations must be from 1 to {int.MaxValue}.");
        if (a.Ints("output_shape") is { } said)
        {
            CheckLength(inference, "output_shape", said, rank);
            return new SymbolicShape(Array.ConvertAll(said, e => (Dimension)e));
        }

        var result = new Dimension[rank];
        for (int i = 0; i < rank; i++)
        {
            long reach = checked((dilations[i] * (kernel[i] - 1)) + 1);
            result[i] = a.String("auto_pad", "NOTSET") switch
            {
                "SAME_UPPER" or "SAME_LOWER" => input[i] * strides[i],
                "VALID" => ((input[i] - 1) * strides[i]) + (reach + further[i]),
                "NOTSET" => ((input[i] - 1) * strides[i]) + (reach + further[i] - pads[i] - pads[rank + i]),
                var auto => throw inference.Fail($"auto_pad '{auto}' is not NOTSET, VALID, SAME_UPPER or SAME_LOWER."),
            };
            if (result[i].IsKnown && result[i].Value < 0) throw inference.Fail($"the padding cuts off more than there is along spatial axis {i}.");
        }

        return new SymbolicShape(result);
    }

    /// <summary>
    /// The attributes with which a transposed convolution goes from this window's output back to its input: paddings at the end and further
    /// padding such that the extents come out.
    /// </summary>
    public Attributes Back(long group)
    {
        var end = new long[Rank];
        var further = new long[Rank];
        for (int i = 0; i < Rank; i++)
        {
            int excess = ((Output[i] - 1) * Strides[i]) + (Dilations[i] * (Kernel[i] - 1)) + 1 - PadsBegin[i] - Input[i];
            (end[i], further[i]) = (Math.Max(0, excess), Math.Max(0, -excess));
        }

        return new Attributes
        {
            ["strides"] = Widen(Strides),
            ["dilations"] = Widen(Dilations),
            ["group"] = group,
            ["pads"] = (long[])[.. Widen(PadsBegin), .. end],
            ["output_padding"] = further,
        };
    }

    /// <summary>The same window written down without <c>auto_pad</c>.</summary>
    public Attributes Explicit(long group) => new()
    {
        ["strides"] = Widen(Strides),
        ["dilations"] = Widen(Dilations),
        ["group"] = group,
        ["pads"] = (long[])[.. Widen(PadsBegin), .. Widen(Reached())],
    };

    // The padding behind as far as the last window reaches, which with ceil_mode is beyond what was asked for.
    private int[] Reached()
    {
        int[] pads = [.. PadsEnd];
        for (int i = 0; i < pads.Length; i++)
            pads[i] = Math.Max(pads[i], ((Output[i] - 1) * Strides[i]) + (Dilations[i] * (Kernel[i] - 1)) + 1 - Input[i] - PadsBegin[i]);
        return pads;
    }

    /// <summary>
    /// The places that each output place's window covers, as (output, kernel, input) offsets into row-major spatial blocks; places in the padding
    /// are left out. Computed once and replayed for every channel.
    /// </summary>
    public IEnumerable<(int Output, int Kernel, int Input)> Taps()
    {
        var output = new int[Rank];
        var tap = new int[Rank];
        int outputs = Product(Output), taps = Product(Kernel);
        for (int o = 0; o < outputs; o++)
        {
            Unravel(o, Output, output);
            for (int k = 0; k < taps; k++)
            {
                Unravel(k, Kernel, tap);
                int offset = 0;
                bool inside = true;
                for (int i = 0; i < Rank && inside; i++)
                {
                    int at = (output[i] * Strides[i]) - PadsBegin[i] + (tap[i] * Dilations[i]);
                    inside = at >= 0 && at < Input[i];
                    offset = (offset * Input[i]) + at;
                }

                if (inside) yield return (o, k, offset);
            }
        }
    }

    /// <summary>
    /// For each tap and, within it, each output place the offset of the input place that it covers, or -1 in the padding: the same as
    /// <see cref="Taps"/>, as a table.
    /// </summary>
    public int[] Places()
    {
        int[] table = [0];
        int outputs = 1;
        for (int axis = 0; axis < Rank; axis++)
        {
            var wider = new int[table.Length * Kernel[axis] * Output[axis]];
            for (int to = 0; to < wider.Length; to++)
            {
                int rest = Math.DivRem(to, Output[axis], out int o);
                rest = Math.DivRem(rest, outputs, out int outerOutput);
                int outerTap = Math.DivRem(rest, Kernel[axis], out int k);
                int outer = table[(outerTap * outputs) + outerOutput], at = (o * Strides[axis]) - PadsBegin[axis] + (k * Dilations[axis]);
                wider[to] = outer < 0 || at < 0 || at >= Input[axis] ? -1 : (outer * Input[axis]) + at;
            }

            table = wider;
            outputs *= Output[axis];
        }

        return table;
    }

    /// <summary>How many taps of an output place's window lie within the input and its declared padding.</summary>
    public int PaddedTaps(int outputPlace)
    {
        var output = new int[Rank];
        Unravel(outputPlace, Output, output);
        int count = 1;
        for (int i = 0; i < Rank; i++)
        {
            int along = 0;
            for (int k = 0; k < Kernel[i]; k++)
            {
                if ((output[i] * Strides[i]) - PadsBegin[i] + (k * Dilations[i]) < Input[i] + PadsEnd[i]) along++;
            }

            count *= along;
        }

        return count;
    }

    public static int Product(ReadOnlySpan<int> extents)
    {
        int product = 1;
        foreach (int extent in extents) product *= extent;
        return product;
    }

    private static void Unravel(int index, int[] extents, int[] place)
    {
        for (int i = extents.Length - 1; i >= 0; i--) index = Math.DivRem(index, extents[i], out place[i]);
    }

    private static void CheckLength(Inference inference, string name, long[] values, int length)
    {
        if (values.Length != length)
            throw inference.Fail($"{name} [{string.Join(',', values)}] has {values.Length} entries; {length} fit the kernel.");
        if (values.Any(v => v is < 0 or > int.MaxValue))
            throw inference.Fail($"{name} [{string.Join(',', values)}] has an entry outside 0 to 2,147,483,647.");
    }

    private static long[] Ints(Attributes attributes, string name, int length, long fallback) =>
        attributes.Ints(name) ?? [.. Enumerable.Repeat(fallback, length)];

    private static long[] Widen(int[] values) => Array.ConvertAll(values, v => (long)v);

    private static int[] Narrow(long[] values) => Array.ConvertAll(values, v => (int)v);
}
