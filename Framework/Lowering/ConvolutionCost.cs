using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;

namespace Framework.Lowering;

/// <summary>
/// What a convolution is expected to take on one core, in nanoseconds. The constants were measured on a Zen 4 core at 512, 256 and 128 bits, with
/// weights and activations out of the caches, as a layer finds them in a network whose weights do not fit there; a loop over one warm layer would
/// favour Winograd's larger weights. The benchmarks' <c>costs</c> repeats that on the machine at hand and says what a choice loses. Nothing here depends
/// on a clock or on the number of threads.
/// </summary>
internal static class ConvolutionCost
{
    /// <summary>Bytes of weights a nanosecond from memory: what one of two cores gets when both read.</summary>
    private const double WeightBytes = 16;

    /// <summary>Bytes a nanosecond to and from the shared cache.</summary>
    private const double SharedBytes = 24;

    /// <summary>What remains of the smaller of computing and reading, where the two overlap.</summary>
    private const double NotOverlapped = 0.3;

    /// <summary>Transforming, by one of the matrices from both sides, a vector of channels at one of the points.</summary>
    private const double TransformOfPoint = 3.6;

    /// <summary>Sharing phases among threads, warming up code.</summary>
    private const double Phases = 15_000;

    /// <summary>Packing a weight for a direct kernel, and for each point of a transform.</summary>
    private const double PackDirect = 0.85, PackPoint = 0.5;

    /// <summary>Multiply-adds of floats a nanosecond in a register tile.</summary>
    private static double MultiplyAdds(InstructionSet set) => set switch
    {
        InstructionSet.Vector512 => 54,
        InstructionSet.Vector256 => 48,
        InstructionSet.Vector128 => 25,
        _ => 1,
    };

    /// <summary>An output, or the gradient of an input.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="kernel">A kernel that takes it.</param>
    /// <param name="computed">The extents of what is computed.</param>
    /// <param name="packed">Whether weights were packed before.</param>
    public static double Pass(in ConvolutionProblem problem, ConvolutionKernel kernel, Extents computed, bool packed)
    {
        double weights = (double)problem.InputChannelsOfGroup * problem.OutputChannels;
        if (kernel is not IMinimalFiltering { Tile: var tile } form)
        {
            double bytes = weights * problem.Taps * sizeof(float);
            return Overlap(problem.MultiplyAdds / MultiplyAdds(kernel.Set), bytes / WeightBytes) + (packed ? 0 : weights * problem.Taps * PackDirect);
        }

        double points = form.Patch * form.Patch, tiles = Tiles(problem.Batch, computed, tile);
        double multiply = Overlap(points * tiles * weights / MultiplyAdds(kernel.Set), points * weights * sizeof(float) / WeightBytes);
        return Phases + multiply + Transforms(problem, kernel.Set, points * tiles) + (packed ? 0 : points * weights * PackPoint);
    }

    /// <summary>The gradient of weights.</summary>
    public static double WeightGradient(in ConvolutionProblem problem, ConvolutionKernel kernel)
    {
        double rate = MultiplyAdds(kernel.Set);
        if (kernel is not IMinimalFiltering { Tile: var tile } form) return problem.MultiplyAdds / rate;

        // Transformed activations go through the shared cache; sums are written and read again, beyond it where they are many.
        double points = form.Patch * form.Patch, tiles = Tiles(problem.Batch, problem.Output, tile);
        double weights = (double)problem.InputChannels * problem.OutputChannels;
        double shared = 2 * points * tiles * (problem.InputChannels + problem.OutputChannels) * sizeof(float) / SharedBytes;
        double sums = 2 * points * weights * sizeof(float) / WeightBytes;
        return Phases + (points * tiles * weights / rate) + Transforms(problem, kernel.Set, points * tiles) + shared + sums;
    }

    private static double Overlap(double compute, double read) => Math.Max(compute, read) + (NotOverlapped * Math.Min(compute, read));

    private static double Tiles(int batch, Extents extents, int tile) =>
        (double)batch * (((extents.Height - 1) / tile) + 1) * (((extents.Width - 1) / tile) + 1);

    private static double Transforms(in ConvolutionProblem problem, InstructionSet set, double points)
    {
        var layout = new BlockedLayout(set.Width);
        return points * (layout.Blocks(problem.InputChannels) + layout.Blocks(problem.OutputChannels)) * TransformOfPoint;
    }
}
