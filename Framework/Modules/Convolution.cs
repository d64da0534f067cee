using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>What a window sees past the edge of the image.</summary>
public enum PaddingMode
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The image mirrored at its outermost places, which are not repeated.</summary>
    Reflect,

    /// <summary>The outermost place again and again.</summary>
    Replicate,

    /// <summary>The image's other end.</summary>
    Circular,
}

/// <summary>What a convolution does beside the usual.</summary>
public sealed record ConvolutionOptions
{
    /// <summary>The usual: cross-correlation, zeros around the image.</summary>
    public static ConvolutionOptions Default { get; } = new();

    /// <summary>
    /// Whether filters are turned around, kernel places counted backwards: convolution in the sense of mathematics, S(i, j) = sum I(i - m, j - n)
    /// K(m, n). Without, it is cross-correlation, which is what frameworks call convolution.
    /// </summary>
    public bool TrueConvolution { get; init; }

    /// <summary>
    /// Whether an input is refused whose last places no window covers because the stride does not divide what is left. Without, they are left out, as
    /// ONNX and PyTorch do: floor((N - F + 2P) / S) + 1.
    /// </summary>
    public bool ExactFit { get; init; }

    /// <summary>What lies around the image.</summary>
    public PaddingMode Padding { get; init; }
}

/// <summary>
/// What convolutions of all ranks share: [N, <c>inChannels</c>, spatial...] to [N, <c>outChannels</c>, spatial...], as cross-correlation, which is
/// what frameworks call convolution.
/// </summary>
public abstract class Convolution : Module
{
    private readonly Window _window;
    private readonly int _groups;
    private readonly ConvolutionOptions _options;

    private protected Convolution(
        int inChannels, int outChannels, Window window, int groups, bool bias, Initialization? initialization, ConvolutionOptions? options)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new UsageException(GetType().Name, $"{inChannels} and {outChannels} channels do not divide into {groups} groups.");
        Weight = AddParameter("weight", [outChannels, inChannels / groups, .. window.Kernel], initialization ?? Initialization.He);
        if (bias) Bias = AddParameter("bias", [outChannels], Initialization.Zeros);
        _window = window;
        _groups = groups;
        _options = options ?? ConvolutionOptions.Default;
    }

    /// <summary>The filters, [outChannels, inChannels / groups, kernel...].</summary>
    public Parameter Weight { get; }

    /// <summary>One entry a filter, [outChannels]; null where there is none.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var weight = Weight.In(x);
        if (_options.ExactFit) CheckFit(x);
        if (_options.TrueConvolution) weight = Turned(weight);
        var window = _window;
        if (_options.Padding != PaddingMode.Zeros && window.Padding is { } padding)
        {
            long[] pads = [0, 0, .. padding];
            x = x.Pad([.. pads, .. pads], Mode(_options.Padding));
            window = window with { Padding = null };
        }

        return x.Conv(weight, Bias?.In(x), _groups == 1 ? window.Attributes : window.Attributes.With("group", _groups), Path);
    }

    private void CheckFit(Value x)
    {
        for (int i = 0; i < _window.Kernel.Length; i++)
        {
            if (x.Shape is not { } shape || !shape[i + 2].IsKnown) continue;
            long reach = ((_window.Kernel[i] - 1) * (_window.Dilation?[i] ?? 1)) + 1;
            long padding = 2 * (_window.Padding?[i] ?? 0), stride = _window.Stride?[i] ?? 1;
            if ((shape[i + 2].Value + padding - reach) % stride == 0) continue;
            throw new ShapeException(
                $"{Path} ({GetType().Name})",
                $"windows of {reach} at every {stride}th place do not fit {shape[i + 2]} places with a padding of {padding}.",
                "Change stride or padding.");
        }
    }

    private static Value Turned(Value weight)
    {
        for (int axis = 2; axis < weight.Shape!.Rank; axis++) weight = weight.Slice(axis, -1, long.MinValue, step: -1);
        return weight;
    }

    private static string Mode(PaddingMode mode) => mode switch
    {
        PaddingMode.Reflect => "reflect",
        PaddingMode.Replicate => "edge",
        _ => "wrap",
    };
}

/// <summary>One-dimensional convolution of [N, <c>inChannels</c>, L] to [N, <c>outChannels</c>, L'].</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the output: the number of filters.</param>
/// <param name="kernel">Length of a filter.</param>
/// <param name="stride">Step of the window.</param>
/// <param name="padding">Zeros put before and after.</param>
/// <param name="dilation">Step between the taps of a filter.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether each filter has a bias.</param>
/// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/>.</param>
/// <param name="options">What it does beside the usual.</param>
public sealed class Conv1d(
    int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true,
    Initialization? initialization = null, ConvolutionOptions? options = null)
    : Convolution(inChannels, outChannels, new Window([kernel], [stride], [padding], [dilation]), groups, bias, initialization, options);

/// <summary>Two-dimensional convolution of [N, <c>inChannels</c>, H, W] to [N, <c>outChannels</c>, H', W'].</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the output: the number of filters.</param>
/// <param name="kernel">Height and width of a filter.</param>
/// <param name="stride">Step of the window.</param>
/// <param name="padding">Zeros put around the image, on each side.</param>
/// <param name="dilation">Step between the taps of a filter.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether each filter has a bias.</param>
/// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/>.</param>
/// <param name="options">What it does beside the usual.</param>
public sealed class Conv2d(
    int inChannels, int outChannels, Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, Extent2d? dilation = null,
    int groups = 1, bool bias = true, Initialization? initialization = null, ConvolutionOptions? options = null)
    : Convolution(
        inChannels, outChannels, new Window(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), dilation?.ToArray()),
        groups, bias, initialization, options);

/// <summary>Three-dimensional convolution of [N, <c>inChannels</c>, D, H, W] to [N, <c>outChannels</c>, D', H', W'].</summary>
/// <param name="inChannels">Channels of the input.</param>
/// <param name="outChannels">Channels of the output: the number of filters.</param>
/// <param name="kernel">Depth, height and width of a filter.</param>
/// <param name="stride">Step of the window.</param>
/// <param name="padding">Zeros put around the volume, on each side.</param>
/// <param name="dilation">Step between the taps of a filter.</param>
/// <param name="groups">Groups of channels that do not see each other.</param>
/// <param name="bias">Whether each filter has a bias.</param>
/// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/>.</param>
/// <param name="options">What it does beside the usual.</param>
public sealed class Conv3d(
    int inChannels, int outChannels, Extent3d kernel, Extent3d? stride = null, Extent3d? padding = null, Extent3d? dilation = null,
    int groups = 1, bool bias = true, Initialization? initialization = null, ConvolutionOptions? options = null)
    : Convolution(
        inChannels, outChannels, new Window(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), dilation?.ToArray()),
        groups, bias, initialization, options);
