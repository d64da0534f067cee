namespace Framework.Kernels.Pooling;

/// <summary>What becomes of a window.</summary>
public enum PoolingKind
{
    /// <summary>The largest element. A NaN wins, the first of several, as in PyTorch; of equals the first in row-major order wins.</summary>
    Max,

    /// <summary>The sum over the number of elements inside the input.</summary>
    Average,

    /// <summary>The sum over the number of elements inside the padded input.</summary>
    AverageWithPadding,
}

/// <summary>A window along one spatial axis.</summary>
public readonly record struct PoolingAxis
{
    /// <summary>States a window.</summary>
    /// <param name="input">Elements of the input; at least 1.</param>
    /// <param name="output">Elements of the output; at least 1. Whether it was rounded up or down is the caller's affair: a window may hang
    /// over.</param>
    /// <param name="kernel">Elements of the window; at least 1.</param>
    /// <param name="stride">Elements from a window to the next; at least 1.</param>
    /// <param name="dilation">Elements from an element of the window to the next; at least 1.</param>
    /// <param name="padBegin">Elements of padding before the input.</param>
    /// <param name="padEnd">Elements of padding behind it.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least value.</exception>
    public PoolingAxis(int input, int output, int kernel, int stride = 1, int dilation = 1, int padBegin = 0, int padEnd = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(input, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(output, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(kernel, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(dilation, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(padBegin);
        ArgumentOutOfRangeException.ThrowIfNegative(padEnd);
        _ = checked((output * stride) + (kernel * dilation) + input + padEnd);
        Input = input;
        Output = output;
        Kernel = kernel;
        Stride = stride;
        Dilation = dilation;
        PadBegin = padBegin;
        PadEnd = padEnd;
    }

    /// <summary>An axis that a problem does not have.</summary>
    public static PoolingAxis None => new(1, 1, 1);

    /// <summary>Elements of the input.</summary>
    public int Input { get; }

    /// <summary>Elements of the output.</summary>
    public int Output { get; }

    /// <summary>Elements of the window.</summary>
    public int Kernel { get; }

    /// <summary>Elements from a window to the next.</summary>
    public int Stride { get; }

    /// <summary>Elements from an element of the window to the next.</summary>
    public int Dilation { get; }

    /// <summary>Elements of padding before the input.</summary>
    public int PadBegin { get; }

    /// <summary>Elements of padding behind the input.</summary>
    public int PadEnd { get; }

    /// <summary>Whether every element of the input lies in exactly one window.</summary>
    internal bool IsTiled => Stride == Kernel && Dilation == 1 && PadBegin == 0 && Input == Output * Kernel;

    /// <summary>The outputs whose windows lie in the input altogether: from, inclusive, to, exclusive.</summary>
    internal (int From, int To) Interior
    {
        get
        {
            int from = Math.Min(Output, (PadBegin + Stride - 1) / Stride);
            int room = Input + PadBegin - ((Kernel - 1) * Dilation) - 1;
            return (from, room < 0 ? from : Math.Clamp((room / Stride) + 1, from, Output));
        }
    }

    /// <summary>Where the window of an output starts; below 0 in the padding.</summary>
    internal int First(int output) => (output * Stride) - PadBegin;

    /// <summary>Which elements of a window lie in the input: from, inclusive, to, exclusive.</summary>
    internal (int From, int To) Inside(int output)
    {
        int first = First(output);
        if (first >= 0 && first + ((Kernel - 1) * Dilation) < Input) return (0, Kernel);
        int from = first >= 0 ? 0 : (Dilation - 1 - first) / Dilation;
        int to = first >= Input ? 0 : Math.Min(Kernel, (Input - first + Dilation - 1) / Dilation);
        return (from, Math.Max(from, to));
    }

    /// <summary>Whether a window lies in the padding altogether.</summary>
    internal bool IsOutside(int output) => Inside(output) is var (from, to) && from == to;

    /// <summary>How many elements of a window lie in the padded input.</summary>
    internal int InsidePadded(int output)
    {
        int room = Input + PadEnd - First(output);
        return Math.Clamp((room + Dilation - 1) / Dilation, 0, Kernel);
    }
}

/// <summary>
/// Pooling of planes: [Planes, Depth, Height, Width, Lanes] to the same with pooled extents. Of plain NCHW a plane is a channel of an image and
/// there is 1 lane; of channel-blocked NCHWc a plane is a block of channels and its lanes are the channels.
/// </summary>
public readonly record struct PoolingProblem
{
    /// <summary>Places within a window are numbered by floats, which are exact up to here.</summary>
    private const int LongestWindow = 1 << 24;

    /// <summary>States a problem.</summary>
    /// <param name="kind">What becomes of a window.</param>
    /// <param name="planes">Planes, of all images together; at least 0.</param>
    /// <param name="lanes">Elements at each place that are pooled side by side; at least 1.</param>
    /// <param name="height">The rows' axis; <see cref="PoolingAxis.None"/> for one-dimensional pooling.</param>
    /// <param name="width">The columns' axis.</param>
    /// <param name="depth">The outermost axis of three-dimensional pooling; null without.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below its least value, or a window has more than 2^24 elements.</exception>
    public PoolingProblem(PoolingKind kind, int planes, int lanes, PoolingAxis height, PoolingAxis width, PoolingAxis? depth = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(planes);
        ArgumentOutOfRangeException.ThrowIfLessThan(lanes, 1);
        Kind = kind;
        Planes = planes;
        Lanes = lanes;
        Depth = depth ?? PoolingAxis.None;
        Height = height;
        Width = width;
        WindowLength = checked(Depth.Kernel * Height.Kernel * Width.Kernel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(WindowLength, LongestWindow);
    }

    /// <summary>What becomes of a window.</summary>
    public PoolingKind Kind { get; }

    /// <summary>Planes, of all images together.</summary>
    public int Planes { get; }

    /// <summary>Elements at each place that are pooled side by side.</summary>
    public int Lanes { get; }

    /// <summary>The outermost axis.</summary>
    public PoolingAxis Depth { get; }

    /// <summary>The rows' axis.</summary>
    public PoolingAxis Height { get; }

    /// <summary>The columns' axis.</summary>
    public PoolingAxis Width { get; }

    /// <summary>Elements of a window.</summary>
    public int WindowLength { get; }

    /// <summary>Elements of an input plane, all lanes together.</summary>
    public nint InputPlaneLength => (nint)Depth.Input * Height.Input * Width.Input * Lanes;

    /// <summary>Elements of an output plane, all lanes together.</summary>
    public nint OutputPlaneLength => (nint)Depth.Output * Height.Output * Width.Output * Lanes;

    /// <summary>Whether every element of the input lies in exactly one window.</summary>
    internal bool IsTiled => Depth.IsTiled && Height.IsTiled && Width.IsTiled;

    /// <summary>
    /// Bytes that hold one element's place of the maximum: its number within the window in row-major order, as a byte where that suffices,
    /// else as a float.
    /// </summary>
    public int ArgmaxElementBytes => WindowLength <= 1 << 8 ? sizeof(byte) : sizeof(float);

    /// <summary>Bytes that hold the places of all maxima.</summary>
    public nint ArgmaxBytes => Planes * OutputPlaneLength * ArgmaxElementBytes;
}
