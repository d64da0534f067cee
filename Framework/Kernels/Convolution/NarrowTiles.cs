using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The tiles of <see cref="DirectTiles{TSimd}"/> where there are 16 registers: up to six pixels, and two terms at a time, since what a loop needs beside twelve
/// multiplications is felt where another thread shares the core.
/// </summary>
internal static unsafe class NarrowTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most pixels in a tile.</summary>
    public const int MaxPixels = 6;

    /// <summary>Computes a tile.</summary>
    public static void Run<TStep, TBlocks>(DirectTile* tile)
        where TStep : ICount
        where TBlocks : ICount
    {
        switch (tile->Pixels)
        {
            case 1: Run<Count1, TStep, TBlocks>(tile); break;
            case 2: Run<Count2, TStep, TBlocks>(tile); break;
            case 3: Run<Count3, TStep, TBlocks>(tile); break;
            case 4: Run<Count4, TStep, TBlocks>(tile); break;
            case 5: Run<Count5, TStep, TBlocks>(tile); break;
            case 6: Run<Count6, TStep, TBlocks>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the accumulators would live on the stack.</remarks>
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
        nint step = TStep.Value == 1 ? 1 : TSimd.Width;
        nint term = TBlocks.Value * TSimd.Width;
        int half = (TPixels.Value + 1) / 2;
        nint sourceSecond = tile->SourceHalf - (half * step);
        nint next = tile->SourceNext;
        float* weights = tile->Weights;
        DirectTap* tap = tile->Taps;
        for (DirectTap* end = tap + tile->TapCount; tap < end; tap++)
        {
            float* x = tile->Source + tap->Offset;
            if (TStep.Value > 1 && next != 0) FetchNext(x + next, TPixels.Value * TSimd.Width);
            nint count = tap->Count;
            for (; count > 1; count -= 2)
            {
                float* x2 = x + sourceSecond;
                Add<TPixels, TStep, TBlocks>(0, x, x2, weights, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
                Add<TPixels, TStep, TBlocks>(1, x, x2, weights, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
                weights += 2 * term;
                x += 2;
            }

            if (count == 0) continue;
            Add<TPixels, TStep, TBlocks>(
                0, x, x + sourceSecond, weights, ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31, ref s40, ref s41, ref s50, ref s51);
            weights += term;
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
        DirectTiles<TSimd>.Put<TBlocks>(y, 0, block, add, addStep, addBlock, residual, floor, s00, s01);
        if (TPixels.Value > 1) DirectTiles<TSimd>.Put<TBlocks>(y, targetStep + (half > 1 ? 0 : second), block, add, addStep, addBlock, residual, floor, s10, s11);
        if (TPixels.Value > 2) DirectTiles<TSimd>.Put<TBlocks>(y, (2 * targetStep) + (half > 2 ? 0 : second), block, add, addStep, addBlock, residual, floor, s20, s21);
        if (TPixels.Value > 3) DirectTiles<TSimd>.Put<TBlocks>(y, (3 * targetStep) + (half > 3 ? 0 : second), block, add, addStep, addBlock, residual, floor, s30, s31);
        if (TPixels.Value > 4) DirectTiles<TSimd>.Put<TBlocks>(y, (4 * targetStep) + (half > 4 ? 0 : second), block, add, addStep, addBlock, residual, floor, s40, s41);
        if (TPixels.Value > 5) DirectTiles<TSimd>.Put<TBlocks>(y, (5 * targetStep) + (half > 5 ? 0 : second), block, add, addStep, addBlock, residual, floor, s50, s51);
    }

    /// <summary>Adds a term to the sums of all pixels, the second half of which lie about <paramref name="x2"/>.</summary>
    /// <remarks>The index is a constant: 0 for the term that the pointers point to, 1 for the next.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TPixels, TStep, TBlocks>(
        nint index, float* x, float* x2, float* weights,
        ref TSimd s00, ref TSimd s01, ref TSimd s10, ref TSimd s11, ref TSimd s20, ref TSimd s21,
        ref TSimd s30, ref TSimd s31, ref TSimd s40, ref TSimd s41, ref TSimd s50, ref TSimd s51)
        where TPixels : ICount
        where TStep : ICount
        where TBlocks : ICount
    {
        nint step = TStep.Value == 1 ? 1 : TSimd.Width;
        int half = (TPixels.Value + 1) / 2;
        weights += index * TBlocks.Value * TSimd.Width;
        TSimd w0 = TSimd.Load(weights);
        TSimd w1 = TBlocks.Value > 1 ? TSimd.Load(weights + TSimd.Width) : w0;
        DirectTiles<TSimd>.Add<TBlocks>(x, index, w0, w1, ref s00, ref s01);
        if (TPixels.Value > 1) DirectTiles<TSimd>.Add<TBlocks>(half > 1 ? x : x2, index + step, w0, w1, ref s10, ref s11);
        if (TPixels.Value > 2) DirectTiles<TSimd>.Add<TBlocks>(half > 2 ? x : x2, index + (2 * step), w0, w1, ref s20, ref s21);
        if (TPixels.Value > 3) DirectTiles<TSimd>.Add<TBlocks>(half > 3 ? x : x2, index + (3 * step), w0, w1, ref s30, ref s31);
        if (TPixels.Value > 4) DirectTiles<TSimd>.Add<TBlocks>(half > 4 ? x : x2, index + (4 * step), w0, w1, ref s40, ref s41);
        if (TPixels.Value > 5) DirectTiles<TSimd>.Add<TBlocks>(half > 5 ? x : x2, index + (5 * step), w0, w1, ref s50, ref s51);
    }

    /// <summary>
    /// Asks for what the next tile reads at a tap. Narrow vectors are done with a tap sooner than memory answers, so the next tap's pixels would come late.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchNext(float* source, int floats)
    {
        Ahead.FetchToSecond(source);
        if (floats > Ahead.LineFloats) Ahead.FetchToSecond(source + Ahead.LineFloats);
        if (floats > 2 * Ahead.LineFloats) Ahead.FetchToSecond(source + (2 * Ahead.LineFloats));
    }
}
