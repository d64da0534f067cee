namespace Framework.Execution;

/// <summary>Which of the fitting convolution kernels a session takes. A kernel that does not fit a convolution is never taken.</summary>
public enum ConvolutionAlgorithm
{
    /// <summary>The kernel expected to be fastest for the shape.</summary>
    Auto,

    /// <summary>Plain sums of products only: never a transform that changes the rounding.</summary>
    Direct,

    /// <summary>Winograd's minimal filtering wherever it fits.</summary>
    Winograd,

    /// <summary>Winograd's with the largest tiles, F(6x6), wherever it fits: fewest multiplications, and several times the rounding error.</summary>
    Winograd6,

    /// <summary>The kernel with the smallest rounding error, whatever its time.</summary>
    Precise,
}
