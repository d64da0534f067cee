namespace Framework.Kernels.Gemm;

/// <summary>What is added to a product along one of its axes.</summary>
public enum GemmBias
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>One number for each row, M of them.</summary>
    PerRow,

    /// <summary>One number for each column, N of them.</summary>
    PerColumn,
}

/// <summary>What a kernel applies to a finished sum before it is stored.</summary>
public enum FusedActivation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(0, x); NaN stays NaN.</summary>
    Relu,
}

/// <summary>
/// A matrix product of single precision, C = activation(A B + bias), or C + A B where <see cref="Accumulate"/> is set. A is M x K, B
/// is K x N, C is M x N, all row-major; validated here once, and trusted by the kernels.
/// </summary>
public readonly record struct GemmProblem
{
    /// <summary>A product of matrices without gaps between their rows.</summary>
    /// <param name="rows">M, rows of A and C; at least 1.</param>
    /// <param name="columns">N, columns of B and C; at least 1.</param>
    /// <param name="depth">K, columns of A and rows of B; at least 1.</param>
    /// <param name="transposeA">Whether A lies in memory as K x M.</param>
    /// <param name="transposeB">Whether B lies in memory as N x K.</param>
    /// <exception cref="ArgumentOutOfRangeException">An extent is below 1.</exception>
    public GemmProblem(int rows, int columns, int depth, bool transposeA = false, bool transposeB = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(columns, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(depth, 1);
        Rows = rows;
        Columns = columns;
        Depth = depth;
        TransposeA = transposeA;
        TransposeB = transposeB;
        StepA = transposeA ? rows : depth;
        StepB = transposeB ? depth : columns;
        StepC = columns;
    }

    /// <summary>M.</summary>
    public int Rows { get; }

    /// <summary>N.</summary>
    public int Columns { get; }

    /// <summary>K.</summary>
    public int Depth { get; }

    /// <summary>Whether A lies in memory as K x M.</summary>
    public bool TransposeA { get; }

    /// <summary>Whether B lies in memory as N x K.</summary>
    public bool TransposeB { get; }

    /// <summary>Floats from a row of A, as it lies in memory, to the next.</summary>
    public int StepA { get; init; }

    /// <summary>Floats from a row of B, as it lies in memory, to the next.</summary>
    public int StepB { get; init; }

    /// <summary>Floats from a row of C to the next.</summary>
    public int StepC { get; init; }

    /// <summary>Whether the product is added to what C holds.</summary>
    public bool Accumulate { get; init; }

    /// <summary>What is added along an axis.</summary>
    public GemmBias Bias { get; init; }

    /// <summary>What is applied last.</summary>
    public FusedActivation Activation { get; init; }

    /// <summary>Multiply-adds of the product.</summary>
    public long MultiplyAdds => (long)Rows * Columns * Depth;

    /// <summary>Floats from an element of A to the one below it.</summary>
    internal nint RowStepA => TransposeA ? 1 : StepA;

    /// <summary>Floats from an element of A to the one right of it.</summary>
    internal nint DepthStepA => TransposeA ? StepA : 1;

    /// <summary>Floats from an element of B to the one below it.</summary>
    internal nint DepthStepB => TransposeB ? 1 : StepB;

    /// <summary>Floats from an element of B to the one right of it.</summary>
    internal nint ColumnStepB => TransposeB ? StepB : 1;
}
