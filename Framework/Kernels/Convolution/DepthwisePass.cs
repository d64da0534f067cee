using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>A tap of a depthwise filter.</summary>
/// <param name="Source">Floats from a pixel's own place to what the tap meets.</param>
/// <param name="Weight">Floats from the block's first weight to the tap's.</param>
internal readonly record struct DepthwiseTap(nint Source, nint Weight);

/// <summary>
/// A depthwise sum over taps, target(y, x) = floor(sum over taps of weight * source(y stride + tap row, x stride + tap column) + bias
/// + residual), lane by lane: a forward convolution, or the part of an input gradient for one remainder of the stride.
/// </summary>
/// <remarks>An item of work is a block of channels of an image. Taps that meet the padding are left out of the list.</remarks>
internal unsafe struct DepthwisePass<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Pixels in a tile.</summary>
    private const int MaxPixels = 8;

    public int Batch;
    public int Channels;
    public int SourceHeight;
    public int SourceWidth;
    public int StrideY;
    public int StrideX;
    public FilterTap* Taps;
    public int TapCount;

    /// <summary>Taps of the filter: vectors of weights in a block.</summary>
    public int FilterTaps;

    /// <summary>Rows to compute.</summary>
    public int Rows;

    /// <summary>Columns to compute.</summary>
    public int Columns;

    /// <summary>Floats from a row of the target to the next.</summary>
    public nint RowStep;

    /// <summary>Floats from a column of the target to the next.</summary>
    public nint ColumnStep;

    /// <summary>Floats from a block of the target to the next.</summary>
    public nint BlockStep;

    public float* Source;

    /// <summary>[block][tap][lane], zeros in the padding lanes.</summary>
    public float* Weights;

    /// <summary>A number for each channel, or null.</summary>
    public float* Bias;

    /// <summary>Added to the sums, or null.</summary>
    public float* Residual;

    /// <summary>The first row and column of the first block.</summary>
    public float* Target;

    public float Floor;

    private readonly int Blocks => ((Channels - 1) / TSimd.Width) + 1;

    public readonly void Run(WorkerPool pool) => pool.Run(Batch * Blocks, this);

    public readonly void Execute(int index, int worker)
    {
        DepthwiseTap* taps = stackalloc DepthwiseTap[FilterTap.Most];
        int block = index % Blocks;
        float* source = Source + ((nint)index * SourceHeight * SourceWidth * TSimd.Width);
        var (left, right) = Inner();
        Tile tile = default;
        tile.Weights = Weights + ((nint)block * FilterTaps * TSimd.Width);
        tile.Taps = taps;
        tile.SourceStep = (nint)StrideX * TSimd.Width;
        tile.TargetStep = ColumnStep;
        tile.Floor = Floor;
        tile.Bias = Bias is null ? null : Bias + (block * TSimd.Width);
        tile.Lanes = Math.Min(TSimd.Width, Channels - (block * TSimd.Width));
        for (int y = 0; y < Rows; y++)
        {
            nint row = (index * BlockStep) + (y * RowStep);
            for (int x = 0; x < left; x++) One(&tile, source, row, y, x);
            if (right > left)
            {
                tile.TapCount = TapsAt(y, left, taps);
                var parts = new EvenSplit(right - left, MaxPixels);
                for (int part = 0; part < parts.Parts; part++)
                {
                    Place(&tile, source, row, y, left + parts.Start(part));
                    tile.Pixels = parts.Length(part);
                    Run(&tile);
                }
            }

            for (int x = right; x < Columns; x++) One(&tile, source, row, y, x);
        }
    }

    private readonly void One(Tile* tile, float* source, nint row, int y, int x)
    {
        tile->TapCount = TapsAt(y, x, tile->Taps);
        tile->Pixels = 1;
        Place(tile, source, row, y, x);
        Run(tile);
    }

    private readonly void Place(Tile* tile, float* source, nint row, int y, int x)
    {
        nint at = row + (x * ColumnStep);
        tile->Source = source + ((((nint)y * StrideY * SourceWidth) + (x * StrideX)) * TSimd.Width);
        tile->Target = Target + at;
        tile->Residual = Residual is null ? null : Residual + at;
    }

    /// <summary>The columns at which no tap meets the padding left or right.</summary>
    private readonly (int Left, int Right) Inner()
    {
        int left = 0, right = Columns;
        for (int t = 0; t < TapCount; t++)
        {
            int column = Taps[t].Column;
            if (column < 0) left = Math.Max(left, (StrideX - 1 - column) / StrideX);
            right = Math.Min(right, column >= SourceWidth ? 0 : ((SourceWidth - 1 - column) / StrideX) + 1);
        }

        left = Math.Min(left, Columns);
        return (left, Math.Max(left, right));
    }

    private readonly int TapsAt(int y, int x, DepthwiseTap* taps)
    {
        int count = 0;
        for (int t = 0; t < TapCount; t++)
        {
            var tap = Taps[t];
            if ((uint)((y * StrideY) + tap.Row) >= (uint)SourceHeight || (uint)((x * StrideX) + tap.Column) >= (uint)SourceWidth) continue;
            taps[count++] = new DepthwiseTap((((nint)tap.Row * SourceWidth) + tap.Column) * TSimd.Width, (nint)tap.Kernel * TSimd.Width);
        }

        return count;
    }

    private struct Tile
    {
        public float* Source;
        public nint SourceStep;
        public float* Weights;
        public DepthwiseTap* Taps;
        public int TapCount;
        public float* Target;
        public nint TargetStep;
        public float* Bias;
        public int Lanes;
        public float* Residual;
        public float Floor;
        public int Pixels;
    }

    private static void Run(Tile* tile)
    {
        switch (tile->Pixels)
        {
            case 1: Run<Count1>(tile); break;
            case 2: Run<Count2>(tile); break;
            case 3: Run<Count3>(tile); break;
            case 4: Run<Count4>(tile); break;
            case 5: Run<Count5>(tile); break;
            case 6: Run<Count6>(tile); break;
            case 7: Run<Count7>(tile); break;
            case 8: Run<Count8>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>Not inlined and without calls, or the accumulators would live on the stack.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TPixels>(Tile* tile)
        where TPixels : ICount
    {
        TSimd bias = tile->Bias is null ? TSimd.Zero : TSimd.LoadPartial(tile->Bias, tile->Lanes);
        TSimd s0 = bias;
        TSimd s1 = bias;
        TSimd s2 = bias;
        TSimd s3 = bias;
        TSimd s4 = bias;
        TSimd s5 = bias;
        TSimd s6 = bias;
        TSimd s7 = bias;
        nint step = tile->SourceStep;
        for (int t = 0; t < tile->TapCount; t++)
        {
            TSimd w = TSimd.Load(tile->Weights + tile->Taps[t].Weight);
            float* x = tile->Source + tile->Taps[t].Source;
            TSimd.Accumulate(ref s0, TSimd.Load(x), w);
            if (TPixels.Value > 1) TSimd.Accumulate(ref s1, TSimd.Load(x + step), w);
            if (TPixels.Value > 2) TSimd.Accumulate(ref s2, TSimd.Load(x + (2 * step)), w);
            if (TPixels.Value > 3) TSimd.Accumulate(ref s3, TSimd.Load(x + (3 * step)), w);
            if (TPixels.Value > 4) TSimd.Accumulate(ref s4, TSimd.Load(x + (4 * step)), w);
            if (TPixels.Value > 5) TSimd.Accumulate(ref s5, TSimd.Load(x + (5 * step)), w);
            if (TPixels.Value > 6) TSimd.Accumulate(ref s6, TSimd.Load(x + (6 * step)), w);
            if (TPixels.Value > 7) TSimd.Accumulate(ref s7, TSimd.Load(x + (7 * step)), w);
        }

        float* y = tile->Target;
        nint next = tile->TargetStep;
        float* residual = tile->Residual;
        TSimd floor = TSimd.Broadcast(tile->Floor);
        Put(y, 0, residual, floor, s0);
        if (TPixels.Value > 1) Put(y, next, residual, floor, s1);
        if (TPixels.Value > 2) Put(y, 2 * next, residual, floor, s2);
        if (TPixels.Value > 3) Put(y, 3 * next, residual, floor, s3);
        if (TPixels.Value > 4) Put(y, 4 * next, residual, floor, s4);
        if (TPixels.Value > 5) Put(y, 5 * next, residual, floor, s5);
        if (TPixels.Value > 6) Put(y, 6 * next, residual, floor, s6);
        if (TPixels.Value > 7) Put(y, 7 * next, residual, floor, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* y, nint at, float* residual, TSimd floor, TSimd sum)
    {
        if (residual is not null) sum += TSimd.Load(residual + at);
        TSimd.Store(y + at, TSimd.Max(floor, sum));
    }
}
