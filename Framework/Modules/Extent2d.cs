using Framework.Graphs;

namespace Framework.Modules;

/// <summary>A height and a width; one number stands for both.</summary>
/// <param name="Height">Along the rows' axis.</param>
/// <param name="Width">Along the columns' axis.</param>
public readonly record struct Extent2d(int Height, int Width)
{
    /// <summary>The same height and width.</summary>
    public static implicit operator Extent2d(int side) => new(side, side);

    /// <summary>Height and width.</summary>
    public static implicit operator Extent2d((int Height, int Width) pair) => new(pair.Height, pair.Width);

    /// <summary>ONNX's attributes of a window; what has its usual value is left out, but for <c>kernel_shape</c>.</summary>
    internal static Attributes Window(Extent2d kernel, Extent2d? stride, Extent2d? padding, Extent2d? dilation = null)
    {
        var attributes = new Attributes { ["kernel_shape"] = kernel.Pair() };
        if (stride is { } s && s != 1) attributes.Add("strides", s.Pair());
        if (padding is { } p && p != 0) attributes.Add("pads", new long[] { p.Height, p.Width, p.Height, p.Width });
        if (dilation is { } d && d != 1) attributes.Add("dilations", d.Pair());
        return attributes;
    }

    private long[] Pair() => [Height, Width];
}
