using Framework.Graphs;
using Framework.Kernels.Normalization;

namespace Framework.Lowering.Steps;

/// <summary>Values [N, C, spatial...] as the normalisation kernels see them.</summary>
internal static class ChannelVectors
{
    /// <summary>
    /// The problem of a value as it lies in memory. Where there are no places, a plain matrix [N, C], the channels themselves lie side by side.
    /// </summary>
    public static ChannelProblem ProblemOf(Value value)
    {
        var shape = value.Shape!.ToShape(value.Name);
        int places = shape[2..].ElementCount;
        if (value.Layout.IsBlocked)
        {
            int lanes = value.Layout.ChannelBlock;
            return new ChannelProblem(shape[0], (shape[1] + lanes - 1) / lanes, places, lanes);
        }

        return places == 1 ? new ChannelProblem(1, 1, shape[0], shape[1]) : new ChannelProblem(shape[0], shape[1], places);
    }

    /// <summary>Copies a vector [C] and puts zeros behind it, for the padding of the last block.</summary>
    public static unsafe void Fill(float* vector, int channels, float* target, in ChannelProblem problem)
    {
        new ReadOnlySpan<float>(vector, channels).CopyTo(new Span<float>(target, channels));
        new Span<float>(target + channels, problem.ChannelFloats - channels).Clear();
    }
}
