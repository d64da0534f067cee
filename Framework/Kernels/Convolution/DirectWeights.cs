using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// Weights in the order in which <see cref="DirectTile"/> reads them: [group][pair of target blocks][source block][tap][source
/// channel][target lanes], without gaps; the last pair of a group may be a single block.
/// </summary>
internal unsafe struct DirectWeights<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Plain weights, [group][target or source][source or target][filter taps].</summary>
    public float* Plain;

    /// <summary>Floats from a target channel's weights to the next's.</summary>
    public nint TargetStep;

    /// <summary>Floats from a source channel's weights to the next's.</summary>
    public nint SourceStep;

    /// <summary>Taps of the filter.</summary>
    public int FilterTaps;

    /// <summary>The packed weights.</summary>
    public float* Packed;

    /// <summary>The taps to pack, at most <see cref="FilterTap.Most"/>.</summary>
    public FilterTap* Taps;

    public int TapCount;

    public int Groups;

    /// <summary>Channels of a group that are summed over.</summary>
    public int SourceChannels;

    /// <summary>Channels of a block of the source.</summary>
    public int SourceLanes;

    /// <summary>Channels of a group that are computed.</summary>
    public int TargetChannels;

    private readonly int Blocks => ((TargetChannels - 1) / TSimd.Width) + 1;

    private readonly int Pairs => (Blocks + 1) / 2;

    /// <summary>Floats that a group takes.</summary>
    public readonly nint GroupFloats => (nint)SourceChannels * TapCount * Blocks * TSimd.Width;

    public readonly void Pack(WorkerPool pool) => pool.Run(Groups * Pairs, this);

    public readonly void Execute(int index, int worker)
    {
        int group = index / Pairs, pair = index % Pairs;
        int width = Math.Min(2, Blocks - (2 * pair)) * TSimd.Width;
        int lane = pair * 2 * TSimd.Width;
        int lanes = Math.Min(width, TargetChannels - lane);
        float* source = Plain + ((nint)group * TargetChannels * SourceChannels * FilterTaps) + (lane * TargetStep);
        float* target = Packed + (group * GroupFloats) + ((nint)lane * SourceChannels * TapCount);
        if (FilterTaps == 1 && TapCount == 1)
        {
            GemmPanels.Pack(source, SourceStep, TargetStep, target, SourceChannels, lanes, width);
            return;
        }

        // Several channels at a time, so that what lies side by side in the plain weights is read together.
        float* turned = stackalloc float[FilterTap.Most * 2 * TSimd.Width];
        for (int first = 0; first < SourceChannels; first += SourceLanes)
        {
            int channels = Math.Min(SourceLanes, SourceChannels - first);
            int atOnce = SourceStep == FilterTaps ? Math.Max(1, FilterTap.Most / FilterTaps) : 1;
            for (int channel = 0; channel < channels; channel += atOnce)
            {
                int count = Math.Min(atOnce, channels - channel);
                GemmPanels.Pack(source + ((first + channel) * SourceStep), 1, TargetStep, turned, count * FilterTaps, lanes, width);
                for (int tap = 0; tap < TapCount; tap++)
                {
                    float* to = target + ((((nint)first * TapCount) + ((nint)tap * channels) + channel) * width);
                    for (int c = 0; c < count; c++, to += width)
                    {
                        float* from = turned + (((c * FilterTaps) + Taps[tap].Kernel) * width);
                        new ReadOnlySpan<float>(from, width).CopyTo(new Span<float>(to, width));
                    }
                }
            }
        }
    }
}
