using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>
/// What convolutions of all ranks share: [N, <c>inChannels</c>, spatial...] to [N, <c>outChannels</c>, spatial...], as cross-correlation, which is
/// what frameworks call convolution.
/// </summary>
public abstract class Convolution : Module
{
    private readonly Attributes _attributes;

    private protected Convolution(int inChannels, int outChannels, Window window, int groups, bool bias, Initialization? initialization)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new UsageException(GetType().Name, $"{inChannels} and {outChannels} channels do not divide into {groups} groups.");
        Weight = AddParameter("weight", [outChannels, inChannels / groups, .. window.Kernel], initialization ?? Initialization.He);
        if (bias) Bias = AddParameter("bias", [outChannels], Initialization.Zeros);
        _attributes = groups == 1 ? window.Attributes : window.Attributes.With("group", groups);
    }

    /// <summary>The filters, [outChannels, inChannels / groups, kernel...].</summary>
    public Parameter Weight { get; }

    /// <summary>One entry a filter, [outChannels]; null where there is none.</summary>
    public Parameter? Bias { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Conv(Weight.In(x), Bias?.In(x), _attributes, Path);
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
public sealed class Conv1d(
    int inChannels, int outChannels, int kernel, int stride = 1, int padding = 0, int dilation = 1, int groups = 1, bool bias = true,
    Initialization? initialization = null)
    : Convolution(inChannels, outChannels, new Window([kernel], [stride], [padding], [dilation]), groups, bias, initialization);

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
public sealed class Conv2d(
    int inChannels, int outChannels, Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, Extent2d? dilation = null,
    int groups = 1, bool bias = true, Initialization? initialization = null)
    : Convolution(
        inChannels, outChannels, new Window(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), dilation?.ToArray()), groups, bias, initialization);

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
public sealed class Conv3d(
    int inChannels, int outChannels, Extent3d kernel, Extent3d? stride = null, Extent3d? padding = null, Extent3d? dilation = null,
    int groups = 1, bool bias = true, Initialization? initialization = null)
    : Convolution(
        inChannels, outChannels, new Window(kernel.ToArray(), stride?.ToArray(), padding?.ToArray(), dilation?.ToArray()), groups, bias, initialization);
