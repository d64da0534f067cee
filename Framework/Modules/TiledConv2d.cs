using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>
/// Tiled convolution: t x t sets of filters used in turn, so that neighbouring places of the output have different ones and places t apart the same
/// (Goodfellow, Bengio and Courville 2016, section 9.5, equation 9.10). With t = 1 it is convolution. [N, C, H, W] to [N, M, H', W'].
/// </summary>
/// <remarks>
/// In ONNX's operators: each set of filters is a convolution over every t-th place, and DepthToSpace puts their results side by side.
/// </remarks>
public sealed class TiledConv2d : Module
{
    private readonly Parameter? _bias;
    private readonly Extent2d _kernel;
    private readonly int _tile;
    private readonly int _stride;
    private readonly int _padding;

    /// <summary>Makes the layer.</summary>
    /// <param name="inChannels">Channels of the input.</param>
    /// <param name="outChannels">Channels of the output.</param>
    /// <param name="kernel">Height and width of a filter.</param>
    /// <param name="tile">t, how many sets of filters take turns along each axis.</param>
    /// <param name="stride">Step of the window.</param>
    /// <param name="padding">Zeros put around the image, on each side.</param>
    /// <param name="bias">Whether each filter has a bias.</param>
    /// <param name="initialization">How the weights start; null takes <see cref="Initialization.He"/> over one filter.</param>
    public TiledConv2d(
        int inChannels, int outChannels, Extent2d kernel, int tile, int stride = 1, int padding = 0, bool bias = true,
        Initialization? initialization = null)
    {
        if (tile < 1) throw new Errors.UsageException("TiledConv2d", $"{tile} x {tile} sets of filters were asked for; at least one is needed.");
        _kernel = kernel;
        _tile = tile;
        _stride = stride;
        _padding = padding;
        Weight = AddParameter(
            "weight", [tile, tile, outChannels, inChannels, kernel.Height, kernel.Width],
            initialization ?? Initialization.Gaussian(Math.Sqrt(2.0 / (inChannels * kernel.Height * kernel.Width))));
        if (bias) _bias = AddParameter("bias", [tile, tile, outChannels], Initialization.Zeros);
    }

    /// <summary>
    /// The weights, [t, t, outChannels, inChannels, kernel height, kernel width]; the set (i mod t, j mod t) makes the output's place (i, j).
    /// </summary>
    public Parameter Weight { get; }

    /// <inheritdoc/>
    public override Value Forward(Value x)
    {
        if (x.Shape is not { Rank: 4 } shape || !shape[2].IsKnown || !shape[3].IsKnown)
            throw new Errors.ShapeException($"{Path} (TiledConv2d)", $"the input {x.Shape} must be [N, C, H, W] with known height and width.");
        var (height, width) = (Places(shape[2].Value, _kernel.Height), Places(shape[3].Value, _kernel.Width));
        var (rows, columns) = ((height + _tile - 1) / _tile, (width + _tile - 1) / _tile);

        // Every set makes as many rows and columns; what lies past the end is cut off again.
        long bottom = Span(rows * _tile, _kernel.Height) - _padding - shape[2].Value;
        long right = Span(columns * _tile, _kernel.Width) - _padding - shape[3].Value;
        var padded = x.Pad([0, 0, _padding, _padding, 0, 0, Math.Max(0, bottom), Math.Max(0, right)]);
        var parts = new List<Value>();
        for (int set = 0; set < _tile * _tile; set++) parts.Add(Part(padded, set, rows, columns));
        var y = parts.Concat(axis: 1).DepthToSpace(_tile);
        if (rows * _tile != height) y = y.Slice(axis: 2, 0, height);
        return columns * _tile != width ? y.Slice(axis: 3, 0, width) : y;
    }

    // The convolution of one set of filters, from its own first window on, over every t-th window.
    private Value Part(Value padded, int set, long rows, long columns)
    {
        int row = set / _tile * _stride, column = set % _tile * _stride, step = _tile * _stride;
        var seen = padded
            .Slice(axis: 2, row, row + ((rows - 1) * step) + _kernel.Height)
            .Slice(axis: 3, column, column + ((columns - 1) * step) + _kernel.Width);
        var bias = _bias is null ? null : Set(_bias, padded, set);
        return seen.Conv(Set(Weight, padded, set), bias, new Window(_kernel.ToArray(), [step, step]).Attributes, $"{Path}.{set}");
    }

    private Value Set(Parameter parameter, Value x, int set) => parameter.In(x)
        .Slice(axis: 0, set / _tile, (set / _tile) + 1)
        .Slice(axis: 1, set % _tile, (set % _tile) + 1)
        .Reshape(parameter.Shape[2..].ToLongs());

    private long Places(long extent, int window) => extent + (2 * _padding) >= window
        ? ((extent + (2 * _padding) - window) / _stride) + 1
        : throw new Errors.ShapeException(
            $"{Path} (TiledConv2d)", $"the window of {window} does not fit the input's {extent} and its padding of {2 * _padding}.");

    // Places that so many windows cover.
    private long Span(long windows, int window) => ((windows - 1) * _stride) + window;
}
