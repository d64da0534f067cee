using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// One register tile of a weight gradient: over a rectangle of the output, of one image or several, the gradient's vectors of a few blocks times
/// each of a few neighbouring floats of the input (a block's channels, or a row's taps).
/// </summary>
internal unsafe struct WeightGradientTile
{
    /// <summary>The input where the rectangle's first point meets it.</summary>
    public float* Input;

    /// <summary>Floats of the input from a point of the rectangle to the next.</summary>
    public nint InputStep;

    /// <summary>Floats of the input from a row of the rectangle to the next.</summary>
    public nint InputRowStep;

    /// <summary>Floats of the input from an image to the next.</summary>
    public nint InputImageStep;

    /// <summary>Floats from the input to what a later tile reads and is asked for meanwhile; with 0 that is what this one reads, which costs no memory.</summary>
    public nint InputNext;

    /// <summary>The output's gradient at the rectangle's first point; neighbours are a vector apart.</summary>
    public float* Gradient;

    /// <summary>Floats of the gradient from a row of the rectangle to the next.</summary>
    public nint GradientRowStep;

    /// <summary>Floats of the gradient from an image to the next.</summary>
    public nint GradientImageStep;

    /// <summary>Floats of the gradient from a block to the next.</summary>
    public nint GradientBlock;

    /// <summary>Blocks of the gradient, at most <see cref="WeightGradientTiles{TSimd}.MaxBlocks"/>.</summary>
    public int Blocks;

    /// <summary>Images with the same rectangle.</summary>
    public int Images;

    /// <summary>Rows of the rectangle; may be 0.</summary>
    public int Rows;

    /// <summary>Columns of the rectangle, at least 1 where it has rows.</summary>
    public int Columns;

    /// <summary>Where the first sum goes.</summary>
    public float* Sum;

    /// <summary>Floats from a sum to the next.</summary>
    public nint SumStep;

    /// <summary>Floats from the sums of a block to those of the next.</summary>
    public nint SumBlock;

    /// <summary>Neighbouring floats of the input, at most <see cref="WeightGradientTiles{TSimd}.MaxCount"/>.</summary>
    public int Count;

    /// <summary>Whether to add to the sums.</summary>
    public bool Accumulate;
}

