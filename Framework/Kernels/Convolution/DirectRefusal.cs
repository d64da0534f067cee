namespace Framework.Kernels.Convolution;

/// <summary>What the direct kernels have in common to refuse.</summary>
internal static class DirectRefusal
{
    /// <summary>Channels up to which a plain input is read faster than one whose blocks are mostly padding.</summary>
    private const int MostPlainChannels = 4;

    /// <summary>Why no direct kernel with blocks of <paramref name="lanes"/> channels takes the problem; null where one may.</summary>
    public static string? Of(in ConvolutionProblem problem, int lanes)
    {
        if (HasDepth(problem)) return "it has three spatial axes.";
        if (problem.Taps > FilterTap.Most) return $"a filter has {problem.Taps} taps, more than {FilterTap.Most}.";
        if (problem.Groups > 1 && (problem.InputChannelsOfGroup % lanes != 0 || problem.OutputChannelsOfGroup % lanes != 0))
            return $"a group of {problem.InputChannelsOfGroup} to {problem.OutputChannelsOfGroup} channels does not fill blocks of {lanes}.";
        return null;
    }

    /// <summary>Why a plain input is not the way to read the problem; null where it is.</summary>
    public static string? OfPlainInput(in ConvolutionProblem problem)
    {
        if (problem.Groups != 1) return "a plain input is read for one group only.";
        return problem.InputChannels > MostPlainChannels ? $"a plain input pays up to {MostPlainChannels} channels." : null;
    }

    /// <summary>Whether the outermost axis takes part.</summary>
    public static bool HasDepth(in ConvolutionProblem problem) =>
        problem.Input.Depth != 1 || problem.Kernel.Depth != 1 || problem.Output.Depth != 1 || problem.PadBegin.Depth != 0;
}
