using Framework.Kernels.Convolution;

namespace Framework.Kernels.Winograd;

/// <summary>What the Winograd kernels have in common to refuse.</summary>
internal static class WinogradRefusal
{
    /// <summary>Why a form for such filters does not take the problem; null where it does.</summary>
    public static string? Of(in ConvolutionProblem problem, int filterSide)
    {
        if (problem.Kernel != Extents.Of(filterSide, filterSide)) return $"a filter is {problem.Kernel}, not {filterSide}x{filterSide}.";
        if (problem.Stride != Extents.One) return $"the stride is {problem.Stride}, not 1.";
        if (problem.Dilation != Extents.One) return $"the dilation is {problem.Dilation}, not 1.";
        if (problem.Groups != 1) return $"there are {problem.Groups} groups, not 1.";
        return DirectRefusal.HasDepth(problem) ? "it has three spatial axes." : null;
    }
}
