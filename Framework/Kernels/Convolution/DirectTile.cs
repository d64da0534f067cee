using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>A stretch of neighbouring source floats that meet consecutive weights: the channels of a block, or taps of a row.</summary>
/// <param name="Offset">Floats from a pixel's own place to the first.</param>
/// <param name="Count">How many, at least 1.</param>
internal readonly record struct DirectTap(nint Offset, nint Count);

/// <summary>
/// One register tile of a direct convolution: a few pixels, one or two blocks of output channels, all taps of a list. The pixels
/// come in two halves, neighbours within each; so a tile can be a piece of a row, or of two rows where rows are short.
/// </summary>
internal unsafe struct DirectTile
{
    /// <summary>The source at the first pixel.</summary>
    public float* Source;

    /// <summary>Floats from there to the first pixel of the second half.</summary>
    public nint SourceHalf;

    /// <summary>Floats from the first pixel to that of the tile that comes next, where it is to be asked for; or 0.</summary>
    public nint SourceNext;

    /// <summary>Whether neighbouring pixels lie one float apart in the source, rather than a block.</summary>
    public bool Plain;

    /// <summary>The taps.</summary>
    public DirectTap* Taps;

    /// <summary>Their number; none gives a sum of 0.</summary>
    public int TapCount;

    /// <summary>For each float that the taps name, in order, a vector for each output block.</summary>
    public float* Weights;

    /// <summary>The output at the first pixel.</summary>
    public float* Target;

    /// <summary>Floats from there to the first pixel of the second half.</summary>
    public nint TargetHalf;

    /// <summary>Floats from a pixel of the output to the next.</summary>
    public nint TargetStep;

    /// <summary>Floats from a block of output channels to the next.</summary>
    public nint TargetBlock;

    /// <summary>Added to the sums: earlier sums at the same places of the output, or else the bias.</summary>
    public float* Addend;

    /// <summary>Whether the addend is a bias: one vector a block, side by side.</summary>
    public bool AddendIsBias;

    /// <summary>Added too, its places those of the output; or null.</summary>
    public float* Residual;

    /// <summary>What the results are raised to at least; minus infinity to leave them.</summary>
    public float Floor;

    /// <summary>
    /// Floats from the weights that are read to those that are asked for meanwhile: a chunk, so that memory has the time of a whole tile to answer in.
    /// Only the widest vectors ask.
    /// </summary>
    public nint WeightsAhead;

    /// <summary>Pixels, at most <see cref="DirectTiles{TSimd}.MaxPixels"/>; the first half takes the odd one.</summary>
    public int Pixels;

    /// <summary>Blocks of output channels, 1 or 2.</summary>
    public int Blocks;
}

