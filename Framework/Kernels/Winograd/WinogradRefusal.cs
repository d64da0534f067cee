using Framework.Kernels.Convolution;

namespace Framework.Kernels.Winograd;

/// <summary>What the Winograd kernels have in common to refuse.</summary>
internal static class WinogradRefusal
{
    /// <summary>Why no form takes the problem; null where all do.</summary>
    public static string? Of(in ConvolutionProblem problem)
    {
        if (problem.Kernel != Extents.Of(3, 3)) return $"a filter is {problem.Kernel}, not 3x3.";
        if (problem.Stride != Extents.One) return $"the stride is {problem.Stride}, not 1.";
        if (problem.Dilation != Extents.One) return $"the dilation is {problem.Dilation}, not 1.";
        if (problem.Groups != 1) return $"there are {problem.Groups} groups, not 1.";
        return DirectRefusal.HasDepth(problem) ? "it has three spatial axes." : null;
    }
}
