using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The convolution as a matrix product, weights times <see cref="ColumnMatrix"/>, panel by panel. Takes every problem; what the
/// direct kernels refuse ends here.
/// </summary>
internal sealed unsafe class GemmForward<TSimd>() : ForwardKernel(
    $"ConvolutionGemm{GemmTiles<TSimd>.MaxRows}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    private static readonly PackedGemm<TSimd> s_gemm = new();

    private static int PanelWidth => 2 * TSimd.Width;

    public override string? Refusal(in ConvolutionProblem problem) => null;

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.WeightCount;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool)
    {
        var group = new GemmProblem(problem.OutputChannelsOfGroup, 1, problem.InputChannelsOfGroup * problem.Taps);
        nint floats = (nint)group.Rows * group.Depth;
        for (int g = 0; g < problem.Groups; g++) s_gemm.PackA(group, weights + (g * floats), packed + (g * floats), pool);
    }

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => (nint)threads * PanelWidth * PackedGemm<TSimd>.Stretch;

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool)
    {
        int panels = ((problem.Output.Volume - 1) / PanelWidth) + 1;
        pool.Run(problem.Batch * problem.Groups * panels, new Job { Problem = problem, Arguments = arguments, Panels = panels });
    }

    private struct Job : IJob
    {
        public ConvolutionProblem Problem;
        public ForwardArguments Arguments;
        public int Panels;

        public readonly void Execute(int index, int worker)
        {
            int point = index % Panels * PanelWidth;
            int group = index / Panels % Problem.Groups;
            int image = index / Panels / Problem.Groups;
            int points = Problem.Output.Volume;
            int depth = Problem.InputChannelsOfGroup * Problem.Taps;
            int firstChannel = group * Problem.OutputChannelsOfGroup;
            var rows = new EvenSplit(Problem.OutputChannelsOfGroup, GemmTiles<TSimd>.MaxRows);
            var stretches = new EvenSplit(depth, PackedGemm<TSimd>.Stretch);
            float* input = Arguments.Input + (((nint)image * Problem.InputChannels) + (group * Problem.InputChannelsOfGroup)) * Problem.Input.Volume;
            float* weights = Arguments.Weights + ((nint)firstChannel * depth);
            nint output = ((((nint)image * Problem.OutputChannels) + firstChannel) * points) + point;

            GemmTile tile = default;
            tile.B = Arguments.Workspace + ((nint)worker * PanelWidth * PackedGemm<TSimd>.Stretch);
            tile.DepthStepB = PanelWidth;
            tile.Vectors = 2;
            tile.Columns = Math.Min(PanelWidth, points - point);
            tile.RowStepA = 1;
            tile.StepC = points;
            for (int s = 0; s < stretches.Parts; s++)
            {
                int k = stretches.Start(s);
                tile.Depth = stretches.Length(s);
                tile.Accumulate = s > 0;
                FillPanel(input, k, tile.Depth, point, tile.Columns, tile.B);
                for (int panel = 0; panel < rows.Parts; panel++)
                {
                    tile.Rows = rows.Length(panel);
                    tile.A = weights + ((nint)rows.Start(panel) * depth) + ((nint)k * tile.Rows);
                    tile.DepthStepA = tile.Rows;
                    nint at = output + ((nint)rows.Start(panel) * points);
                    tile.C = Arguments.Output + at;
                    GemmTiles<TSimd>.Run(&tile);
                    if (s < stretches.Parts - 1) continue;
                    float* bias = Problem.HasBias ? Arguments.Bias + firstChannel + rows.Start(panel) : null;
                    float* residual = Problem.HasResidual ? Arguments.Residual + at : null;
                    GemmEpilogue.Apply<TSimd>(tile.C, points, tile.Rows, tile.Columns, bias, null, residual, Problem.Activation);
                }
            }
        }

        private readonly void FillPanel(float* input, int k, int depth, int point, int count, float* panel)
        {
            var matrix = new ColumnMatrix(in Problem);
            for (int row = 0; row < depth; row++, panel += PanelWidth)
            {
                float* channel = input + ((nint)((k + row) / Problem.Taps) * Problem.Input.Volume);
                matrix.Read(channel, (k + row) % Problem.Taps, point, count, panel, 1);
                new Span<float>(panel + count, PanelWidth - count).Clear();
            }
        }
    }
}
