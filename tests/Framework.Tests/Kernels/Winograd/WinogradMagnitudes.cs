using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;

namespace Framework.Tests.Kernels.Winograd;

/// <summary>
/// What the terms of a Winograd convolution add up to when every number is replaced by its magnitude: its rounding errors are a small multiple of
/// the unit roundoff times this. The definition's own sum of magnitudes would not do, since the transforms' terms cancel.
/// </summary>
internal abstract class WinogradMagnitudes
{
    /// <summary>
    /// Roundings on the way of a term beside those of the sum over channels or tiles: each of three matrices is applied from two sides, in sums of
    /// at most eight terms with a rounded factor and a rounded constant each.
    /// </summary>
    public const int TransformTerms = 3 * 2 * (8 + 2);

    /// <summary>Those of the form that a kernel's name tells.</summary>
    public static WinogradMagnitudes Of(string kernel)
    {
        if (kernel.Contains(Form2Of5.Name, StringComparison.Ordinal)) return new WinogradMagnitudes<Form2Of5>();
        if (kernel.Contains(Form6.Name, StringComparison.Ordinal)) return new WinogradMagnitudes<Form6>();
        return kernel.Contains(Form4.Name, StringComparison.Ordinal) ? new WinogradMagnitudes<Form4>() : new WinogradMagnitudes<Form2>();
    }

    /// <summary>For each number of the output.</summary>
    public abstract double[] Forward(ConvolutionProblem p, float[] input, float[] weights);

    /// <summary>For each number of the weights' gradient.</summary>
    public abstract double[] WeightGradient(ConvolutionProblem p, float[] input, float[] gradient);
}

/// <inheritdoc/>
internal sealed unsafe class WinogradMagnitudes<TForm> : WinogradMagnitudes
    where TForm : IForm
{
    private readonly double[,] _input = Matrix((s, t) => TForm.Input<SimdScalar>(s, TForm.Patch, 1, t, 1), TForm.Patch, TForm.Patch);
    private readonly double[,] _filter = Matrix((s, t) => TForm.Filter<SimdScalar>(s, TForm.FilterSide, 1, t, 1), TForm.Patch, TForm.FilterSide);
    private readonly double[,] _output = Matrix((s, t) => TForm.Output<SimdScalar>(s, TForm.Patch, 1, t, 1), TForm.Tile, TForm.Patch);

    private unsafe delegate void Transform(float* source, float* target);

    /// <inheritdoc/>
    public override double[] Forward(ConvolutionProblem p, float[] input, float[] weights)
    {
        var result = new double[p.Batch * p.OutputChannels * p.Output.Volume];
        int points = TForm.Patch * TForm.Patch, taps = TForm.FilterSide * TForm.FilterSide;
        VisitTiles(p, (n, row, column) =>
        {
            var patches = Enumerable.Range(0, p.InputChannels).Select(c => Patch(p, input, n, c, row, column)).ToArray();
            for (int o = 0; o < p.OutputChannels; o++)
            {
                var sums = new double[points];
                for (int c = 0; c < p.InputChannels; c++)
                {
                    var filter = Apply(_filter, weights.AsSpan(((o * p.InputChannels) + c) * taps, taps).ToArray().Select(w => (double)Math.Abs(w)).ToArray());
                    for (int i = 0; i < points; i++) sums[i] += filter[i] * patches[c][i];
                }

                double[] tile = Apply(_output, sums);
                for (int i = 0; i < tile.Length; i++)
                {
                    int y = row + (i / TForm.Tile), x = column + (i % TForm.Tile);
                    if (y < p.Output.Height && x < p.Output.Width)
                        result[(((((n * p.OutputChannels) + o) * p.Output.Height) + y) * p.Output.Width) + x] = tile[i];
                }
            }
        });
        return result;
    }

    /// <inheritdoc/>
    public override double[] WeightGradient(ConvolutionProblem p, float[] input, float[] gradient)
    {
        var sums = new double[p.OutputChannels * p.InputChannels][];
        int points = TForm.Patch * TForm.Patch;
        for (int i = 0; i < sums.Length; i++) sums[i] = new double[points];
        VisitTiles(p, (n, row, column) =>
        {
            var patches = Enumerable.Range(0, p.InputChannels).Select(c => Patch(p, input, n, c, row, column)).ToArray();
            for (int o = 0; o < p.OutputChannels; o++)
            {
                var tile = new double[TForm.Tile * TForm.Tile];
                for (int i = 0; i < tile.Length; i++)
                {
                    int y = row + (i / TForm.Tile), x = column + (i % TForm.Tile);
                    if (y < p.Output.Height && x < p.Output.Width)
                        tile[i] = Math.Abs(gradient[(((((n * p.OutputChannels) + o) * p.Output.Height) + y) * p.Output.Width) + x]);
                }

                double[] there = Apply(Turned(_output), tile);
                for (int c = 0; c < p.InputChannels; c++)
                {
                    for (int i = 0; i < points; i++) sums[(o * p.InputChannels) + c][i] += there[i] * patches[c][i];
                }
            }
        });
        return [.. sums.SelectMany(s => Apply(Turned(_filter), s))];
    }

    private static void VisitTiles(ConvolutionProblem p, Action<int, int, int> visit)
    {
        for (int n = 0; n < p.Batch; n++)
        {
            for (int row = 0; row < p.Output.Height; row += TForm.Tile)
            {
                for (int column = 0; column < p.Output.Width; column += TForm.Tile) visit(n, row, column);
            }
        }
    }

    private double[] Patch(ConvolutionProblem p, float[] input, int n, int c, int row, int column)
    {
        var patch = new double[TForm.Patch * TForm.Patch];
        for (int i = 0; i < patch.Length; i++)
        {
            int y = row + (i / TForm.Patch) - p.PadBegin.Height, x = column + (i % TForm.Patch) - p.PadBegin.Width;
            if (y >= 0 && x >= 0 && y < p.Input.Height && x < p.Input.Width)
                patch[i] = Math.Abs(input[(((((n * p.InputChannels) + c) * p.Input.Height) + y) * p.Input.Width) + x]);
        }

        return Apply(_input, patch);
    }

    private static double[] Apply(double[,] m, double[] square)
    {
        int to = m.GetLength(0), from = m.GetLength(1);
        var result = new double[to * to];
        for (int i = 0; i < to * to; i++)
        {
            for (int j = 0; j < from * from; j++) result[i] += m[i / to, j / from] * m[i % to, j % from] * square[j];
        }

        return result;
    }

    private static double[,] Turned(double[,] m)
    {
        var turned = new double[m.GetLength(1), m.GetLength(0)];
        for (int i = 0; i < m.GetLength(0); i++)
        {
            for (int j = 0; j < m.GetLength(1); j++) turned[j, i] = m[i, j];
        }

        return turned;
    }

    /// <summary>The magnitudes of a matrix, from what it makes of squares with a single 1: on the diagonal the square of an element.</summary>
    private static double[,] Matrix(Transform transform, int to, int from)
    {
        var matrix = new double[to, from];
        float* source = stackalloc float[from * from];
        float* target = stackalloc float[to * to];
        for (int j = 0; j < from; j++)
        {
            new Span<float>(source, from * from).Clear();
            source[(j * from) + j] = 1;
            transform(source, target);
            for (int i = 0; i < to; i++) matrix[i, j] = Math.Sqrt(target[(i * to) + i]);
        }

        return matrix;
    }
}
