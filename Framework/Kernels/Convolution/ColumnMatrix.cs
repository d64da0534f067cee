using Framework.Kernels.Simd;

namespace Framework.Kernels.Convolution;

/// <summary>
/// A convolution's input seen as a matrix: a row for each channel and tap, a column for each point of the output. It is never
/// made whole, only in panels (im2col) or added back from panels (col2im).
/// </summary>
/// <remarks>Work goes along the output's rows, where neighbours of the matrix are neighbours, or a stride apart, in the input.</remarks>
internal readonly unsafe ref struct ColumnMatrix
{
    private readonly ref readonly ConvolutionProblem _problem;
    private readonly Extents _output;

    public ColumnMatrix(in ConvolutionProblem problem)
    {
        _problem = ref problem;
        _output = problem.Output;
    }

    /// <summary>Writes a part of one row of the matrix, zeros where it meets the padding.</summary>
    /// <param name="channel">The input's channel.</param>
    /// <param name="tap">The filter's tap.</param>
    /// <param name="point">The first point of the output.</param>
    /// <param name="count">Points to write.</param>
    /// <param name="target">Where to.</param>
    /// <param name="step">Floats from a point to the next in the target.</param>
    public void Read(float* channel, int tap, int point, int count, float* target, nint step)
    {
        for (int end = point + count; point < end;)
        {
            var run = RunAt(tap, point, end);
            float* source = channel + run.Source;
            int i = 0;
            for (; i < run.Before; i++) target[i * step] = 0;
            if (step == 1 && _problem.Stride.Width == 1)
            {
                new ReadOnlySpan<float>(source, run.Until - i).CopyTo(new Span<float>(target + i, run.Until - i));
                i = run.Until;
            }

            for (; i < run.Until; i++, source += _problem.Stride.Width) target[i * step] = *source;
            for (; i < run.Count; i++) target[i * step] = 0;
            target += run.Count * step;
            point += run.Count;
        }
    }

    /// <summary>Adds a part of one row of the matrix to the channel that it came from.</summary>
    /// <param name="channel">The input's channel.</param>
    /// <param name="tap">The filter's tap.</param>
    /// <param name="point">The first point of the output.</param>
    /// <param name="count">Points to add.</param>
    /// <param name="source">What to add, a float for each point.</param>
    public void Add<TSimd>(float* channel, int tap, int point, int count, float* source)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        for (int end = point + count; point < end;)
        {
            var run = RunAt(tap, point, end);
            float* target = channel + run.Source;
            int i = run.Before;
            if (_problem.Stride.Width == 1)
            {
                for (; i <= run.Until - TSimd.Width; i += TSimd.Width, target += TSimd.Width)
                    TSimd.Store(target, TSimd.Load(target) + TSimd.Load(source + i));
            }

            for (; i < run.Until; i++, target += _problem.Stride.Width) *target += source[i];
            source += run.Count;
            point += run.Count;
        }
    }

    /// <summary>The points from <paramref name="point"/> to the end of its row of the output, or to <paramref name="end"/>.</summary>
    private Run RunAt(int tap, int point, int end)
    {
        var kernel = _problem.Kernel;
        var stride = _problem.Stride;
        var dilation = _problem.Dilation;
        var pad = _problem.PadBegin;
        var input = _problem.Input;
        int x = point % _output.Width;
        int y = point / _output.Width % _output.Height;
        int z = point / _output.Width / _output.Height;
        int count = Math.Min(end - point, _output.Width - x);
        int inputZ = (z * stride.Depth) + (tap / kernel.Width / kernel.Height * dilation.Depth) - pad.Depth;
        int inputY = (y * stride.Height) + (tap / kernel.Width % kernel.Height * dilation.Height) - pad.Height;
        int inputX = (x * stride.Width) + (tap % kernel.Width * dilation.Width) - pad.Width;
        if ((uint)inputZ >= (uint)input.Depth || (uint)inputY >= (uint)input.Height) return new Run(count, count, count, 0);

        int before = Math.Min(count, inputX >= 0 ? 0 : (stride.Width - 1 - inputX) / stride.Width);
        int until = Math.Clamp(inputX >= input.Width ? 0 : ((input.Width - 1 - inputX) / stride.Width) + 1, before, count);
        nint row = (((nint)inputZ * input.Height) + inputY) * input.Width;
        return new Run(count, before, until, row + inputX + (before * stride.Width));
    }

    /// <param name="Count">Points of the run.</param>
    /// <param name="Before">Points before the first that meets the input.</param>
    /// <param name="Until">Points up to the last that meets the input.</param>
    /// <param name="Source">Where the first that meets the input meets it.</param>
    private readonly record struct Run(int Count, int Before, int Until, nint Source);
}
