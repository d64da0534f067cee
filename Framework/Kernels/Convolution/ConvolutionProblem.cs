using Framework.Kernels.Gemm;

namespace Framework.Kernels.Convolution;

/// <summary>
/// A convolution (cross-correlation, as ONNX's Conv) of up to three axes, its gradients included: extents and what is fused
/// behind the sum, activation(convolution + bias + residual). Validated here once, and trusted by the kernels.
/// </summary>
/// <remarks>Weights lie as [output channels][input channels / groups][kernel depth][kernel height][kernel width].</remarks>
public readonly record struct ConvolutionProblem
{
    private readonly Extents _stride = Extents.One;
    private readonly Extents _dilation = Extents.One;
    private readonly Padding _padBegin;
    private readonly Padding _padEnd;
    private readonly int _groups = 1;

    /// <summary>A convolution with strides, dilations and groups of 1 and without pads; object initializers set the others.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="inputChannels">Channels of the input.</param>
    /// <param name="outputChannels">Channels of the output: the number of filters.</param>
    /// <param name="input">Extents of the input.</param>
    /// <param name="kernel">Extents of a filter.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public ConvolutionProblem(int batch, int inputChannels, int outputChannels, Extents input, Extents kernel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(inputChannels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputChannels, 1);
        Batch = batch;
        InputChannels = inputChannels;
        OutputChannels = outputChannels;
        Input = AtLeastOne(input);
        Kernel = AtLeastOne(kernel);
    }

    /// <summary>Images.</summary>
    public int Batch { get; }

    /// <summary>Channels of the input.</summary>
    public int InputChannels { get; }

    /// <summary>Channels of the output.</summary>
    public int OutputChannels { get; }

    /// <summary>Extents of the input.</summary>
    public Extents Input { get; }

    /// <summary>Extents of a filter.</summary>
    public Extents Kernel { get; }

    /// <summary>Steps of the filter; at least 1.</summary>
    public Extents Stride
    {
        get => _stride;
        init => _stride = AtLeastOne(value);
    }

    /// <summary>Distances between the filter's taps; at least 1.</summary>
    public Extents Dilation
    {
        get => _dilation;
        init => _dilation = AtLeastOne(value);
    }

    /// <summary>Zeros before the input; at least 0.</summary>
    public Padding PadBegin
    {
        get => _padBegin;
        init => _padBegin = NotNegative(value);
    }

    /// <summary>Zeros behind the input; at least 0.</summary>
    public Padding PadEnd
    {
        get => _padEnd;
        init => _padEnd = NotNegative(value);
    }

    /// <summary>Parts that the channels fall into, each convolved by itself; divides both numbers of channels.</summary>
    public int Groups
    {
        get => _groups;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            if (InputChannels % value != 0 || OutputChannels % value != 0)
                throw new ArgumentOutOfRangeException(nameof(value), value, "Groups must divide the channels of input and output.");
            _groups = value;
        }
    }

    /// <summary>Whether a number is added to each output channel.</summary>
    public bool HasBias { get; init; }

    /// <summary>Whether a tensor of the output's shape and layout is added.</summary>
    public bool HasResidual { get; init; }

    /// <summary>What is applied last.</summary>
    public FusedActivation Activation { get; init; }

    /// <summary>Extents of the output: floor((input + pads - dilated kernel) / stride) + 1.</summary>
    /// <exception cref="InvalidOperationException">The dilated kernel is larger than the padded input.</exception>
    public Extents Output => new(
        OutputExtent(Input.Depth, Kernel.Depth, Stride.Depth, Dilation.Depth, PadBegin.Depth + PadEnd.Depth),
        OutputExtent(Input.Height, Kernel.Height, Stride.Height, Dilation.Height, PadBegin.Height + PadEnd.Height),
        OutputExtent(Input.Width, Kernel.Width, Stride.Width, Dilation.Width, PadBegin.Width + PadEnd.Width));

    /// <summary>Input channels that a filter sees.</summary>
    public int InputChannelsOfGroup => InputChannels / Groups;

    /// <summary>Output channels of a group.</summary>
    public int OutputChannelsOfGroup => OutputChannels / Groups;

    /// <summary>Taps of a filter in one channel.</summary>
    public int Taps => Kernel.Volume;

    /// <summary>Numbers in the weights.</summary>
    public nint WeightCount => (nint)OutputChannels * InputChannelsOfGroup * Taps;

    /// <summary>Multiply-adds, those with padding zeros included.</summary>
    public long MultiplyAdds => (long)Batch * Output.Volume * OutputChannels * InputChannelsOfGroup * Taps;

    private static int OutputExtent(int input, int kernel, int stride, int dilation, int pads)
    {
        int room = input + pads - ((dilation * (kernel - 1)) + 1);
        if (room < 0) throw new InvalidOperationException($"A kernel of {kernel} with dilation {dilation} does not fit {input} with pads of {pads}.");
        return (room / stride) + 1;
    }

    private static Extents AtLeastOne(Extents extents)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Math.Min(extents.Depth, Math.Min(extents.Height, extents.Width)), 1, nameof(extents));
        return extents;
    }

    private static Padding NotNegative(Padding padding)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Math.Min(padding.Depth, Math.Min(padding.Height, padding.Width)), nameof(padding));
        return padding;
    }
}
