using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// One register tile of a weight gradient with images in the lanes: over a rectangle of the output, the gradients of a few output channels times what a few
/// taps of a row meet, each lane for itself.
/// </summary>
internal unsafe struct LanesWeightTile
{
    /// <summary>What the first tap meets at the rectangle's first point.</summary>
    public float* Source;

    /// <summary>Floats of the source from a point of the rectangle to the next.</summary>
    public nint PointStep;

    /// <summary>Floats of the source from a tap to the next.</summary>
    public nint TapStep;

    /// <summary>Floats of the source from a row of the rectangle to the next.</summary>
    public nint RowStep;

    /// <summary>The first output channel's gradient at the rectangle's first point; neighbours are a vector apart, rows follow each other.</summary>
    public float* Gradient;

    /// <summary>Floats of the gradient from a channel to the next.</summary>
    public nint GradientStep;

    /// <summary>Rows of the rectangle; may be 0.</summary>
    public int Rows;

    /// <summary>Columns of the rectangle.</summary>
    public int Columns;

    /// <summary>Vectors that the sums are added to: [channel][tap][lane].</summary>
    public float* Sums;

    /// <summary>Output channels of the tile.</summary>
    public int Channels;

    /// <summary>Taps of the tile.</summary>
    public int Taps;
}

/// <summary>The tiles of one instruction set.</summary>
internal static unsafe class LanesWeightTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most output channels: with the taps, as many sums as registers hold beside what is read.</summary>
    public static int MaxChannels => TSimd.Set == InstructionSet.Vector512 ? 4 : 2;

    /// <summary>The most taps.</summary>
    public static int MaxTaps => TSimd.Set == InstructionSet.Vector512 ? 5 : 4;

    /// <summary>Adds a tile to its sums.</summary>
    public static void Run(LanesWeightTile* tile)
    {
        switch (tile->Channels)
        {
            case 1: OfTaps<Count1>(tile); break;
            case 2: OfTaps<Count2>(tile); break;
            case 3: OfTaps<Count3>(tile); break;
            case 4: OfTaps<Count4>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    private static void OfTaps<TChannels>(LanesWeightTile* tile)
        where TChannels : ICount
    {
        switch (tile->Taps)
        {
            case 1: Run<TChannels, Count1>(tile); break;
            case 2: Run<TChannels, Count2>(tile); break;
            case 3: Run<TChannels, Count3>(tile); break;
            case 4: Run<TChannels, Count4>(tile); break;
            case 5: Run<TChannels, Count5>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the sums would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TChannels, TTaps>(LanesWeightTile* tile)
        where TChannels : ICount
        where TTaps : ICount
    {
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero, s03 = TSimd.Zero, s04 = TSimd.Zero;
        TSimd s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero, s13 = TSimd.Zero, s14 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero, s23 = TSimd.Zero, s24 = TSimd.Zero;
        TSimd s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero, s33 = TSimd.Zero, s34 = TSimd.Zero;
        nint pointStep = tile->PointStep, tapStep = tile->TapStep, gradientStep = tile->GradientStep;
        float* rowSource = tile->Source;
        float* d = tile->Gradient;
        for (int row = tile->Rows; row > 0; row--)
        {
            float* x = rowSource;
            for (int column = tile->Columns; column > 0; column--)
            {
                TSimd d0 = TSimd.Load(d);
                TSimd d1 = TChannels.Value > 1 ? TSimd.Load(d + (1 * gradientStep)) : TSimd.Zero;
                TSimd d2 = TChannels.Value > 2 ? TSimd.Load(d + (2 * gradientStep)) : TSimd.Zero;
                TSimd d3 = TChannels.Value > 3 ? TSimd.Load(d + (3 * gradientStep)) : TSimd.Zero;
                TSimd x0 = TSimd.Load(x);
                TSimd.Accumulate(ref s00, d0, x0);
                if (TChannels.Value > 1) TSimd.Accumulate(ref s10, d1, x0);
                if (TChannels.Value > 2) TSimd.Accumulate(ref s20, d2, x0);
                if (TChannels.Value > 3) TSimd.Accumulate(ref s30, d3, x0);

                if (TTaps.Value > 1)
                {
                    TSimd x1 = TSimd.Load(x + (1 * tapStep));
                    TSimd.Accumulate(ref s01, d0, x1);
                    if (TChannels.Value > 1) TSimd.Accumulate(ref s11, d1, x1);
                    if (TChannels.Value > 2) TSimd.Accumulate(ref s21, d2, x1);
                    if (TChannels.Value > 3) TSimd.Accumulate(ref s31, d3, x1);
                }

                if (TTaps.Value > 2)
                {
                    TSimd x2 = TSimd.Load(x + (2 * tapStep));
                    TSimd.Accumulate(ref s02, d0, x2);
                    if (TChannels.Value > 1) TSimd.Accumulate(ref s12, d1, x2);
                    if (TChannels.Value > 2) TSimd.Accumulate(ref s22, d2, x2);
                    if (TChannels.Value > 3) TSimd.Accumulate(ref s32, d3, x2);
                }

                if (TTaps.Value > 3)
                {
                    TSimd x3 = TSimd.Load(x + (3 * tapStep));
                    TSimd.Accumulate(ref s03, d0, x3);
                    if (TChannels.Value > 1) TSimd.Accumulate(ref s13, d1, x3);
                    if (TChannels.Value > 2) TSimd.Accumulate(ref s23, d2, x3);
                    if (TChannels.Value > 3) TSimd.Accumulate(ref s33, d3, x3);
                }

                if (TTaps.Value > 4)
                {
                    TSimd x4 = TSimd.Load(x + (4 * tapStep));
                    TSimd.Accumulate(ref s04, d0, x4);
                    if (TChannels.Value > 1) TSimd.Accumulate(ref s14, d1, x4);
                    if (TChannels.Value > 2) TSimd.Accumulate(ref s24, d2, x4);
                    if (TChannels.Value > 3) TSimd.Accumulate(ref s34, d3, x4);
                }

                x += pointStep;
                d += TSimd.Width;
            }

            rowSource += tile->RowStep;
        }

        float* sums = tile->Sums;
        Add(sums, (0 * TTaps.Value) + 0, s00);
        if (TTaps.Value > 1) Add(sums, (0 * TTaps.Value) + 1, s01);
        if (TTaps.Value > 2) Add(sums, (0 * TTaps.Value) + 2, s02);
        if (TTaps.Value > 3) Add(sums, (0 * TTaps.Value) + 3, s03);
        if (TTaps.Value > 4) Add(sums, (0 * TTaps.Value) + 4, s04);

        if (TChannels.Value > 1)
        {
            Add(sums, (1 * TTaps.Value) + 0, s10);
            if (TTaps.Value > 1) Add(sums, (1 * TTaps.Value) + 1, s11);
            if (TTaps.Value > 2) Add(sums, (1 * TTaps.Value) + 2, s12);
            if (TTaps.Value > 3) Add(sums, (1 * TTaps.Value) + 3, s13);
            if (TTaps.Value > 4) Add(sums, (1 * TTaps.Value) + 4, s14);
        }

        if (TChannels.Value > 2)
        {
            Add(sums, (2 * TTaps.Value) + 0, s20);
            if (TTaps.Value > 1) Add(sums, (2 * TTaps.Value) + 1, s21);
            if (TTaps.Value > 2) Add(sums, (2 * TTaps.Value) + 2, s22);
            if (TTaps.Value > 3) Add(sums, (2 * TTaps.Value) + 3, s23);
            if (TTaps.Value > 4) Add(sums, (2 * TTaps.Value) + 4, s24);
        }

        if (TChannels.Value > 3)
        {
            Add(sums, (3 * TTaps.Value) + 0, s30);
            if (TTaps.Value > 1) Add(sums, (3 * TTaps.Value) + 1, s31);
            if (TTaps.Value > 2) Add(sums, (3 * TTaps.Value) + 2, s32);
            if (TTaps.Value > 3) Add(sums, (3 * TTaps.Value) + 3, s33);
            if (TTaps.Value > 4) Add(sums, (3 * TTaps.Value) + 4, s34);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float* sums, int index, TSimd value)
    {
        float* place = sums + (index * TSimd.Width);
        TSimd.Store(place, TSimd.Load(place) + value);
    }
}
