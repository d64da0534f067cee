using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// One register tile of a weight gradient: over a rectangle of the output, the gradient's vector times each of a few neighbouring
/// floats of the input (a block's channels, or a row's taps).
/// </summary>
internal unsafe struct WeightGradientTile
{
    /// <summary>The input where the rectangle's first point meets it.</summary>
    public float* Input;

    /// <summary>Floats of the input from a point of the rectangle to the next.</summary>
    public nint InputStep;

    /// <summary>Floats of the input from a row of the rectangle to the next.</summary>
    public nint InputRowStep;

    /// <summary>The output's gradient at the rectangle's first point; neighbours are a vector apart.</summary>
    public float* Gradient;

    /// <summary>Floats of the gradient from a row of the rectangle to the next.</summary>
    public nint GradientRowStep;

    /// <summary>Rows of the rectangle; may be 0.</summary>
    public int Rows;

    /// <summary>Columns of the rectangle.</summary>
    public int Columns;

    /// <summary>Where the first sum goes.</summary>
    public float* Sum;

    /// <summary>Floats from a sum to the next.</summary>
    public nint SumStep;

    /// <summary>Neighbouring floats of the input, at most <see cref="WeightGradientTiles{TSimd}.MaxCount"/>.</summary>
    public int Count;

    /// <summary>Whether to add to the sums.</summary>
    public bool Accumulate;
}

/// <summary>The tiles of one instruction set.</summary>
internal static unsafe class WeightGradientTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most neighbouring floats of the input.</summary>
    public const int MaxCount = 16;

    /// <summary>Computes a tile.</summary>
    public static void Run(WeightGradientTile* tile)
    {
        switch (tile->Count)
        {
            case 1: Run<Count1>(tile); break;
            case 2: Run<Count2>(tile); break;
            case 3: Run<Count3>(tile); break;
            case 4: Run<Count4>(tile); break;
            case 5: Run<Count5>(tile); break;
            case 6: Run<Count6>(tile); break;
            case 7: Run<Count7>(tile); break;
            case 8: Run<Count8>(tile); break;
            case 9: Run<Count9>(tile); break;
            case 10: Run<Count10>(tile); break;
            case 11: Run<Count11>(tile); break;
            case 12: Run<Count12>(tile); break;
            case 13: Run<Count13>(tile); break;
            case 14: Run<Count14>(tile); break;
            case 15: Run<Count15>(tile); break;
            case 16: Run<Count16>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the accumulators would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TCount>(WeightGradientTile* tile)
        where TCount : ICount
    {
        TSimd s0 = TSimd.Zero;
        TSimd s1 = TSimd.Zero;
        TSimd s2 = TSimd.Zero;
        TSimd s3 = TSimd.Zero;
        TSimd s4 = TSimd.Zero;
        TSimd s5 = TSimd.Zero;
        TSimd s6 = TSimd.Zero;
        TSimd s7 = TSimd.Zero;
        TSimd s8 = TSimd.Zero;
        TSimd s9 = TSimd.Zero;
        TSimd s10 = TSimd.Zero;
        TSimd s11 = TSimd.Zero;
        TSimd s12 = TSimd.Zero;
        TSimd s13 = TSimd.Zero;
        TSimd s14 = TSimd.Zero;
        TSimd s15 = TSimd.Zero;
        nint inputStep = tile->InputStep;
        for (int row = 0; row < tile->Rows; row++)
        {
            float* x = tile->Input + (row * tile->InputRowStep);
            float* dy = tile->Gradient + (row * tile->GradientRowStep);
            for (int column = tile->Columns; column > 0; column--)
            {
                TSimd d = TSimd.Load(dy);
                s0 = TSimd.MultiplyAddBroadcast(d, x, s0);
                if (TCount.Value > 1) s1 = TSimd.MultiplyAddBroadcast(d, x + 1, s1);
                if (TCount.Value > 2) s2 = TSimd.MultiplyAddBroadcast(d, x + 2, s2);
                if (TCount.Value > 3) s3 = TSimd.MultiplyAddBroadcast(d, x + 3, s3);
                if (TCount.Value > 4) s4 = TSimd.MultiplyAddBroadcast(d, x + 4, s4);
                if (TCount.Value > 5) s5 = TSimd.MultiplyAddBroadcast(d, x + 5, s5);
                if (TCount.Value > 6) s6 = TSimd.MultiplyAddBroadcast(d, x + 6, s6);
                if (TCount.Value > 7) s7 = TSimd.MultiplyAddBroadcast(d, x + 7, s7);
                if (TCount.Value > 8) s8 = TSimd.MultiplyAddBroadcast(d, x + 8, s8);
                if (TCount.Value > 9) s9 = TSimd.MultiplyAddBroadcast(d, x + 9, s9);
                if (TCount.Value > 10) s10 = TSimd.MultiplyAddBroadcast(d, x + 10, s10);
                if (TCount.Value > 11) s11 = TSimd.MultiplyAddBroadcast(d, x + 11, s11);
                if (TCount.Value > 12) s12 = TSimd.MultiplyAddBroadcast(d, x + 12, s12);
                if (TCount.Value > 13) s13 = TSimd.MultiplyAddBroadcast(d, x + 13, s13);
                if (TCount.Value > 14) s14 = TSimd.MultiplyAddBroadcast(d, x + 14, s14);
                if (TCount.Value > 15) s15 = TSimd.MultiplyAddBroadcast(d, x + 15, s15);
                x += inputStep;
                dy += TSimd.Width;
            }
        }

        float* sum = tile->Sum;
        nint step = tile->SumStep;
        bool accumulate = tile->Accumulate;
        Put(sum, accumulate, s0);
        if (TCount.Value > 1) Put(sum + step, accumulate, s1);
        if (TCount.Value > 2) Put(sum + (2 * step), accumulate, s2);
        if (TCount.Value > 3) Put(sum + (3 * step), accumulate, s3);
        if (TCount.Value > 4) Put(sum + (4 * step), accumulate, s4);
        if (TCount.Value > 5) Put(sum + (5 * step), accumulate, s5);
        if (TCount.Value > 6) Put(sum + (6 * step), accumulate, s6);
        if (TCount.Value > 7) Put(sum + (7 * step), accumulate, s7);
        if (TCount.Value > 8) Put(sum + (8 * step), accumulate, s8);
        if (TCount.Value > 9) Put(sum + (9 * step), accumulate, s9);
        if (TCount.Value > 10) Put(sum + (10 * step), accumulate, s10);
        if (TCount.Value > 11) Put(sum + (11 * step), accumulate, s11);
        if (TCount.Value > 12) Put(sum + (12 * step), accumulate, s12);
        if (TCount.Value > 13) Put(sum + (13 * step), accumulate, s13);
        if (TCount.Value > 14) Put(sum + (14 * step), accumulate, s14);
        if (TCount.Value > 15) Put(sum + (15 * step), accumulate, s15);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* sum, bool accumulate, TSimd value) => TSimd.Store(sum, accumulate ? TSimd.Load(sum) + value : value);
}
