using Framework.Graphs;
using Framework.Modules;
using static Framework.Operators.ValueOperators;

namespace Framework.Models;

/// <summary>
/// GoogLeNet (Szegedy et al. 2014, table 1) for 224 x 224 colour images: nine inception modules and, in training, two auxiliary heads, behind
/// modules 4a and 4d. <see cref="Forward(Value)"/> gives the main output alone, <see cref="ForwardAll"/> the heads' too.
/// </summary>
/// <remarks>
/// In torchvision's form convolutions have batch normalisation in place of a bias, there is no local response normalisation, "5x5" filters are 3x3,
/// the fourth pool is 2x2, the heads pool to 4x4 adaptively, and the last dropout is 0.2 in place of 0.4. Names of parameters are torchvision's in
/// both forms.
/// </remarks>
public sealed class GoogLeNet : Module
{
    private static readonly (string Name, InceptionFilters Filters)[] s_modules =
    [
        ("3a", new(64, 96, 128, 16, 32, 32)), ("3b", new(128, 128, 192, 32, 96, 64)),
        ("4a", new(192, 96, 208, 16, 48, 64)), ("4b", new(160, 112, 224, 24, 64, 64)), ("4c", new(128, 128, 256, 24, 64, 64)),
        ("4d", new(112, 144, 288, 32, 64, 64)), ("4e", new(256, 160, 320, 32, 128, 128)),
        ("5a", new(256, 160, 320, 32, 128, 128)), ("5b", new(384, 192, 384, 48, 128, 128)),
    ];

    private readonly ConvolutionUnit _conv1;
    private readonly ConvolutionUnit _conv2;
    private readonly ConvolutionUnit _conv3;
    private readonly MaxPool2d _maxpool1;
    private readonly MaxPool2d _maxpool2;
    private readonly MaxPool2d _maxpool3;
    private readonly MaxPool2d _maxpool4;
    private readonly LocalResponseNorm? _norm1;
    private readonly LocalResponseNorm? _norm2;
    private readonly Dictionary<string, Inception> _inceptions = [];
    private readonly AuxiliaryHead _aux1;
    private readonly AuxiliaryHead _aux2;
    private readonly AdaptiveAvgPool2d _avgpool;
    private readonly Dropout _dropout;
    private readonly Linear _fc;

    /// <summary>Makes the network.</summary>
    /// <param name="classes">The number of classes.</param>
    /// <param name="torchvision">Whether it has torchvision's form.</param>
    /// <param name="width">A factor for the number of channels.</param>
    public GoogLeNet(int classes = 1000, bool torchvision = false, double width = 1)
    {
        _conv1 = Add("conv1", new ConvolutionUnit(3, Scaled(64), kernel: 7, stride: 2, padding: 3, batchNorm: torchvision));
        _maxpool1 = Add("maxpool1", new MaxPool2d(3, stride: 2, ceilMode: true));
        _norm1 = torchvision ? null : Add("norm1", new LocalResponseNorm());
        _conv2 = Add("conv2", new ConvolutionUnit(Scaled(64), Scaled(64), kernel: 1, batchNorm: torchvision));
        _conv3 = Add("conv3", new ConvolutionUnit(Scaled(64), Scaled(192), kernel: 3, padding: 1, batchNorm: torchvision));
        _norm2 = torchvision ? null : Add("norm2", new LocalResponseNorm());
        _maxpool2 = Add("maxpool2", new MaxPool2d(3, stride: 2, ceilMode: true));
        _maxpool3 = Add("maxpool3", new MaxPool2d(3, stride: 2, ceilMode: true));
        _maxpool4 = Add("maxpool4", torchvision ? new MaxPool2d(2, ceilMode: true) : new MaxPool2d(3, stride: 2, ceilMode: true));
        int channels = Scaled(192), channelsOf4a = 0, channelsOf4d = 0;
        foreach (var (name, table) in s_modules)
        {
            var filters = table.Scaled(width);
            _inceptions[name] = Add($"inception{name}", new Inception(channels, filters, torchvision, torchvision ? 3 : 5));
            channels = filters.Sum;
            if (name == "4a") channelsOf4a = channels;
            if (name == "4d") channelsOf4d = channels;
        }

        _aux1 = Add("aux1", new AuxiliaryHead(channelsOf4a, Scaled(128), Scaled(1024), classes, torchvision));
        _aux2 = Add("aux2", new AuxiliaryHead(channelsOf4d, Scaled(128), Scaled(1024), classes, torchvision));
        _avgpool = Add("avgpool", new AdaptiveAvgPool2d(1));
        _dropout = Add("dropout", new Dropout(torchvision ? 0.2f : 0.4f));
        _fc = Add("fc", new Linear(channels, classes, initialization: Initialization.LeCun));

        int Scaled(int channels) => Channels.Scaled(channels, width);
    }

    /// <inheritdoc/>
    public override SymbolicShape InputShape => ["N", 3, 224, 224];

    /// <inheritdoc/>
    public override Value Forward(Value x) => Forward(x, heads: null);

    /// <inheritdoc/>
    public override IReadOnlyList<Value> ForwardAll(Value x)
    {
        var heads = new List<Value>();
        return [Forward(x, heads), .. heads];
    }

    private Value Forward(Value x, List<Value>? heads)
    {
        x = _maxpool1.Forward(_conv1.Forward(x));
        x = _norm1?.Forward(x) ?? x;
        x = _conv3.Forward(_conv2.Forward(x));
        x = _norm2?.Forward(x) ?? x;
        x = _maxpool2.Forward(x);
        x = _maxpool3.Forward(Inceptions(x, "3a", "3b"));
        x = Inceptions(x, "4a");
        heads?.Add(_aux1.Forward(x));
        x = Inceptions(x, "4b", "4c", "4d");
        heads?.Add(_aux2.Forward(x));
        x = _maxpool4.Forward(Inceptions(x, "4e"));
        x = _avgpool.Forward(Inceptions(x, "5a", "5b"));
        return _fc.Forward(_dropout.Forward(x.Flatten()));
    }

    private Value Inceptions(Value x, params ReadOnlySpan<string> names)
    {
        foreach (string name in names) x = _inceptions[name].Forward(x);
        return x;
    }

    // Pools 14 x 14 to 4 x 4, then 1x1, fully connected, dropout, classes.
    private sealed class AuxiliaryHead : Module
    {
        private readonly Module _pool;
        private readonly ConvolutionUnit _conv;
        private readonly Linear _fc1;
        private readonly Dropout _dropout;
        private readonly Linear _fc2;

        public AuxiliaryHead(int inChannels, int channels, int hidden, int classes, bool torchvision)
        {
            _pool = Add<Module>("pool", torchvision ? new AdaptiveAvgPool2d(4) : new AvgPool2d(5, stride: 3));
            _conv = Add("conv", new ConvolutionUnit(inChannels, channels, kernel: 1, batchNorm: torchvision));
            _fc1 = Add("fc1", new Linear(channels * 4 * 4, hidden));
            _dropout = Add("dropout", new Dropout(0.7f));
            _fc2 = Add("fc2", new Linear(hidden, classes, initialization: Initialization.LeCun));
        }

        public override Value Forward(Value x)
        {
            x = _conv.Forward(_pool.Forward(x)).Flatten();
            x = _fc1.Forward(x).Relu();
            return _fc2.Forward(_dropout.Forward(x));
        }
    }
}