/// <summary>The tiles of one instruction set: every number of pixels up to what the registers hold, one or two blocks.</summary>
/// <remarks>The terms of a sum come in the order of taps and weights, whatever the tile.</remarks>
internal static unsafe class DirectTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most pixels in a tile: two accumulators each, two vectors of weights and a broadcast in 32 or 16 registers.</summary>
    public static int MaxPixels => TSimd.Set switch
    {
        InstructionSet.Vector512 => 14,
        InstructionSet.Scalar => 4,
        _ => NarrowTiles<TSimd>.MaxPixels,
    };

    /// <summary>Computes a tile.</summary>
    public static void Run(DirectTile* tile)
    {
        if (tile->Plain)
        {
            if (tile->Blocks == 2) Run<Count1, Count2>(tile);
            else Run<Count1, Count1>(tile);
        }
        else
        {
            if (tile->Blocks == 2) Run<Count2, Count2>(tile);
            else Run<Count2, Count1>(tile);
        }
    }

    private static void Run<TStep, TBlocks>(DirectTile* tile)
        where TStep : ICount
        where TBlocks : ICount
    {
        if (MaxPixels == NarrowTiles<TSimd>.MaxPixels)
        {
            NarrowTiles<TSimd>.Run<TStep, TBlocks>(tile);
            return;
        }

        switch (tile->Pixels)
        {
            case 1: Run<Count1, TStep, TBlocks>(tile); break;
            case 2: Run<Count2, TStep, TBlocks>(tile); break;
            case 3: Run<Count3, TStep, TBlocks>(tile); break;
            case 4: Run<Count4, TStep, TBlocks>(tile); break;
            case 5: Run<Count5, TStep, TBlocks>(tile); break;
            case 6: Run<Count6, TStep, TBlocks>(tile); break;
            case 7: Run<Count7, TStep, TBlocks>(tile); break;
            case 8: Run<Count8, TStep, TBlocks>(tile); break;
            case 9: Run<Count9, TStep, TBlocks>(tile); break;
            case 10: Run<Count10, TStep, TBlocks>(tile); break;
            case 11: Run<Count11, TStep, TBlocks>(tile); break;
            case 12: Run<Count12, TStep, TBlocks>(tile); break;
            case 13: Run<Count13, TStep, TBlocks>(tile); break;
            case 14: Run<Count14, TStep, TBlocks>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>
    /// Not inlined and without calls, or the accumulators would live on the stack. Pixels lie 1 float apart where
    /// <typeparamref name="TStep"/> is 1, a vector apart elsewhere: constants, so that they are reached by constant offsets.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TPixels, TStep, TBlocks>(DirectTile* tile)
        where TPixels : ICount
        where TStep : ICount
        where TBlocks : ICount
    {
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero;
        TSimd s10 = TSimd.Zero, s11 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero;
        TSimd s30 = TSimd.Zero, s31 = TSimd.Zero;
        TSimd s40 = TSimd.Zero, s41 = TSimd.Zero;
        TSimd s50 = TSimd.Zero, s51 = TSimd.Zero;
        TSimd s60 = TSimd.Zero, s61 = TSimd.Zero;
        TSimd s70 = TSimd.Zero, s71 = TSimd.Zero;
        TSimd s80 = TSimd.Zero, s81 = TSimd.Zero;
        TSimd s90 = TSimd.Zero, s91 = TSimd.Zero;
        TSimd s100 = TSimd.Zero, s101 = TSimd.Zero;
        TSimd s110 = TSimd.Zero, s111 = TSimd.Zero;
        TSimd s120 = TSimd.Zero, s121 = TSimd.Zero;
        TSimd s130 = TSimd.Zero, s131 = TSimd.Zero;
        nint step = TStep.Value == 1 ? 1 : TSimd.Width;
        int half = (TPixels.Value + 1) / 2;
        nint sourceSecond = tile->SourceHalf - (half * step);
        nint ahead = tile->WeightsAhead;
        float* weights = tile->Weights;
        DirectTap* tap = tile->Taps;
        for (DirectTap* end = tap + tile->TapCount; tap < end; tap++)
        {
            float* x = tile->Source + tap->Offset;
            if (TStep.Value > 1 && TSimd.Width >= Ahead.LineFloats) FetchAhead(tile->Source + (tap + 1 < end ? tap + 1 : tap)->Offset, half, tile->SourceHalf, TPixels.Value - half);
            float* behind = x + tap->Count;
            do
            {
                float* x2 = x + sourceSecond;
                TSimd w0 = TSimd.Load(weights);
                TSimd w1 = TBlocks.Value > 1 ? TSimd.Load(weights + TSimd.Width) : w0;
                if (TSimd.Width >= Ahead.LineFloats) Ahead.Fetch(weights + ahead);
                if (TBlocks.Value > 1 && TSimd.Width >= Ahead.LineFloats) Ahead.Fetch(weights + ahead + TSimd.Width);
                Add<TBlocks>(x, 0, w0, w1, ref s00, ref s01);
                if (TPixels.Value > 1) Add<TBlocks>(half > 1 ? x : x2, step, w0, w1, ref s10, ref s11);
                if (TPixels.Value > 2) Add<TBlocks>(half > 2 ? x : x2, 2 * step, w0, w1, ref s20, ref s21);
                if (TPixels.Value > 3) Add<TBlocks>(half > 3 ? x : x2, 3 * step, w0, w1, ref s30, ref s31);
                if (TPixels.Value > 4) Add<TBlocks>(half > 4 ? x : x2, 4 * step, w0, w1, ref s40, ref s41);
                if (TPixels.Value > 5) Add<TBlocks>(half > 5 ? x : x2, 5 * step, w0, w1, ref s50, ref s51);
                if (TPixels.Value > 6) Add<TBlocks>(half > 6 ? x : x2, 6 * step, w0, w1, ref s60, ref s61);
                if (TPixels.Value > 7) Add<TBlocks>(half > 7 ? x : x2, 7 * step, w0, w1, ref s70, ref s71);
                if (TPixels.Value > 8) Add<TBlocks>(half > 8 ? x : x2, 8 * step, w0, w1, ref s80, ref s81);
                if (TPixels.Value > 9) Add<TBlocks>(half > 9 ? x : x2, 9 * step, w0, w1, ref s90, ref s91);
                if (TPixels.Value > 10) Add<TBlocks>(half > 10 ? x : x2, 10 * step, w0, w1, ref s100, ref s101);
                if (TPixels.Value > 11) Add<TBlocks>(half > 11 ? x : x2, 11 * step, w0, w1, ref s110, ref s111);
                if (TPixels.Value > 12) Add<TBlocks>(half > 12 ? x : x2, 12 * step, w0, w1, ref s120, ref s121);
                if (TPixels.Value > 13) Add<TBlocks>(half > 13 ? x : x2, 13 * step, w0, w1, ref s130, ref s131);
                weights += TBlocks.Value * TSimd.Width;
                x++;
            }
            while (x != behind);
        }

        float* y = tile->Target;
        nint targetStep = tile->TargetStep;
        nint second = tile->TargetHalf - (half * targetStep);
        float* add = tile->Addend;
        nint addStep = tile->AddendIsBias ? 0 : 1;
        nint addBlock = tile->AddendIsBias ? TSimd.Width : tile->TargetBlock;
        float* residual = tile->Residual;
        nint block = tile->TargetBlock;
        TSimd floor = TSimd.Broadcast(tile->Floor);
        Put<TBlocks>(y, 0, block, add, addStep, addBlock, residual, floor, s00, s01);
        if (TPixels.Value > 1) Put<TBlocks>(y, (1 * targetStep) + (half > 1 ? 0 : second), block, add, addStep, addBlock, residual, floor, s10, s11);
        if (TPixels.Value > 2) Put<TBlocks>(y, (2 * targetStep) + (half > 2 ? 0 : second), block, add, addStep, addBlock, residual, floor, s20, s21);
        if (TPixels.Value > 3) Put<TBlocks>(y, (3 * targetStep) + (half > 3 ? 0 : second), block, add, addStep, addBlock, residual, floor, s30, s31);
        if (TPixels.Value > 4) Put<TBlocks>(y, (4 * targetStep) + (half > 4 ? 0 : second), block, add, addStep, addBlock, residual, floor, s40, s41);
        if (TPixels.Value > 5) Put<TBlocks>(y, (5 * targetStep) + (half > 5 ? 0 : second), block, add, addStep, addBlock, residual, floor, s50, s51);
        if (TPixels.Value > 6) Put<TBlocks>(y, (6 * targetStep) + (half > 6 ? 0 : second), block, add, addStep, addBlock, residual, floor, s60, s61);
        if (TPixels.Value > 7) Put<TBlocks>(y, (7 * targetStep) + (half > 7 ? 0 : second), block, add, addStep, addBlock, residual, floor, s70, s71);
        if (TPixels.Value > 8) Put<TBlocks>(y, (8 * targetStep) + (half > 8 ? 0 : second), block, add, addStep, addBlock, residual, floor, s80, s81);
        if (TPixels.Value > 9) Put<TBlocks>(y, (9 * targetStep) + (half > 9 ? 0 : second), block, add, addStep, addBlock, residual, floor, s90, s91);
        if (TPixels.Value > 10) Put<TBlocks>(y, (10 * targetStep) + (half > 10 ? 0 : second), block, add, addStep, addBlock, residual, floor, s100, s101);
        if (TPixels.Value > 11) Put<TBlocks>(y, (11 * targetStep) + (half > 11 ? 0 : second), block, add, addStep, addBlock, residual, floor, s110, s111);
        if (TPixels.Value > 12) Put<TBlocks>(y, (12 * targetStep) + (half > 12 ? 0 : second), block, add, addStep, addBlock, residual, floor, s120, s121);
        if (TPixels.Value > 13) Put<TBlocks>(y, (13 * targetStep) + (half > 13 ? 0 : second), block, add, addStep, addBlock, residual, floor, s130, s131);
    }

    /// <summary>Asks for the pixels of the tap that comes next: with one tap for each block of channels they lie far from those of the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchAhead(float* source, int pixels, nint second, int pixelsOfSecond)
    {
        for (nint p = 0; p < pixels; p++) Ahead.Fetch(source + (p * TSimd.Width));
        source += second;
        for (nint p = 0; p < pixelsOfSecond; p++) Ahead.Fetch(source + (p * TSimd.Width));
    }

    /// <summary>Adds a term to the sums of a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Add<TBlocks>(float* x, nint at, TSimd w0, TSimd w1, ref TSimd sum0, ref TSimd sum1)
        where TBlocks : ICount
    {
        if (TBlocks.Value > 1)
        {
            TSimd scalar = TSimd.Broadcast(x[at]);
            TSimd.Accumulate(ref sum0, scalar, w0);
            TSimd.Accumulate(ref sum1, scalar, w1);
        }
        else
        {
            TSimd.Accumulate(ref sum0, w0, x + at);
        }
    }

    /// <summary>Writes the sums of a pixel, with what is added to them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Put<TBlocks>(
        float* y, nint at, nint block, float* add, nint addStep, nint addBlock, float* residual, TSimd floor, TSimd sum0, TSimd sum1)
        where TBlocks : ICount
    {
        add += at * addStep;
        sum0 += TSimd.Load(add);
        if (residual is not null) sum0 += TSimd.Load(residual + at);
        TSimd.Store(y + at, TSimd.Max(floor, sum0));
        if (TBlocks.Value == 1) return;
        sum1 += TSimd.Load(add + addBlock);
        if (residual is not null) sum1 += TSimd.Load(residual + at + block);
        TSimd.Store(y + at + block, TSimd.Max(floor, sum1));
    }
}
