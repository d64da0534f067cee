namespace Framework.Kernels.Gemm;

/// <summary>Which results are written past the caches: those that would push out what is there, and come out whole, a vector at a time.</summary>
internal static unsafe class PastCaches
{
    /// <summary>Floats of a result from which on it pays: those of 67 and 151 MB took half the time so; smaller ones were not tried.</summary>
    private const nint Floats = 1 << 22;

    /// <summary>Whether a result is large, written once, and its rows' vectors lie at multiples of their size.</summary>
    /// <param name="problem">The product.</param>
    /// <param name="terms">The longest sum that a visit of a place completes.</param>
    /// <param name="result">Where the result goes.</param>
    /// <param name="width">Floats of a vector.</param>
    public static bool Suit(in GemmProblem problem, int terms, float* result, int width) =>
        (nint)problem.Rows * problem.Columns >= Floats && problem.Depth <= terms && !problem.Accumulate
        && problem.Bias == GemmBias.None && problem.Activation == FusedActivation.None
        && problem.StepC % width == 0 && (nuint)result % (nuint)(width * sizeof(float)) == 0;
}
