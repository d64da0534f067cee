namespace Framework.Kernels.Reduction;

/// <summary>What elements are reduced to.</summary>
public enum ReductionKind
{
    /// <summary>Their sum; 0 of none.</summary>
    Sum,

    /// <summary>Their sum over their number; NaN of none.</summary>
    Mean,

    /// <summary>The largest, or NaN where one is; minus infinity of none.</summary>
    Max,

    /// <summary>The smallest, or NaN where one is; infinity of none.</summary>
    Min,

    /// <summary>Their product; 1 of none.</summary>
    Product,

    /// <summary>The sum of their squares.</summary>
    SumOfSquares,

    /// <summary>The sum of their magnitudes.</summary>
    SumOfMagnitudes,
}

/// <summary>A tensor seen as [Outer, Length, Inner], reduced to [Outer, Inner].</summary>
/// <remarks>
/// The tree of a sum follows from the extents and the instruction set alone. Along the last axis chunks of <see cref="RowChunk"/> elements
/// are summed in blocks of <see cref="Block"/> vectors; across rows chunks of <see cref="ColumnRows"/> rows, four at a time. Chunks are then
/// added in the same ways, so that no term of a sum goes through more than <see cref="LongestChain"/> additions.
/// </remarks>
public readonly record struct ReductionProblem
{
    internal const int RowChunk = 1 << 14;
    internal const int Block = 64;
    internal const int ColumnRows = 256;

    /// <summary>States a problem.</summary>
    /// <param name="kind">What elements are reduced to.</param>
    /// <param name="outer">Elements before the reduced axis.</param>
    /// <param name="length">Elements along the reduced axis.</param>
    /// <param name="inner">Elements behind the reduced axis; 1 where it is the last.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is negative.</exception>
    public ReductionProblem(ReductionKind kind, int outer, int length, int inner = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(outer);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfNegative(inner);
        Kind = kind;
        Outer = outer;
        Length = length;
        Inner = inner;
    }

    /// <summary>What elements are reduced to.</summary>
    public ReductionKind Kind { get; }

    /// <summary>Elements before the reduced axis.</summary>
    public int Outer { get; }

    /// <summary>Elements along the reduced axis.</summary>
    public int Length { get; }

    /// <summary>Elements behind the reduced axis.</summary>
    public int Inner { get; }

    /// <summary>Floats of scratch that a run needs: a partial result for each chunk where there are several.</summary>
    public nint WorkspaceFloats => Chunks == 1 ? 0 : (nint)Chunks * Outer * Inner;

    /// <summary>Additions that a term of a sum goes through at most, at any instruction set.</summary>
    internal int LongestChain
    {
        get
        {
            // A vector of one lane, four ways: a block of 64 a way, the blocks of a chunk, a rest, joining. Then the same over the chunks.
            if (Inner == 1) return RowSteps(Math.Min(Length, RowChunk)) + RowSteps(Chunks);
            return (Math.Min(Length, ColumnRows) / 4) + 5 + (Chunks / 4) + 5;
            static int RowSteps(int count) => Math.Min(count / 4, Block) + (count / (4 * Block)) + 12;
        }
    }

    internal int ChunkLength => Inner == 1 ? RowChunk : ColumnRows;

    internal int Chunks => Math.Max(1, (int)(((long)Length + ChunkLength - 1) / ChunkLength));
}
