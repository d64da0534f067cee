using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Gemm;

/// <summary>
/// One register tile of a product: C[rows, columns] = or += A[rows, depth] B[depth, columns], where the columns fill at most two
/// vectors. What every matrix kernel ends in.
/// </summary>
internal unsafe struct GemmTile
{
    /// <summary>The first element of A.</summary>
    public float* A;

    /// <summary>Floats from a row of A to the next; 1 where A is packed.</summary>
    public nint RowStepA;

    /// <summary>Floats from a column of A to the next.</summary>
    public nint DepthStepA;

    /// <summary>The first element of B; whole vectors of it are read.</summary>
    public float* B;

    /// <summary>Floats from a row of B to the next.</summary>
    public nint DepthStepB;

    /// <summary>The first element of C.</summary>
    public float* C;

    /// <summary>Floats from a row of C to the next.</summary>
    public nint StepC;

    /// <summary>Rows, at most <see cref="GemmTiles{TSimd}.MaxRows"/>.</summary>
    public int Rows;

    /// <summary>Columns of C to write, at most <see cref="Vectors"/> vectors.</summary>
    public int Columns;

    /// <summary>Vectors across, 1 or 2.</summary>
    public int Vectors;

    /// <summary>Terms of each sum.</summary>
    public int Depth;

    /// <summary>Whether to add to C.</summary>
    public bool Accumulate;
}

