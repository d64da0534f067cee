using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// One register tile with images in the lanes: a few target channels at a few neighbouring points of a row, each a vector of images. A weight is the same
/// for all lanes.
/// </summary>
internal unsafe struct LanesTile
{
    /// <summary>What the first tap of the first channel meets at the tile's first point.</summary>
    public float* Source;

    /// <summary>Floats of the source from a point of the tile to the next.</summary>
    public nint PointStep;

    /// <summary>Floats of the source from a tap to its neighbour in the row.</summary>
    public nint TapStep;

    /// <summary>Floats of the source from a row of taps to the next.</summary>
    public nint RowStep;

    /// <summary>Floats of the source from a channel to the next.</summary>
    public nint ChannelStep;

    /// <summary>Source channels.</summary>
    public int SourceChannels;

    /// <summary>Rows of taps that meet the source; may be 0.</summary>
    public int TapRows;

    /// <summary>Taps of a row.</summary>
    public int TapColumns;

    /// <summary>The weights of the tile's channels: [source channel][row of taps][tap][target channel].</summary>
    public float* Weights;

    /// <summary>Weights from a source channel to the next.</summary>
    public nint WeightStep;

    /// <summary>A number for each of the tile's channels, or null.</summary>
    public float* Bias;

    /// <summary>Added to the sums, laid out as the target, or null.</summary>
    public float* Residual;

    /// <summary>Where the first point of the first channel goes; neighbours are a vector apart.</summary>
    public float* Target;

    /// <summary>Floats of the target from a channel to the next.</summary>
    public nint TargetStep;

    /// <summary>No result is below.</summary>
    public float Floor;

    /// <summary>Target channels of the tile.</summary>
    public int Channels;

    /// <summary>Points of the tile.</summary>
    public int Points;
}

