using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>Two convolutions of 3x3 with batch normalisation, and around them the shortcut, H(x) = F(x) + x (He et al. 2015, figure 2).</summary>
public sealed class BasicBlock : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Shortcut? _shortcut;

    /// <summary>Makes the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="stride">Step of the first convolution.</param>
    /// <param name="shortcut">The way around; null for none, which makes the block a plain one.</param>
    /// <param name="blocks">How many blocks follow each other, see <see cref="Shortcut.LastScale"/>.</param>
    public BasicBlock(int inChannels, int outChannels, int stride, Shortcut? shortcut, int blocks = 1)
    {
        _conv1 = Add("conv1", new Conv2d(inChannels, outChannels, kernel: 3, stride: stride, padding: 1, bias: false));
        _bn1 = Add("bn1", new BatchNorm2d(outChannels));
        _conv2 = Add("conv2", new Conv2d(outChannels, outChannels, kernel: 3, padding: 1, bias: false));
        _bn2 = Add("bn2", new BatchNorm2d(outChannels, weight: shortcut is null ? Initialization.Ones : Shortcut.LastScale(blocks)));
        _shortcut = shortcut is null ? null : Add("downsample", shortcut);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var y = _bn1.Forward(_conv1.Forward(x)).Relu();
        y = _bn2.Forward(_conv2.Forward(y));
        if (_shortcut is not null) y += _shortcut.Forward(x);
        return y.Relu();
    }
}

/// <summary>
/// 1x1 to fewer channels, 3x3, 1x1 to more, each with batch normalisation, and around them the shortcut (He et al. 2015, figure 5).
/// </summary>
public sealed class Bottleneck : Module
{
    private readonly Conv2d _conv1;
    private readonly BatchNorm2d _bn1;
    private readonly Conv2d _conv2;
    private readonly BatchNorm2d _bn2;
    private readonly Conv2d _conv3;
    private readonly BatchNorm2d _bn3;
    private readonly Shortcut _shortcut;

    /// <summary>Makes the block.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="narrow">Channels inside.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="firstStride">Step of the first 1x1.</param>
    /// <param name="secondStride">Step of the 3x3.</param>
    /// <param name="shortcut">The way around.</param>
    /// <param name="blocks">How many blocks follow each other, see <see cref="Shortcut.LastScale"/>.</param>
    public Bottleneck(int inChannels, int narrow, int outChannels, int firstStride, int secondStride, Shortcut shortcut, int blocks = 1)
    {
        _conv1 = Add("conv1", new Conv2d(inChannels, narrow, kernel: 1, stride: firstStride, bias: false));
        _bn1 = Add("bn1", new BatchNorm2d(narrow));
        _conv2 = Add("conv2", new Conv2d(narrow, narrow, kernel: 3, stride: secondStride, padding: 1, bias: false));
        _bn2 = Add("bn2", new BatchNorm2d(narrow));
        _conv3 = Add("conv3", new Conv2d(narrow, outChannels, kernel: 1, bias: false));
        _bn3 = Add("bn3", new BatchNorm2d(outChannels, weight: Shortcut.LastScale(blocks)));
        _shortcut = Add("downsample", shortcut);
    }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        var y = _bn1.Forward(_conv1.Forward(x)).Relu();
        y = _bn2.Forward(_conv2.Forward(y)).Relu();
        y = _bn3.Forward(_conv3.Forward(y));
        return (y + _shortcut.Forward(x)).Relu();
    }
}

/// <summary>The way around a residual block.</summary>
public abstract class Shortcut : Module
{
    /// <summary>
    /// How the last scale of a block starts: the root of one over the number of blocks. With ones, as the paper has it, each block doubles the
    /// variance until the running statistics are learned, and a thousand layers overflow single precision.
    /// </summary>
    internal static Initialization LastScale(int blocks) => Initialization.Constant((float)Math.Sqrt(1.0 / blocks));

    /// <summary>The input itself.</summary>
    public static Shortcut Identity() => new IdentityShortcut();

    /// <summary>A 1x1 convolution with batch normalisation (the paper's option B).</summary>
    public static Shortcut Projection(int inChannels, int outChannels, int stride) => new ProjectionShortcut(inChannels, outChannels, stride);

    /// <summary>Every second row and column, and zeros for the channels that are missing: no parameters (the paper's option A).</summary>
    public static Shortcut ZeroPadding(int inChannels, int outChannels, int stride) => new ZeroPaddingShortcut(inChannels, outChannels, stride);

    private sealed class IdentityShortcut : Shortcut
    {
        public override Value Forward(Value x) => x;
    }

    private sealed class ProjectionShortcut : Shortcut
    {
        private readonly Conv2d _conv;
        private readonly BatchNorm2d _norm;

        public ProjectionShortcut(int inChannels, int outChannels, int stride)
        {
            _conv = Add("0", new Conv2d(inChannels, outChannels, kernel: 1, stride: stride, bias: false));
            _norm = Add("1", new BatchNorm2d(outChannels));
        }

        public override Value Forward(Value x) => _norm.Forward(_conv.Forward(x));
    }

    private sealed class ZeroPaddingShortcut(int inChannels, int outChannels, int stride) : Shortcut
    {
        // A pool of one place picks rows and columns.
        public override Value Forward(Value x)
        {
            if (stride != 1) x = x.MaxPool(PoolAttributes.Of([1, 1], [stride, stride]), $"{Path}.subsample");
            return outChannels == inChannels ? x : x.Pad([0, 0, 0, 0, 0, outChannels - inChannels, 0, 0]);
        }
    }
}
