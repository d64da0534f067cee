using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The gradient of the <see cref="ColumnMatrix"/>, transposed weights times output gradient, panel by panel, each added to the
/// input's gradient while it is in the cache. Takes every problem.
/// </summary>
internal sealed unsafe class GemmInputGradient<TSimd>() : InputGradientKernel(
    $"InputGradientGemm{GemmTiles<TSimd>.MaxRows}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Rows of the matrix that an item of work makes at a time, unless one channel's taps are more.</summary>
    private const int RowsWanted = 128;

    private static readonly PackedGemm<TSimd> s_gemm = new();

    private static int PanelWidth => 2 * TSimd.Width;

    public override string? Refusal(in ConvolutionProblem problem) => null;

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.WeightCount;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool)
    {
        int rowsOfGroup = problem.InputChannelsOfGroup * problem.Taps;
        int depth = problem.OutputChannelsOfGroup;
        var blocks = ChannelBlocks(problem);
        for (int g = 0; g < problem.Groups; g++)
        {
            for (int block = 0; block < blocks.Parts; block++)
            {
                nint group = (nint)g * rowsOfGroup * depth;
                nint start = blocks.Start(block) * problem.Taps;
                var part = new GemmProblem(blocks.Length(block) * problem.Taps, 1, depth, transposeA: true) { StepA = rowsOfGroup };
                s_gemm.PackA(part, weights + group + start, packed + group + (start * depth), pool);
            }
        }
    }

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => threads * ScratchFloats(problem);

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool) =>
        pool.Run(problem.Batch * problem.Groups * ChannelBlocks(problem).Parts, new Job { Problem = problem, Arguments = arguments });

    private static EvenSplit ChannelBlocks(in ConvolutionProblem problem) =>
        new(problem.InputChannelsOfGroup, Math.Max(1, RowsWanted / problem.Taps));

    private static nint ScratchFloats(in ConvolutionProblem problem) =>
        (nint)PanelWidth * (PackedGemm<TSimd>.Stretch + (ChannelBlocks(problem).Longest * problem.Taps));

    private struct Job : IJob
    {
        public ConvolutionProblem Problem;
        public InputGradientArguments Arguments;

        public readonly void Execute(int index, int worker)
        {
            var blocks = ChannelBlocks(Problem);
            int block = index % blocks.Parts;
            int group = index / blocks.Parts % Problem.Groups;
            int image = index / blocks.Parts / Problem.Groups;
            int volume = Problem.Input.Volume, points = Problem.Output.Volume, depth = Problem.OutputChannelsOfGroup;
            int channels = blocks.Length(block);
            int firstChannel = (group * Problem.InputChannelsOfGroup) + blocks.Start(block);
            float* result = Arguments.InputGradient + (((nint)image * Problem.InputChannels) + firstChannel) * volume;
            float* gradient = Arguments.OutputGradient + (((nint)image * Problem.OutputChannels) + (group * depth)) * points;
            float* weights = Arguments.Weights + ((nint)firstChannel * Problem.Taps * depth);
            float* scratch = Arguments.Workspace + (worker * ScratchFloats(Problem));
            float* columns = scratch + (PanelWidth * PackedGemm<TSimd>.Stretch);

            var matrix = new ColumnMatrix(in Problem);
            for (int channel = 0; channel < channels; channel++) new Span<float>(result + ((nint)channel * volume), volume).Clear();
            for (int point = 0; point < points; point += PanelWidth)
            {
                int count = Math.Min(PanelWidth, points - point);
                Multiply(weights, channels * Problem.Taps, gradient + point, count, scratch, columns);
                for (int row = 0; row < channels * Problem.Taps; row++)
                {
                    float* channel = result + ((nint)(row / Problem.Taps) * volume);
                    matrix.Add<TSimd>(channel, row % Problem.Taps, point, count, columns + ((nint)row * PanelWidth));
                }
            }
        }

        private readonly void Multiply(float* weights, int matrixRows, float* gradient, int count, float* scratch, float* columns)
        {
            var rows = new EvenSplit(matrixRows, GemmTiles<TSimd>.MaxRows);
            var stretches = new EvenSplit(Problem.OutputChannelsOfGroup, PackedGemm<TSimd>.Stretch);
            GemmTile tile = default;
            tile.B = scratch;
            tile.DepthStepB = PanelWidth;
            tile.Vectors = 2;
            tile.Columns = PanelWidth;
            tile.RowStepA = 1;
            tile.StepC = PanelWidth;
            for (int s = 0; s < stretches.Parts; s++)
            {
                int k = stretches.Start(s);
                tile.Depth = stretches.Length(s);
                tile.Accumulate = s > 0;
                GemmPanels.Pack(gradient + ((nint)k * Problem.Output.Volume), Problem.Output.Volume, 1, scratch, tile.Depth, count, PanelWidth);
                for (int panel = 0; panel < rows.Parts; panel++)
                {
                    tile.Rows = rows.Length(panel);
                    tile.A = weights + ((nint)rows.Start(panel) * Problem.OutputChannelsOfGroup) + ((nint)k * tile.Rows);
                    tile.DepthStepA = tile.Rows;
                    tile.C = columns + ((nint)rows.Start(panel) * PanelWidth);
                    GemmTiles<TSimd>.Run(&tile);
                }
            }
        }
    }
}