/// <summary>The tiles of one instruction set.</summary>
/// <remarks>
/// Where each multiplication reads its own float of the input, the processor reads more than it multiplies: a float that was read serves two or three
/// blocks, for as many neighbouring floats as leave the sums in registers. What has one block only is summed for all sixteen neighbours at a time.
/// </remarks>
internal static unsafe class WeightGradientTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most neighbouring floats of the input.</summary>
    public const int MaxCount = 16;

    /// <summary>The most blocks of the gradient.</summary>
    public static int MaxBlocks => TSimd.Set == InstructionSet.Scalar ? 1 : 3;

    /// <summary>Neighbouring floats whose sums for three blocks fit the registers: 32 of the widest vectors, 16 of others.</summary>
    private static int CountOfBlocks => TSimd.Set == InstructionSet.Vector512 ? 8 : 4;

    /// <summary>Computes a tile.</summary>
    public static void Run(WeightGradientTile* tile)
    {
        if (tile->Blocks == 1)
        {
            RunOne(tile);
            return;
        }

        int few = CountOfBlocks;
        for (int from = 0; from < tile->Count; from += few)
        {
            int count = Math.Min(few, tile->Count - from);
            if (tile->Blocks == 2) RunFew<Count2>(tile, from, count);
            else RunFew<Count3>(tile, from, count);
        }
    }

    private static void RunFew<TBlocks>(WeightGradientTile* tile, int from, int count)
        where TBlocks : ICount
    {
        switch (count)
        {
            case 1: Run<Count1, TBlocks>(tile, from); break;
            case 2: Run<Count2, TBlocks>(tile, from); break;
            case 3: Run<Count3, TBlocks>(tile, from); break;
            case 4: Run<Count4, TBlocks>(tile, from); break;
            case 5: Run<Count5, TBlocks>(tile, from); break;
            case 6: Run<Count6, TBlocks>(tile, from); break;
            case 7: Run<Count7, TBlocks>(tile, from); break;
            case 8: Run<Count8, TBlocks>(tile, from); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    private static void RunOne(WeightGradientTile* tile)
    {
        switch (tile->Count)
        {
            case 1: Run<Count1, Count1>(tile, 0); break;
            case 2: Run<Count2, Count1>(tile, 0); break;
            case 3: Run<Count3, Count1>(tile, 0); break;
            case 4: Run<Count4, Count1>(tile, 0); break;
            case 5: Run<Count5, Count1>(tile, 0); break;
            case 6: Run<Count6, Count1>(tile, 0); break;
            case 7: Run<Count7, Count1>(tile, 0); break;
            case 8: Run<Count8, Count1>(tile, 0); break;
            case 9: Run<Count9, Count1>(tile, 0); break;
            case 10: Run<Count10, Count1>(tile, 0); break;
            case 11: Run<Count11, Count1>(tile, 0); break;
            case 12: Run<Count12, Count1>(tile, 0); break;
            case 13: Run<Count13, Count1>(tile, 0); break;
            case 14: Run<Count14, Count1>(tile, 0); break;
            case 15: Run<Count15, Count1>(tile, 0); break;
            case 16: Run<Count16, Count1>(tile, 0); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the accumulators would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TCount, TBlocks>(WeightGradientTile* tile, nint from)
        where TCount : ICount
        where TBlocks : ICount
    {
        TSimd s00 = TSimd.Zero, s01 = TSimd.Zero, s02 = TSimd.Zero;
        TSimd s10 = TSimd.Zero, s11 = TSimd.Zero, s12 = TSimd.Zero;
        TSimd s20 = TSimd.Zero, s21 = TSimd.Zero, s22 = TSimd.Zero;
        TSimd s30 = TSimd.Zero, s31 = TSimd.Zero, s32 = TSimd.Zero;
        TSimd s40 = TSimd.Zero, s41 = TSimd.Zero, s42 = TSimd.Zero;
        TSimd s50 = TSimd.Zero, s51 = TSimd.Zero, s52 = TSimd.Zero;
        TSimd s60 = TSimd.Zero, s61 = TSimd.Zero, s62 = TSimd.Zero;
        TSimd s70 = TSimd.Zero, s71 = TSimd.Zero, s72 = TSimd.Zero;
        TSimd t8 = TSimd.Zero;
        TSimd t9 = TSimd.Zero;
        TSimd t10 = TSimd.Zero;
        TSimd t11 = TSimd.Zero;
        TSimd t12 = TSimd.Zero;
        TSimd t13 = TSimd.Zero;
        TSimd t14 = TSimd.Zero;
        TSimd t15 = TSimd.Zero;
        nint inputStep = tile->InputStep;
        nint block = tile->GradientBlock;
        nint next = tile->InputNext;
        for (int image = 0; image < tile->Images; image++)
        {
            float* input = tile->Input + from + (image * tile->InputImageStep);
            float* gradient = tile->Gradient + (image * tile->GradientImageStep);
            for (int row = 0; row < tile->Rows; row++)
            {
                float* x = input + (row * tile->InputRowStep);
                float* dy = gradient + (row * tile->GradientRowStep);
                float* behind = dy + ((nint)tile->Columns * TSimd.Width);
                do
                {
                    Ahead.FetchToSecond(x + next);
                    TSimd d0 = TSimd.Load(dy);
                    TSimd d1 = TBlocks.Value > 1 ? TSimd.Load(dy + block) : d0;
                    TSimd d2 = TBlocks.Value > 2 ? TSimd.Load(dy + (2 * block)) : d0;
                    Add<TBlocks>(x, 0, d0, d1, d2, ref s00, ref s01, ref s02);
                    if (TCount.Value > 1) Add<TBlocks>(x, 1, d0, d1, d2, ref s10, ref s11, ref s12);
                    if (TCount.Value > 2) Add<TBlocks>(x, 2, d0, d1, d2, ref s20, ref s21, ref s22);
                    if (TCount.Value > 3) Add<TBlocks>(x, 3, d0, d1, d2, ref s30, ref s31, ref s32);
                    if (TCount.Value > 4) Add<TBlocks>(x, 4, d0, d1, d2, ref s40, ref s41, ref s42);
                    if (TCount.Value > 5) Add<TBlocks>(x, 5, d0, d1, d2, ref s50, ref s51, ref s52);
                    if (TCount.Value > 6) Add<TBlocks>(x, 6, d0, d1, d2, ref s60, ref s61, ref s62);
                    if (TCount.Value > 7) Add<TBlocks>(x, 7, d0, d1, d2, ref s70, ref s71, ref s72);
                    if (TCount.Value > 8) TSimd.Accumulate(ref t8, d0, x + 8);
                    if (TCount.Value > 9) TSimd.Accumulate(ref t9, d0, x + 9);
                    if (TCount.Value > 10) TSimd.Accumulate(ref t10, d0, x + 10);
                    if (TCount.Value > 11) TSimd.Accumulate(ref t11, d0, x + 11);
                    if (TCount.Value > 12) TSimd.Accumulate(ref t12, d0, x + 12);
                    if (TCount.Value > 13) TSimd.Accumulate(ref t13, d0, x + 13);
                    if (TCount.Value > 14) TSimd.Accumulate(ref t14, d0, x + 14);
                    if (TCount.Value > 15) TSimd.Accumulate(ref t15, d0, x + 15);
                    x += inputStep;
                    dy += TSimd.Width;
                }
                while (dy != behind);
            }
        }

        nint step = tile->SumStep;
        float* sum = tile->Sum + (from * step);
        nint sumBlock = tile->SumBlock;
        bool accumulate = tile->Accumulate;
        Put<TBlocks>(sum, sumBlock, accumulate, s00, s01, s02);
        if (TCount.Value > 1) Put<TBlocks>(sum + step, sumBlock, accumulate, s10, s11, s12);
        if (TCount.Value > 2) Put<TBlocks>(sum + (2 * step), sumBlock, accumulate, s20, s21, s22);
        if (TCount.Value > 3) Put<TBlocks>(sum + (3 * step), sumBlock, accumulate, s30, s31, s32);
        if (TCount.Value > 4) Put<TBlocks>(sum + (4 * step), sumBlock, accumulate, s40, s41, s42);
        if (TCount.Value > 5) Put<TBlocks>(sum + (5 * step), sumBlock, accumulate, s50, s51, s52);
        if (TCount.Value > 6) Put<TBlocks>(sum + (6 * step), sumBlock, accumulate, s60, s61, s62);
        if (TCount.Value > 7) Put<TBlocks>(sum + (7 * step), sumBlock, accumulate, s70, s71, s72);
        if (TCount.Value > 8) Put(sum + (8 * step), accumulate, t8);
        if (TCount.Value > 9) Put(sum + (9 * step), accumulate, t9);
        if (TCount.Value > 10) Put(sum + (10 * step), accumulate, t10);
        if (TCount.Value > 11) Put(sum + (11 * step), accumulate, t11);
        if (TCount.Value > 12) Put(sum + (12 * step), accumulate, t12);
        if (TCount.Value > 13) Put(sum + (13 * step), accumulate, t13);
        if (TCount.Value > 14) Put(sum + (14 * step), accumulate, t14);
        if (TCount.Value > 15) Put(sum + (15 * step), accumulate, t15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TBlocks>(float* x, nint at, TSimd d0, TSimd d1, TSimd d2, ref TSimd sum0, ref TSimd sum1, ref TSimd sum2)
        where TBlocks : ICount
    {
        if (TBlocks.Value == 1)
        {
            TSimd.Accumulate(ref sum0, d0, x + at);
            return;
        }

        TSimd scalar = TSimd.Broadcast(x[at]);
        TSimd.Accumulate(ref sum0, scalar, d0);
        TSimd.Accumulate(ref sum1, scalar, d1);
        if (TBlocks.Value > 2) TSimd.Accumulate(ref sum2, scalar, d2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TBlocks>(float* sum, nint block, bool accumulate, TSimd value0, TSimd value1, TSimd value2)
        where TBlocks : ICount
    {
        Put(sum, accumulate, value0);
        if (TBlocks.Value > 1) Put(sum + block, accumulate, value1);
        if (TBlocks.Value > 2) Put(sum + (2 * block), accumulate, value2);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* sum, bool accumulate, TSimd value) => TSimd.Store(sum, accumulate ? TSimd.Load(sum) + value : value);
}
