using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The weight gradient as a matrix product, output gradient times the transposed <see cref="ColumnMatrix"/>, summed over the batch
/// in order. Takes every problem.
/// </summary>
internal sealed unsafe class GemmWeightGradient<TSimd>() : WeightGradientKernel(
    $"WeightGradientGemm{GemmTiles<TSimd>.MaxRows}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    private static int PanelWidth => 2 * TSimd.Width;

    public override string? Refusal(in ConvolutionProblem problem) => null;

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => (nint)threads * PanelWidth * PackedGemm<TSimd>.Stretch;

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        int panels = (((problem.InputChannelsOfGroup * problem.Taps) - 1) / PanelWidth) + 1;
        pool.Run(problem.Groups * panels, new Job { Problem = problem, Arguments = arguments, Panels = panels });
    }

    private struct Job : IJob
    {
        public ConvolutionProblem Problem;
        public WeightGradientArguments Arguments;
        public int Panels;

        public readonly void Execute(int index, int worker)
        {
            int firstColumn = index % Panels * PanelWidth;
            int group = index / Panels;
            int points = Problem.Output.Volume, volume = Problem.Input.Volume;
            int columns = Problem.InputChannelsOfGroup * Problem.Taps;
            int firstOutput = group * Problem.OutputChannelsOfGroup;
            var rows = new EvenSplit(Problem.OutputChannelsOfGroup, GemmTiles<TSimd>.MaxRows);
            var stretches = new EvenSplit(points, PackedGemm<TSimd>.Stretch);

            GemmTile tile = default;
            tile.B = Arguments.Workspace + ((nint)worker * PanelWidth * PackedGemm<TSimd>.Stretch);
            tile.DepthStepB = PanelWidth;
            tile.Vectors = 2;
            tile.Columns = Math.Min(PanelWidth, columns - firstColumn);
            tile.RowStepA = points;
            tile.DepthStepA = 1;
            tile.StepC = columns;
            for (int image = 0; image < Problem.Batch; image++)
            {
                float* input = Arguments.Input + (((nint)image * Problem.InputChannels) + (group * Problem.InputChannelsOfGroup)) * volume;
                float* gradient = Arguments.OutputGradient + (((nint)image * Problem.OutputChannels) + firstOutput) * points;
                for (int s = 0; s < stretches.Parts; s++)
                {
                    tile.Depth = stretches.Length(s);
                    tile.Accumulate = image > 0 || s > 0;
                    FillPanel(input, firstColumn, tile.Columns, stretches.Start(s), tile.Depth, tile.B);
                    for (int panel = 0; panel < rows.Parts; panel++)
                    {
                        tile.Rows = rows.Length(panel);
                        tile.A = gradient + ((nint)rows.Start(panel) * points) + stretches.Start(s);
                        tile.C = Arguments.WeightGradient + ((nint)(firstOutput + rows.Start(panel)) * columns) + firstColumn;
                        GemmTiles<TSimd>.Run(&tile);
                    }
                }
            }
        }

        private readonly void FillPanel(float* input, int firstColumn, int columns, int point, int count, float* panel)
        {
            var matrix = new ColumnMatrix(in Problem);
            for (int column = 0; column < PanelWidth; column++)
            {
                if (column < columns)
                {
                    float* channel = input + ((nint)((firstColumn + column) / Problem.Taps) * Problem.Input.Volume);
                    matrix.Read(channel, (firstColumn + column) % Problem.Taps, point, count, panel + column, PanelWidth);
                }
                else
                {
                    for (int row = 0; row < count; row++) panel[((nint)row * PanelWidth) + column] = 0;
                }
            }
        }
    }
}
