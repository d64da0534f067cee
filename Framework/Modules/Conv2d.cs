using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>Two-dimensional convolution (cross-correlation, as everywhere) of [N, <c>inChannels</c>, H, W] to [N, <c>outChannels</c>, H', W'].</summary>
public sealed class Conv2d : Module
{
    private readonly Attributes _attributes;
    private readonly Parameter? _bias;

    /// <summary>Makes the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output: the number of filters.</param>
    /// <param name="kernel">Height and width of a filter.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="padding">Zeros put around the image, on each side.</param>
    /// <param name="dilation">Step between the taps of a filter.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Whether each filter has a bias.</param>
    /// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/>.</param>
    public Conv2d(
        int inChannels, int outChannels, Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, Extent2d? dilation = null,
        int groups = 1, bool bias = true, Initialization? initialization = null)
    {
        if (inChannels % groups != 0 || outChannels % groups != 0)
            throw new Errors.UsageException("Conv2d", $"{inChannels} and {outChannels} channels do not divide into {groups} groups.");
        Weight = AddParameter("weight", [outChannels, inChannels / groups, kernel.Height, kernel.Width], initialization ?? Initialization.He);
        if (bias) _bias = AddParameter("bias", [outChannels], Initialization.Zeros);
        _attributes = Extent2d.Window(kernel, stride, padding, dilation);
        if (groups != 1) _attributes = _attributes.With("group", groups);
    }

    /// <summary>The filters, [outChannels, inChannels / groups, height, width].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.Conv(Weight.In(x), _bias?.In(x), _attributes, Path);
}
