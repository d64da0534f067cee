using System.Runtime.CompilerServices;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Winograd;

/// <summary>Filters at the points: [pair of target blocks][point][source channel][target lanes]; the last pair may be a single block.</summary>
internal unsafe struct WinogradWeights<TSimd, TForm> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
    where TForm : IForm
{
    /// <summary>Source channels turned at a time.</summary>
    private const int ChannelsAtOnce = 8;

    /// <summary>Plain weights.</summary>
    public float* Plain;

    /// <summary>The packed weights.</summary>
    public float* Packed;

    /// <summary>Channels that are summed over.</summary>
    public int SourceChannels;

    /// <summary>Channels that are computed.</summary>
    public int TargetChannels;

    /// <summary>Whether this is for the input gradient: plain weights begin with the source's channels, and the filter is turned.</summary>
    public bool Turned;

    private static int Points => TForm.Patch * TForm.Patch;

    private static int Taps => TForm.FilterSide * TForm.FilterSide;

    private readonly int Blocks => ((TargetChannels - 1) / TSimd.Width) + 1;

    private readonly int Parts => ((SourceChannels - 1) / TSimd.Width) + 1;

    /// <summary>Floats of the packed weights.</summary>
    public readonly nint Floats => (nint)Points * SourceChannels * Blocks * TSimd.Width;

    public readonly void Pack(WorkerPool pool) => pool.Run(((Blocks + 1) / 2) * Parts, this);

    [SkipLocalsInit]
    public readonly void Execute(int index, int worker)
    {
        int pair = index / Parts, from = index % Parts * TSimd.Width, to = Math.Min(SourceChannels, from + TSimd.Width);
        int blocks = Math.Min(2, Blocks - (2 * pair));
        int width = blocks * TSimd.Width, lane = 2 * pair * TSimd.Width, lanes = Math.Min(width, TargetChannels - lane);
        nint targetStep = Turned ? Taps : (nint)SourceChannels * Taps;
        nint sourceStep = Turned ? (nint)TargetChannels * Taps : Taps;
        int atOnce = Turned ? 1 : ChannelsAtOnce;
        float* turned = stackalloc float[ChannelsAtOnce * Taps * 2 * 16];
        for (int channel = from; channel < to; channel += atOnce)
        {
            int count = Math.Min(atOnce, to - channel);
            GemmPanels.Pack(Plain + (lane * targetStep) + (channel * sourceStep), 1, targetStep, turned, count * Taps, lanes, width);
            for (int c = 0; c < count; c++)
            {
                float* filter = turned + ((c * Taps) + (Turned ? Taps - 1 : 0)) * width;
                nint step = Turned ? -width : width;
                float* packed = Packed + ((nint)lane * Points * SourceChannels) + ((nint)(channel + c) * width);
                for (int block = 0; block < blocks; block++)
                {
                    nint at = block * TSimd.Width;
                    TForm.Filter<TSimd>(filter + at, TForm.FilterSide * step, step, packed + at, (nint)SourceChannels * width);
                }
            }
        }
    }
}
