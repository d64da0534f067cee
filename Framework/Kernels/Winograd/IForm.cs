using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>
/// A minimal filtering algorithm F(m x m, r x r): both sides are evaluated as polynomials at m + r - 1 points along each axis, multiplied there, and
/// the product's coefficients interpolated. With A, B, G the matrices of the algorithm an m x m tile of the output is A' (G g G' * B' d B) A.
/// </summary>
/// <remarks>Lavin and Gray, Fast Algorithms for Convolutional Neural Networks, arXiv:1509.09308, sections 4 and 5.</remarks>
internal unsafe interface IForm
{
    /// <summary>What tells the form from the others in a kernel's name.</summary>
    static abstract string Name { get; }

    /// <summary>Rows and columns of a filter.</summary>
    static abstract int FilterSide { get; }

    /// <summary>Rows and columns of a tile of the output.</summary>
    static abstract int Tile { get; }

    /// <summary>Rows and columns of the input that a tile sees: the points along an axis.</summary>
    static abstract int Patch { get; }

    /// <summary>B' d B: a patch of the input at the points.</summary>
    static abstract void Input<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;

    /// <summary>G g G': a filter at the points.</summary>
    static abstract void Filter<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;

    /// <summary>A' m A: products at the points to a tile of the output.</summary>
    static abstract void Output<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;

    /// <summary>A dy A': a tile of the output's gradient at the points.</summary>
    static abstract void OutputGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;

    /// <summary>G' m G: products at the points to the gradient of a filter.</summary>
    static abstract void FilterGradient<TSimd>(float* source, nint rowStep, nint columnStep, float* target, nint targetStep)
        where TSimd : unmanaged, ISimd<TSimd>;
}
