using Framework.Graphs;

namespace Framework.Modules;

/// <summary>The sliding window of convolution and pooling, over any number of spatial axes. What is left out has its usual value.</summary>
/// <param name="Kernel">Extents of the window.</param>
/// <param name="Stride">Steps of the window.</param>
/// <param name="Padding">Places put around the input, on each side.</param>
/// <param name="Dilation">Steps between the taps.</param>
internal sealed record Window(int[] Kernel, int[]? Stride = null, int[]? Padding = null, int[]? Dilation = null)
{
    /// <summary>ONNX's attributes; only <c>kernel_shape</c> is written where it has its usual value.</summary>
    public Attributes Attributes
    {
        get
        {
            var attributes = new Attributes { ["kernel_shape"] = Long(Kernel) };
            if (Stride?.Any(s => s != 1) == true) attributes.Add("strides", Long(Stride));
            if (Padding?.Any(p => p != 0) == true) attributes.Add("pads", Long([.. Padding, .. Padding]));
            if (Dilation?.Any(d => d != 1) == true) attributes.Add("dilations", Long(Dilation));
            return attributes;
        }
    }

    private static long[] Long(int[] values) => Array.ConvertAll(values, v => (long)v);
}
