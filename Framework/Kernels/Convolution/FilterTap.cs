namespace Framework.Kernels.Convolution;

/// <summary>A tap of a filter as a direct kernel sees it.</summary>
/// <param name="Row">Source rows below the place that the strides lead to.</param>
/// <param name="Column">Source columns right of it.</param>
/// <param name="Kernel">The tap's number in the weights.</param>
internal readonly record struct FilterTap(int Row, int Column, int Kernel)
{
    /// <summary>The most taps that a direct kernel takes, so that lists of them fit the stack.</summary>
    public const int Most = 256;

    /// <summary>The smallest row and column of any tap, and the distances from there to the largest; zeros where there is no tap.</summary>
    public static (int Row, int RowSpan, int Column, int ColumnSpan) Bounds(ReadOnlySpan<FilterTap> taps)
    {
        if (taps.IsEmpty) return default;
        int top = taps[0].Row, bottom = top, left = taps[0].Column, right = left;
        foreach (var tap in taps)
        {
            top = Math.Min(top, tap.Row);
            bottom = Math.Max(bottom, tap.Row);
            left = Math.Min(left, tap.Column);
            right = Math.Max(right, tap.Column);
        }

        return (top, bottom - top, left, right - left);
    }

    /// <summary>
    /// The taps of a forward convolution: row by row, within a row those first whose columns leave no remainder by the stride, then
    /// those that leave 1, and so on; each such run is contiguous where columns are sorted by remainder.
    /// </summary>
    public static int Forward(in ConvolutionProblem problem, Span<FilterTap> taps)
    {
        int count = 0;
        for (int y = 0; y < problem.Kernel.Height; y++)
        {
            for (int remainder = 0; remainder < problem.Stride.Width; remainder++)
            {
                for (int x = 0; x < problem.Kernel.Width; x++)
                {
                    if (x * problem.Dilation.Width % problem.Stride.Width != remainder) continue;
                    taps[count++] = new FilterTap(
                        (y * problem.Dilation.Height) - problem.PadBegin.Height,
                        (x * problem.Dilation.Width) - problem.PadBegin.Width,
                        (y * problem.Kernel.Width) + x);
                }
            }
        }

        return count;
    }

    /// <summary>
    /// The taps that reach the input's points (<paramref name="row"/> + i stride, <paramref name="column"/> + j stride) from the output:
    /// output row = i + tap row. A tap reaches one such grid of points alone.
    /// </summary>
    public static int InputGradient(in ConvolutionProblem problem, int row, int column, Span<FilterTap> taps)
    {
        int count = 0;
        for (int y = 0; y < problem.Kernel.Height; y++)
        {
            int distanceY = row + problem.PadBegin.Height - (y * problem.Dilation.Height);
            if (distanceY % problem.Stride.Height != 0) continue;
            for (int x = 0; x < problem.Kernel.Width; x++)
            {
                int distanceX = column + problem.PadBegin.Width - (x * problem.Dilation.Width);
                if (distanceX % problem.Stride.Width != 0) continue;
                taps[count++] = new FilterTap(distanceY / problem.Stride.Height, distanceX / problem.Stride.Width, (y * problem.Kernel.Width) + x);
            }
        }

        return count;
    }
}
