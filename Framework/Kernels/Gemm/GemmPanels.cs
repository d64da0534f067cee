using Framework.Kernels.Simd;

namespace Framework.Kernels.Gemm;

/// <summary>
/// Packed operands: panels of a few rows of A, or columns of B, side by side at each depth, so that a tile reads them in the
/// order in which they lie.
/// </summary>
internal static unsafe class GemmPanels
{
    /// <summary>Packs one panel, <c>[depth][width]</c>; the lanes from <paramref name="count"/> on become 0.</summary>
    /// <param name="source">The panel's first element.</param>
    /// <param name="depthStep">Floats from one depth to the next in the source.</param>
    /// <param name="laneStep">Floats from one row of A, or column of B, to the next; this or <paramref name="depthStep"/> is 1.</param>
    /// <param name="target">The packed panel.</param>
    /// <param name="depth">Depths to pack.</param>
    /// <param name="count">Rows of A, or columns of B, that there are.</param>
    /// <param name="width">Lanes of the panel.</param>
    public static void Pack(float* source, nint depthStep, nint laneStep, float* target, int depth, int count, int width)
    {
        if (laneStep == 1)
        {
            for (int k = 0; k < depth; k++)
                new ReadOnlySpan<float>(source + (k * depthStep), count).CopyTo(new Span<float>(target + ((nint)k * width), width));
        }
        else
        {
            Transposition.Run(source, laneStep, target, width, count, depth);
        }

        if (count == width) return;
        for (int k = 0; k < depth; k++) new Span<float>(target + ((nint)k * width) + count, width - count).Clear();
    }
}
