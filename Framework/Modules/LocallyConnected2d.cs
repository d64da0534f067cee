using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>
/// Unshared convolution: the windows of a convolution, but every place of the output has weights of its own (Goodfellow, Bengio and Courville
/// 2016, section 9.5, equation 9.9). [N, C, H, W] to [N, M, H', W'].
/// </summary>
/// <remarks>
/// In ONNX's operators: a convolution with one-hot filters lays each window's taps out along the channels, which is exact, and a MatMul with
/// one matrix for each place does the rest.
/// </remarks>
public sealed class LocallyConnected2d : Module
{
    private readonly Parameter? _bias;
    private readonly Attributes _window;
    private readonly int _inChannels;
    private readonly int _taps;

    /// <summary>Makes the layer for images of one size.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="input">Height and width of the input.</param>
    /// <param name="kernel">Height and width of a window.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="padding">Zeros put around the image, on each side.</param>
    /// <param name="bias">Whether each place of each output channel has a bias.</param>
    /// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/> over one window.</param>
    public LocallyConnected2d(
        int inChannels, int outChannels, Extent2d input, Extent2d kernel, int stride = 1, int padding = 0, bool bias = true,
        Initialization? initialization = null)
    {
        Output = new Extent2d(Places(input.Height, kernel.Height), Places(input.Width, kernel.Width));
        _inChannels = inChannels;
        _taps = kernel.Height * kernel.Width;
        _window = new Window(kernel.ToArray(), [stride, stride], [padding, padding]).Attributes.With("group", inChannels);
        Weight = AddParameter(
            "weight", [outChannels, inChannels, kernel.Height, kernel.Width, Output.Height, Output.Width],
            initialization ?? Initialization.Gaussian(Math.Sqrt(2.0 / (inChannels * _taps))));
        if (bias) _bias = AddParameter("bias", [outChannels, Output.Height, Output.Width], Initialization.Zeros);

        int Places(int extent, int window) => extent + (2 * padding) >= window
            ? ((extent + (2 * padding) - window) / stride) + 1
            : throw new Errors.ShapeException(
                "LocallyConnected2d", $"the window of {window} does not fit the input's {extent} and its padding of {2 * padding}.");
    }

    /// <summary>Height and width of the output.</summary>
    public Extent2d Output { get; }

    /// <summary>The weights, [outChannels, inChannels, kernel height, kernel width, output height, output width].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        int outputs = Weight.Shape[0], taps = _inChannels * _taps, places = Output.Height * Output.Width;
        var windows = x.Conv(x.Owner.Fixed(OneHotFilters()), null, _window, $"{Path}.windows");
        var byPlace = windows.Reshape([0, taps, places]).Transpose(2, 0, 1);
        var matrices = Weight.In(x).Reshape([outputs, taps, places]).Transpose(2, 1, 0);
        var y = byPlace.MatMul(matrices).Transpose(1, 2, 0).Reshape([0, outputs, Output.Height, Output.Width]);
        return _bias is null ? y : y + _bias.In(x);
    }

    // [channels x taps, 1, kernel...]: filter t of a channel picks tap t.
    private Tensor OneHotFilters()
    {
        var filters = new Tensor(ElementType.Float32, [_inChannels * _taps, 1, Weight.Shape[2], Weight.Shape[3]]);
        var data = filters.AsSpan<float>();
        for (int filter = 0; filter < _inChannels * _taps; filter++) data[(filter * _taps) + (filter % _taps)] = 1;
        return filters;
    }
}
