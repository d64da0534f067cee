using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The weight gradient with images in the lanes: each lane sums its own images, and the lanes are added at last.</summary>
/// <remarks>
/// Items of work own parts of the weights and go through the whole batch, so nothing is summed across items. Each rectangle of the output is summed in
/// registers and added to what came before, in order of images and rectangles.
/// </remarks>
internal sealed unsafe class LanesWeightGradient<TSimd>() : WeightGradientKernel(
    $"WeightGradientLanes{LanesWeightTiles<TSimd>.MaxTaps}x{LanesWeightTiles<TSimd>.MaxChannels}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Points of a rectangle: few enough that a sum loses little.</summary>
    private const int PointsOfBand = 224;

    public override string? Refusal(in ConvolutionProblem problem) => LanesRefusal.Of(problem, TSimd.Width);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => LanesForward<TSimd>.Rows(problem).WorkspaceFloats;

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        var rows = LanesForward<TSimd>.Rows(problem);
        var job = new Sums
        {
            Problem = problem,
            Arguments = arguments,
            Source = rows.Prepare(arguments.Input, arguments.Workspace, pool),
            SourceColumns = rows.Columns,
        };
        pool.Run(job.Items, job);
    }

    private struct Sums : IJob
    {
        public ConvolutionProblem Problem;
        public WeightGradientArguments Arguments;
        public float* Source;
        public int SourceColumns;

        private readonly EvenSplit Channels => new(Problem.OutputChannels, LanesWeightTiles<TSimd>.MaxChannels);

        private readonly EvenSplit Taps => new(Problem.Kernel.Width, LanesWeightTiles<TSimd>.MaxTaps);

        /// <summary>A few output channels and a few taps of a row each, for one input channel.</summary>
        public readonly int Items => Channels.Parts * Problem.InputChannels * Problem.Kernel.Height * Taps.Parts;

        public readonly void Execute(int index, int worker)
        {
            (int rest, int part) = Math.DivRem(index, Taps.Parts);
            (rest, int tapRow) = Math.DivRem(rest, Problem.Kernel.Height);
            (int group, int input) = Math.DivRem(rest, Problem.InputChannels);
            int channels = Channels.Length(group), taps = Taps.Length(part);

            float* sums = stackalloc float[channels * taps * TSimd.Width];
            new Span<float>(sums, channels * taps * TSimd.Width).Clear();
            Sum(group, input, tapRow, part, sums);

            nint filter = (nint)Problem.InputChannels * Problem.Taps;
            float* target = Arguments.WeightGradient
                + (Channels.Start(group) * filter) + ((nint)input * Problem.Taps) + (tapRow * Problem.Kernel.Width) + Taps.Start(part);
            for (int channel = 0; channel < channels; channel++)
            {
                for (int tap = 0; tap < taps; tap++, sums += TSimd.Width) target[(channel * filter) + tap] = TSimd.Sum(TSimd.Load(sums));
            }
        }

        private readonly void Sum(int group, int input, int tapRow, int part, float* sums)
        {
            var (_, height, width) = Problem.Output;
            nint sourceRow = (nint)SourceColumns * TSimd.Width, gradientRow = (nint)width * TSimd.Width;
            int displacement = (tapRow * Problem.Dilation.Height) - Problem.PadBegin.Height;
            var (from, to) = TapRange.Of(displacement, Problem.Stride.Height, Problem.Input.Height, height);
            if (from == to) return;

            var bands = new EvenSplit(to - from, Math.Max(1, PointsOfBand / width));
            var tile = new LanesWeightTile
            {
                PointStep = (nint)Problem.Stride.Width * TSimd.Width,
                TapStep = (nint)Problem.Dilation.Width * TSimd.Width,
                RowStep = Problem.Stride.Height * sourceRow,
                GradientStep = height * gradientRow,
                Columns = width,
                Sums = sums,
                Channels = Channels.Length(group),
                Taps = Taps.Length(part),
            };
            for (int block = 0; block < Problem.Batch / TSimd.Width; block++)
            {
                float* source = Source + ((((nint)block * Problem.InputChannels) + input) * Problem.Input.Height * sourceRow) + (Taps.Start(part) * tile.TapStep);
                float* gradient = Arguments.OutputGradient + ((((nint)block * Problem.OutputChannels) + Channels.Start(group)) * tile.GradientStep);
                for (int band = 0; band < bands.Parts; band++)
                {
                    int y = from + bands.Start(band);
                    tile.Rows = bands.Length(band);
                    tile.Source = source + (((y * Problem.Stride.Height) + displacement) * sourceRow);
                    tile.Gradient = gradient + (y * gradientRow);
                    LanesWeightTiles<TSimd>.Run(&tile);
                }
            }
        }
    }
}
