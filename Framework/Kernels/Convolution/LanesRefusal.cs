namespace Framework.Kernels.Convolution;

/// <summary>What the kernels with images in their lanes have in common to refuse.</summary>
internal static class LanesRefusal
{
    /// <summary>Terms up to which a sum is made in one go.</summary>
    private const int MostTerms = 512;

    /// <summary>Why no kernel with so many images side by side takes the problem; null where one may.</summary>
    public static string? Of(in ConvolutionProblem problem, int lanes)
    {
        if (problem.Batch % lanes != 0) return $"{problem.Batch} images do not fill blocks of {lanes}.";
        if (problem.Groups != 1) return $"it has {problem.Groups} groups.";
        return DirectRefusal.HasDepth(problem) ? "it has three spatial axes." : null;
    }

    /// <summary>Why sums over so many channels are too long; null where they are not.</summary>
    public static string? OfTerms(int channels, int taps) =>
        (long)channels * taps > MostTerms ? $"a sum has {(long)channels * taps} terms, more than {MostTerms}." : null;
}