/// <summary>The tiles of one instruction set.</summary>
internal static unsafe class LanesTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most target channels: with the points, as many sums as registers hold beside what is read.</summary>
    public static int MaxChannels => TSimd.Set == InstructionSet.Vector512 ? 4 : 2;

    /// <summary>The most points.</summary>
    public static int MaxPoints => TSimd.Set == InstructionSet.Vector512 ? 6 : 4;

    /// <summary>Computes a tile.</summary>
    public static void Run(LanesTile* tile)
    {
        switch (tile->Channels)
        {
            case 1: OfPoints<Count1>(tile); break;
            case 2: OfPoints<Count2>(tile); break;
            case 3: OfPoints<Count3>(tile); break;
            case 4: OfPoints<Count4>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    private static void OfPoints<TChannels>(LanesTile* tile)
        where TChannels : ICount
    {
        switch (tile->Points)
        {
            case 1: Run<TChannels, Count1>(tile); break;
            case 2: Run<TChannels, Count2>(tile); break;
            case 3: Run<TChannels, Count3>(tile); break;
            case 4: Run<TChannels, Count4>(tile); break;
            case 5: Run<TChannels, Count5>(tile); break;
            case 6: Run<TChannels, Count6>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the sums would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TChannels, TPoints>(LanesTile* tile)
        where TChannels : ICount
        where TPoints : ICount
    {
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero, s04 = TSimd.Zero, s05 = TSimd.Zero;
        TSimd s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero, s14 = TSimd.Zero, s15 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero, s24 = TSimd.Zero, s25 = TSimd.Zero;
        TSimd s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero, s34 = TSimd.Zero, s35 = TSimd.Zero;
        nint pointStep = tile->PointStep;
        float* channelSource = tile->Source;
        float* channelWeights = tile->Weights;
        for (int channel = tile->SourceChannels; channel > 0; channel--)
        {
            float* rowSource = channelSource;
            float* w = channelWeights;
            for (int row = tile->TapRows; row > 0; row--)
            {
                float* x = rowSource;
                for (int tap = tile->TapColumns; tap > 0; tap--)
                {
                    TSimd x0 = TSimd.Load(x);
                    TSimd x1 = TPoints.Value > 1 ? TSimd.Load(x + (1 * pointStep)) : TSimd.Zero;
                    TSimd x2 = TPoints.Value > 2 ? TSimd.Load(x + (2 * pointStep)) : TSimd.Zero;
                    TSimd x3 = TPoints.Value > 3 ? TSimd.Load(x + (3 * pointStep)) : TSimd.Zero;
                    TSimd x4 = TPoints.Value > 4 ? TSimd.Load(x + (4 * pointStep)) : TSimd.Zero;
                    TSimd x5 = TPoints.Value > 5 ? TSimd.Load(x + (5 * pointStep)) : TSimd.Zero;
                    TSimd w0 = TSimd.Broadcast(w[0]);
                    TSimd.Accumulate(ref s00, w0, x0);
                    if (TPoints.Value > 1) TSimd.Accumulate(ref s01, w0, x1);
                    if (TPoints.Value > 2) TSimd.Accumulate(ref s02, w0, x2);
                    if (TPoints.Value > 3) TSimd.Accumulate(ref s03, w0, x3);
                    if (TPoints.Value > 4) TSimd.Accumulate(ref s04, w0, x4);
                    if (TPoints.Value > 5) TSimd.Accumulate(ref s05, w0, x5);

                    if (TChannels.Value > 1)
                    {
                        TSimd w1 = TSimd.Broadcast(w[1]);
                        TSimd.Accumulate(ref s10, w1, x0);
                        if (TPoints.Value > 1) TSimd.Accumulate(ref s11, w1, x1);
                        if (TPoints.Value > 2) TSimd.Accumulate(ref s12, w1, x2);
                        if (TPoints.Value > 3) TSimd.Accumulate(ref s13, w1, x3);
                        if (TPoints.Value > 4) TSimd.Accumulate(ref s14, w1, x4);
                        if (TPoints.Value > 5) TSimd.Accumulate(ref s15, w1, x5);
                    }

                    if (TChannels.Value > 2)
                    {
                        TSimd w2 = TSimd.Broadcast(w[2]);
                        TSimd.Accumulate(ref s20, w2, x0);
                        if (TPoints.Value > 1) TSimd.Accumulate(ref s21, w2, x1);
                        if (TPoints.Value > 2) TSimd.Accumulate(ref s22, w2, x2);
                        if (TPoints.Value > 3) TSimd.Accumulate(ref s23, w2, x3);
                        if (TPoints.Value > 4) TSimd.Accumulate(ref s24, w2, x4);
                        if (TPoints.Value > 5) TSimd.Accumulate(ref s25, w2, x5);
                    }

                    if (TChannels.Value > 3)
                    {
                        TSimd w3 = TSimd.Broadcast(w[3]);
                        TSimd.Accumulate(ref s30, w3, x0);
                        if (TPoints.Value > 1) TSimd.Accumulate(ref s31, w3, x1);
                        if (TPoints.Value > 2) TSimd.Accumulate(ref s32, w3, x2);
                        if (TPoints.Value > 3) TSimd.Accumulate(ref s33, w3, x3);
                        if (TPoints.Value > 4) TSimd.Accumulate(ref s34, w3, x4);
                        if (TPoints.Value > 5) TSimd.Accumulate(ref s35, w3, x5);
                    }

                    w += TChannels.Value;
                    x += tile->TapStep;
                }

                rowSource += tile->RowStep;
            }

            channelSource += tile->ChannelStep;
            channelWeights += tile->WeightStep;
        }

        Put(tile, 0, 0, s00);
        if (TPoints.Value > 1) Put(tile, 0, 1, s01);
        if (TPoints.Value > 2) Put(tile, 0, 2, s02);
        if (TPoints.Value > 3) Put(tile, 0, 3, s03);
        if (TPoints.Value > 4) Put(tile, 0, 4, s04);
        if (TPoints.Value > 5) Put(tile, 0, 5, s05);

        if (TChannels.Value > 1)
        {
            Put(tile, 1, 0, s10);
            if (TPoints.Value > 1) Put(tile, 1, 1, s11);
            if (TPoints.Value > 2) Put(tile, 1, 2, s12);
            if (TPoints.Value > 3) Put(tile, 1, 3, s13);
            if (TPoints.Value > 4) Put(tile, 1, 4, s14);
            if (TPoints.Value > 5) Put(tile, 1, 5, s15);
        }

        if (TChannels.Value > 2)
        {
            Put(tile, 2, 0, s20);
            if (TPoints.Value > 1) Put(tile, 2, 1, s21);
            if (TPoints.Value > 2) Put(tile, 2, 2, s22);
            if (TPoints.Value > 3) Put(tile, 2, 3, s23);
            if (TPoints.Value > 4) Put(tile, 2, 4, s24);
            if (TPoints.Value > 5) Put(tile, 2, 5, s25);
        }

        if (TChannels.Value > 3)
        {
            Put(tile, 3, 0, s30);
            if (TPoints.Value > 1) Put(tile, 3, 1, s31);
            if (TPoints.Value > 2) Put(tile, 3, 2, s32);
            if (TPoints.Value > 3) Put(tile, 3, 3, s33);
            if (TPoints.Value > 4) Put(tile, 3, 4, s34);
            if (TPoints.Value > 5) Put(tile, 3, 5, s35);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(LanesTile* tile, int channel, int point, TSimd sum)
    {
        nint place = (channel * tile->TargetStep) + (point * TSimd.Width);
        if (tile->Bias != null) sum += TSimd.Broadcast(tile->Bias[channel]);
        if (tile->Residual != null) sum += TSimd.Load(tile->Residual + place);
        TSimd.Store(tile->Target + place, TSimd.Max(TSimd.Broadcast(tile->Floor), sum));
    }
}