/// <summary>The tiles of one instruction set: every number of rows up to what the registers hold, one or two vectors across.</summary>
/// <remarks>
/// Accumulators, two vectors of B and a broadcast of A must fit the registers: 32 with 512 bits, else 16. For each element of
/// C the order of the terms is that of the depth, whatever the tile, so results do not depend on how C is cut up.
/// </remarks>
internal static unsafe class GemmTiles<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>The most rows in a tile.</summary>
    public static int MaxRows => TSimd.Set switch
    {
        InstructionSet.Vector512 => 12,
        InstructionSet.Scalar => 4,
        _ => 6,
    };

    /// <summary>Computes a tile.</summary>
    public static void Run(GemmTile* tile)
    {
        if (tile->Columns == tile->Vectors * TSimd.Width) RunWhole(tile);
        else RunPart(tile);
    }

    /// <summary>Sums whole vectors on the side, and then writes the columns that there are: the kernel itself stays without masks.</summary>
    private static void RunPart(GemmTile* tile)
    {
        float* sums = stackalloc float[MaxRows * 2 * TSimd.Width];
        GemmTile whole = *tile;
        whole.C = sums;
        whole.StepC = tile->Vectors * TSimd.Width;
        whole.Accumulate = false;
        RunWhole(&whole);
        for (int row = 0; row < tile->Rows; row++)
        {
            for (int column = 0; column < tile->Columns; column += TSimd.Width)
            {
                int count = Math.Min(TSimd.Width, tile->Columns - column);
                float* c = tile->C + (row * tile->StepC) + column;
                TSimd sum = TSimd.Load(sums + (row * whole.StepC) + column);
                TSimd.StorePartial(c, tile->Accumulate ? TSimd.LoadPartial(c, count) + sum : sum, count);
            }
        }
    }

    private static void RunWhole(GemmTile* tile)
    {
        if (tile->RowStepA == 1)
        {
            if (tile->Vectors == 2) Run<Count1, Count2>(tile);
            else Run<Count1, Count1>(tile);
        }
        else
        {
            if (tile->Vectors == 2) Run<Count2, Count2>(tile);
            else Run<Count2, Count1>(tile);
        }
    }

    private static void Run<TStep, TVectors>(GemmTile* tile)
        where TStep : ICount
        where TVectors : ICount
    {
        switch (tile->Rows)
        {
            case 1: Run<Count1, TStep, TVectors>(tile); break;
            case 2: Run<Count2, TStep, TVectors>(tile); break;
            case 3: Run<Count3, TStep, TVectors>(tile); break;
            case 4: Run<Count4, TStep, TVectors>(tile); break;
            case 5: Run<Count5, TStep, TVectors>(tile); break;
            case 6: Run<Count6, TStep, TVectors>(tile); break;
            case 7: Run<Count7, TStep, TVectors>(tile); break;
            case 8: Run<Count8, TStep, TVectors>(tile); break;
            case 9: Run<Count9, TStep, TVectors>(tile); break;
            case 10: Run<Count10, TStep, TVectors>(tile); break;
            case 11: Run<Count11, TStep, TVectors>(tile); break;
            case 12: Run<Count12, TStep, TVectors>(tile); break;
            default: throw new ArgumentOutOfRangeException(nameof(tile));
        }
    }

    /// <remarks>
    /// Not inlined and without calls, or the accumulators would live on the stack. The step of A is 1 where
    /// <typeparamref name="TStep"/> is, so that its elements are reached by constant offsets.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Run<TRows, TStep, TVectors>(GemmTile* tile)
        where TRows : ICount
        where TStep : ICount
        where TVectors : ICount
    {
        float* a = tile->A;
        float* b = tile->B;
        nint step = TStep.Value == 1 ? 1 : tile->RowStepA;
        nint stepA = tile->DepthStepA;
        nint stepB = tile->DepthStepB;
        TSimd c00 = TSimd.Zero, c01 = TSimd.Zero;
        TSimd c10 = TSimd.Zero, c11 = TSimd.Zero;
        TSimd c20 = TSimd.Zero, c21 = TSimd.Zero;
        TSimd c30 = TSimd.Zero, c31 = TSimd.Zero;
        TSimd c40 = TSimd.Zero, c41 = TSimd.Zero;
        TSimd c50 = TSimd.Zero, c51 = TSimd.Zero;
        TSimd c60 = TSimd.Zero, c61 = TSimd.Zero;
        TSimd c70 = TSimd.Zero, c71 = TSimd.Zero;
        TSimd c80 = TSimd.Zero, c81 = TSimd.Zero;
        TSimd c90 = TSimd.Zero, c91 = TSimd.Zero;
        TSimd c100 = TSimd.Zero, c101 = TSimd.Zero;
        TSimd c110 = TSimd.Zero, c111 = TSimd.Zero;
        for (nint k = tile->Depth; k != 0; k--)
        {
            TSimd b0 = TSimd.Load(b);
            TSimd b1 = TVectors.Value > 1 ? TSimd.Load(b + TSimd.Width) : b0;
            Add<TVectors>(a, 0, b0, b1, ref c00, ref c01);
            if (TRows.Value > 1) Add<TVectors>(a, step, b0, b1, ref c10, ref c11);
            if (TRows.Value > 2) Add<TVectors>(a, 2 * step, b0, b1, ref c20, ref c21);
            if (TRows.Value > 3) Add<TVectors>(a, 3 * step, b0, b1, ref c30, ref c31);
            if (TRows.Value > 4) Add<TVectors>(a, 4 * step, b0, b1, ref c40, ref c41);
            if (TRows.Value > 5) Add<TVectors>(a, 5 * step, b0, b1, ref c50, ref c51);
            if (TRows.Value > 6) Add<TVectors>(a, 6 * step, b0, b1, ref c60, ref c61);
            if (TRows.Value > 7) Add<TVectors>(a, 7 * step, b0, b1, ref c70, ref c71);
            if (TRows.Value > 8) Add<TVectors>(a, 8 * step, b0, b1, ref c80, ref c81);
            if (TRows.Value > 9) Add<TVectors>(a, 9 * step, b0, b1, ref c90, ref c91);
            if (TRows.Value > 10) Add<TVectors>(a, 10 * step, b0, b1, ref c100, ref c101);
            if (TRows.Value > 11) Add<TVectors>(a, 11 * step, b0, b1, ref c110, ref c111);
            a += stepA;
            b += stepB;
        }

        float* c = tile->C;
        nint stepC = tile->StepC;
        bool accumulate = tile->Accumulate;
        Put<TVectors>(c, accumulate, c00, c01);
        if (TRows.Value > 1) Put<TVectors>(c + stepC, accumulate, c10, c11);
        if (TRows.Value > 2) Put<TVectors>(c + (2 * stepC), accumulate, c20, c21);
        if (TRows.Value > 3) Put<TVectors>(c + (3 * stepC), accumulate, c30, c31);
        if (TRows.Value > 4) Put<TVectors>(c + (4 * stepC), accumulate, c40, c41);
        if (TRows.Value > 5) Put<TVectors>(c + (5 * stepC), accumulate, c50, c51);
        if (TRows.Value > 6) Put<TVectors>(c + (6 * stepC), accumulate, c60, c61);
        if (TRows.Value > 7) Put<TVectors>(c + (7 * stepC), accumulate, c70, c71);
        if (TRows.Value > 8) Put<TVectors>(c + (8 * stepC), accumulate, c80, c81);
        if (TRows.Value > 9) Put<TVectors>(c + (9 * stepC), accumulate, c90, c91);
        if (TRows.Value > 10) Put<TVectors>(c + (10 * stepC), accumulate, c100, c101);
        if (TRows.Value > 11) Put<TVectors>(c + (11 * stepC), accumulate, c110, c111);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TVectors>(float* a, nint at, TSimd b0, TSimd b1, ref TSimd sum0, ref TSimd sum1)
        where TVectors : ICount
    {
        if (TVectors.Value > 1)
        {
            TSimd scalar = TSimd.Broadcast(a[at]);
            TSimd.Accumulate(ref sum0, scalar, b0);
            TSimd.Accumulate(ref sum1, scalar, b1);
        }
        else
        {
            TSimd.Accumulate(ref sum0, b0, a + at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put<TVectors>(float* c, bool accumulate, TSimd sum0, TSimd sum1)
        where TVectors : ICount
    {
        TSimd.Store(c, accumulate ? TSimd.Load(c) + sum0 : sum0);
        if (TVectors.Value > 1) TSimd.Store(c + TSimd.Width, accumulate ? TSimd.Load(c + TSimd.Width) + sum1 : sum1);
    }
}
