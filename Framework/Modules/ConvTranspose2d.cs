using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>
/// Transposed convolution of [N, <c>inChannels</c>, H, W] to [N, <c>outChannels</c>, H', W']: what the gradient of a convolution does to its output.
/// Each place of the input puts a filter into the output, <c>stride</c> places apart; H' = (H - 1) stride - 2 padding + kernel + output padding.
/// </summary>
public sealed class ConvTranspose2d : Module
{
    private readonly Parameter? _bias;
    private readonly Attributes _attributes;

    /// <summary>Makes the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernel">Height and width of a filter.</param>
    /// <param name="stride">Step between filters in the output.</param>
    /// <param name="padding">Places cut off the output, on each side.</param>
    /// <param name="outputPadding">Places added to the output's end, of those that a convolution with this stride would not tell apart.</param>
    /// <param name="dilation">Step between the taps of a filter.</param>
    /// <param name="groups">Groups of channels that do not see each other.</param>
    /// <param name="bias">Whether each output channel has a bias.</param>
    /// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/> over the taps that meet in a place.</param>
    public ConvTranspose2d(
        int inChannels, int outChannels, Extent2d kernel, Extent2d? stride = null, Extent2d? padding = null, Extent2d? outputPadding = null,
        Extent2d? dilation = null, int groups = 1, bool bias = true, Initialization? initialization = null)
    {
        if (groups < 1 || inChannels % groups != 0 || outChannels % groups != 0)
            throw new UsageException("ConvTranspose2d", $"{inChannels} and {outChannels} channels do not divide into {groups} groups.");
        var step = stride ?? 1;
        double meeting = inChannels / groups * (double)(kernel.Height * kernel.Width) / (step.Height * step.Width);
        Weight = AddParameter(
            "weight",
            [inChannels, outChannels / groups, kernel.Height, kernel.Width],
            initialization ?? Initialization.Gaussian(Math.Sqrt(2 / meeting)));
        if (bias) _bias = AddParameter("bias", [outChannels], Initialization.Zeros);
        _attributes = new Window(kernel.ToArray(), step.ToArray(), padding?.ToArray(), dilation?.ToArray()).Attributes;
        if (outputPadding is { } more && more != 0) _attributes = _attributes.With("output_padding", new long[] { more.Height, more.Width });
        if (groups != 1) _attributes = _attributes.With("group", groups);
    }

    /// <summary>The filters, [inChannels, outChannels / groups, height, width].</summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x) => x.ConvTranspose(Weight.In(x), _bias?.In(x), _attributes, Path);
}
