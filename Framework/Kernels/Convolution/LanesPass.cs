using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The sum over taps with images in the lanes, target(y, x) = floor(sum over channels and taps of weight * source(y stride + tap row, x stride + tap
/// column) + bias + residual): a forward convolution, or an input gradient as one over the output's gradient with turned filters.
/// </summary>
/// <remarks>An item of work is a few rows of a block of images. Rows of taps that meet the pads are left out; of columns the source has the zeros.</remarks>
internal unsafe struct LanesPass<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Rows of an item: enough that what they share stays near, few enough that all threads have some.</summary>
    private const int RowsOfItem = 7;

    public int ImageBlocks;
    public int SourceChannels;
    public int SourceHeight;

    /// <summary>Columns of a row of the source, those with zeros included.</summary>
    public int SourceColumns;

    public int TargetChannels;

    /// <summary>Extents of the target.</summary>
    public Extents Target;

    public Extents Kernel;
    public Extents Stride;
    public Extents Dilation;

    /// <summary>Rows of zeros above the source.</summary>
    public int Above;

    public float* Source;

    /// <summary>As <see cref="Pack"/> leaves them.</summary>
    public float* Weights;

    /// <summary>A number for each target channel, or null.</summary>
    public float* Bias;

    /// <summary>Added to the sums, or null.</summary>
    public float* Residual;

    public float* Result;
    public float Floor;

    private readonly EvenSplit Bands => new(Target.Height, RowsOfItem);

    private readonly EvenSplit Channels => new(TargetChannels, LanesTiles<TSimd>.MaxChannels);

    /// <summary>Packs weights: for each tile of target channels [source channel][tap][target channel].</summary>
    /// <param name="weights">The first weight of the first tap.</param>
    /// <param name="targetStep">Weights from a target channel to the next.</param>
    /// <param name="sourceStep">Weights from a source channel to the next.</param>
    /// <param name="turned">Whether the last tap comes first.</param>
    /// <param name="packed">As many floats as there are weights.</param>
    public readonly void Pack(float* weights, nint targetStep, nint sourceStep, bool turned, float* packed)
    {
        int taps = Kernel.Volume;
        for (int tile = 0; tile < Channels.Parts; tile++)
        {
            for (int source = 0; source < SourceChannels; source++)
            {
                for (int tap = 0; tap < taps; tap++)
                {
                    for (int i = 0; i < Channels.Length(tile); i++)
                        *packed++ = weights[((Channels.Start(tile) + i) * targetStep) + (source * sourceStep) + (turned ? taps - 1 - tap : tap)];
                }
            }
        }
    }

    public readonly void Run(WorkerPool pool) => pool.Run(ImageBlocks * Bands.Parts, this);

    public readonly void Execute(int index, int worker)
    {
        (int block, int band) = Math.DivRem(index, Bands.Parts);
        var points = new EvenSplit(Target.Width, LanesTiles<TSimd>.MaxPoints);
        nint sourceRow = (nint)SourceColumns * TSimd.Width, targetRow = (nint)Target.Width * TSimd.Width;
        nint targetPlane = targetRow * Target.Height;
        var tile = new LanesTile
        {
            PointStep = (nint)Stride.Width * TSimd.Width,
            TapStep = (nint)Dilation.Width * TSimd.Width,
            RowStep = Dilation.Height * sourceRow,
            ChannelStep = SourceHeight * sourceRow,
            SourceChannels = SourceChannels,
            TapColumns = Kernel.Width,
            TargetStep = targetPlane,
            Floor = Floor,
        };
        for (int y = Bands.Start(band); y < Bands.Start(band + 1); y++)
        {
            var (from, to) = TapRange.Of((y * Stride.Height) - Above, Dilation.Height, SourceHeight, Kernel.Height);
            tile.TapRows = to - from;
            float* source = Source + ((nint)block * SourceChannels * tile.ChannelStep) + (((y * Stride.Height) - Above + (from * Dilation.Height)) * sourceRow);
            for (int part = 0; part < points.Parts; part++)
            {
                tile.Points = points.Length(part);
                tile.Source = source + (points.Start(part) * tile.PointStep);
                for (int group = 0; group < Channels.Parts; group++)
                {
                    int first = Channels.Start(group);
                    tile.Channels = Channels.Length(group);
                    tile.WeightStep = (nint)Kernel.Volume * tile.Channels;
                    tile.Weights = Weights + ((nint)first * SourceChannels * Kernel.Volume) + ((nint)from * Kernel.Width * tile.Channels);
                    nint place = ((((nint)block * TargetChannels) + first) * targetPlane) + (y * targetRow) + ((nint)points.Start(part) * TSimd.Width);
                    tile.Bias = Bias == null ? null : Bias + first;
                    tile.Residual = Residual == null ? null : Residual + place;
                    tile.Target = Result + place;
                    LanesTiles<TSimd>.Run(&tile);
                }
            }
        }
    }
}
