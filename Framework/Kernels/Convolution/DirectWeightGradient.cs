using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The weight gradient summed directly in registers: vectors of output channels for each of a few input channels, or for each
/// tap of a row where the input is plain and has few channels.
/// </summary>
/// <remarks>
/// Items of work own parts of the weights, for the whole batch or, where weights are few, for some of its images: small parts would read much for
/// little to multiply. Each rectangle of the output, of several images where it is small, is summed in registers and added to what came before, in order. At last
/// the sums, whose lanes are output channels, are added up over the groups of images, in order, and turned into the weights' layout.
/// </remarks>
/// <param name="plain">Whether the input is plain.</param>
/// <param name="precise">Whether sums are cut as finely as pays in precision.</param>
internal sealed unsafe class DirectWeightGradient<TSimd>(bool plain, bool precise = false) : WeightGradientKernel(
    $"WeightGradientDirect{(plain ? "Plain" : "")}{(precise ? "Precise" : "")}16x{TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Points of a rectangle: few enough that what is read stays in the nearer caches, and that a sum loses little.</summary>
    private const int UsualPointsOfBand = 224;

    /// <summary>Points of a rectangle where a small error matters more than time.</summary>
    private const int PrecisePointsOfBand = 112;

    /// <summary>Blocks of either side that an item takes at most, so that what it reads serves several products.</summary>
    private const int LargestBlocks = 8;

    /// <summary>Taps that an item takes at most.</summary>
    private const int LargestTaps = 64;

    /// <summary>Floats of sums up to which images are shared out: they stay in the second cache.</summary>
    private const int SharedSumFloats = 1 << 18;

    public override string? Refusal(in ConvolutionProblem problem)
    {
        if (DirectRefusal.Of(problem, TSimd.Width) is { } refusal) return refusal;
        if (!plain) return null;
        if (DirectRefusal.OfPlainInput(problem) is { } plainRefusal) return plainRefusal;
        if (problem.Dilation.Width != 1) return "a plain input needs taps side by side.";
        return problem.Kernel.Width > WeightGradientTiles<TSimd>.MaxCount ? $"a filter's row has {problem.Kernel.Width} taps, too many." : null;
    }

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => plain ? BlockedLayout.Plain : new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) =>
        (ImageGroups(problem).Parts * SumFloats(problem)) + (plain ? threads * RowsFloats(problem) : 0);

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        var images = ImageGroups(problem);
        var turn = new Turn
        {
            Sums = arguments.Workspace,
            Weights = arguments.WeightGradient,
            Channels = problem.OutputChannelsOfGroup,
            Length = problem.InputChannelsOfGroup * problem.Taps,
            Parts = images.Parts,
            PartStep = SumFloats(problem),
        };
        if (plain)
        {
            var job = new PlainSums { Problem = problem, Arguments = arguments, Bands = Bands(problem) };
            pool.Run(problem.InputChannels * OutputBlocks(problem), job);
        }
        else
        {
            var job = new BlockedSums(problem, arguments, Bands(problem), images, ImagesTogether(problem), turn);
            pool.Run(job.Items, job);
            if (job.TurnsItself) return;
        }

        pool.Run(problem.Groups * OutputBlocks(problem), turn);
    }

    private static int InputBlocks(in ConvolutionProblem problem) => ((problem.InputChannelsOfGroup - 1) / TSimd.Width) + 1;

    private static int OutputBlocks(in ConvolutionProblem problem) => ((problem.OutputChannelsOfGroup - 1) / TSimd.Width) + 1;

    /// <summary>[group][output block][input channel][tap][lane].</summary>
    private static nint SumFloats(in ConvolutionProblem problem) =>
        (nint)problem.Groups * OutputBlocks(problem) * problem.InputChannelsOfGroup * problem.Taps * TSimd.Width;

    /// <summary>Images whose sums are kept apart; all together where the input is plain.</summary>
    private EvenSplit ImageGroups(in ConvolutionProblem problem)
    {
        nint parts = plain ? 1 : Math.Clamp(SharedSumFloats / SumFloats(problem), 1, problem.Batch);
        return new(problem.Batch, (int)(((problem.Batch - 1) / parts) + 1));
    }

    /// <summary>Points of a rectangle, about.</summary>
    private int Points => precise ? PrecisePointsOfBand : UsualPointsOfBand;

    /// <summary>Rows of the output in a rectangle.</summary>
    private EvenSplit Bands(in ConvolutionProblem problem) =>
        new(problem.Output.Height, Math.Max(1, Points / problem.Output.Width));

    /// <summary>Images of a rectangle: more than one where the whole output is small.</summary>
    private int ImagesTogether(in ConvolutionProblem problem) => Math.Max(1, Points / (problem.Output.Height * problem.Output.Width));

    /// <summary>Floats of a row of the input with what of the pads the filter reaches.</summary>
    private static int PaddedWidth(in ConvolutionProblem problem) => ((problem.Output.Width - 1) * problem.Stride.Width) + problem.Kernel.Width;

    /// <summary>Rows of the input that some rows of the output meet.</summary>
    private static int RowsOf(in ConvolutionProblem problem, int outputRows) =>
        ((outputRows - 1) * problem.Stride.Height) + ((problem.Kernel.Height - 1) * problem.Dilation.Height) + 1;

    private nint RowsFloats(in ConvolutionProblem problem) => (nint)RowsOf(problem, Bands(problem).Longest) * PaddedWidth(problem);

    private struct BlockedSums : IJob
    {
        private readonly ConvolutionProblem _problem;
        private readonly WeightGradientArguments _arguments;
        private readonly Turn _turn;
        private readonly EvenSplit _outputs;
        private readonly EvenSplit _inputs;
        private readonly EvenSplit _taps;
        private readonly EvenSplit _bands;
        private readonly EvenSplit _images;
        private readonly int _imagesTogether;

        public BlockedSums(in ConvolutionProblem problem, in WeightGradientArguments arguments, EvenSplit bands, EvenSplit images, int imagesTogether, in Turn turn)
        {
            _imagesTogether = imagesTogether;
            _turn = turn;
            _bands = bands;
            _images = images;
            _problem = problem;
            _arguments = arguments;
            int outputs = OutputBlocks(problem);
            int inputs = InputBlocks(problem);
            int outputPart = Math.Min(outputs, LargestBlocks), inputPart = Math.Min(inputs, LargestBlocks), tapPart = Math.Min(problem.Taps, LargestTaps);
            while (true)
            {
                _outputs = new EvenSplit(outputs, outputPart);
                _inputs = new EvenSplit(inputs, inputPart);
                _taps = new EvenSplit(problem.Taps, tapPart);
                int largest = Math.Max(tapPart, Math.Max(outputPart, inputPart));
                if (largest == 1 || Granularity.IsFine(Items, problem.MultiplyAdds)) return;
                if (tapPart == largest) tapPart = (tapPart + 1) / 2;
                else if (outputPart == largest) outputPart = (outputPart + 1) / 2;
                else inputPart = (inputPart + 1) / 2;
            }
        }

        /// <summary>Whether an item's sums are whole filters' parts, which it turns while they are near.</summary>
        public readonly bool TurnsItself => _taps.Parts == 1 && _images.Parts == 1;

        public readonly int Items => _images.Parts * _problem.Groups * _outputs.Parts * _inputs.Parts * _taps.Parts;

        public readonly void Execute(int index, int worker)
        {
            int taps = index % _taps.Parts;
            int inputs = index / _taps.Parts % _inputs.Parts;
            int outputs = index / _taps.Parts / _inputs.Parts % _outputs.Parts;
            int group = index / _taps.Parts / _inputs.Parts / _outputs.Parts % _problem.Groups;
            int images = index / _taps.Parts / _inputs.Parts / _outputs.Parts / _problem.Groups;
            WeightGradientTile* tiles = stackalloc WeightGradientTile[_taps.Length(taps)];
            var together = new EvenSplit(_images.Length(images), _imagesTogether);
            for (int part = 0; part < together.Parts; part++)
            {
                for (int band = 0; band < _bands.Parts; band++)
                {
                    for (int tap = 0; tap < _taps.Length(taps); tap++)
                    {
                        tiles[tap] = Tile(group, _images.Start(images) + together.Start(part), together.Length(part), band, _taps.Start(taps) + tap);
                        tiles[tap].Sum += images * SumFloats(_problem);
                        tiles[tap].Accumulate = part > 0 || band > 0;
                    }

                    Add(tiles, _taps.Length(taps), inputs, outputs);
                }
            }

            if (!TurnsItself) return;
            int from = _inputs.Start(inputs) * TSimd.Width, to = Math.Min(_problem.InputChannelsOfGroup, _inputs.Start(inputs + 1) * TSimd.Width);
            for (int output = _outputs.Start(outputs); output < _outputs.Start(outputs + 1); output++)
                _turn.Of((group * OutputBlocks(_problem)) + output, from * _problem.Taps, (to - from) * _problem.Taps);
        }

        /// <summary>Runs the tiles of a rectangle for every pair of blocks that an item owns.</summary>
        /// <param name="tiles">A tile for each tap, as it is for the group's first blocks.</param>
        /// <param name="taps">Their number.</param>
        /// <param name="inputs">The part of the input's blocks.</param>
        /// <param name="outputs">The part of the output's.</param>
        private readonly void Add(WeightGradientTile* tiles, int taps, int inputs, int outputs)
        {
            int channels = _problem.InputChannelsOfGroup;
            nint inputBlock = (nint)_problem.Input.Height * _problem.Input.Width * TSimd.Width;
            var blocks = new EvenSplit(_outputs.Length(outputs), WeightGradientTiles<TSimd>.MaxBlocks);
            for (int part = 0; part < blocks.Parts; part++)
            {
                int output = _outputs.Start(outputs) + blocks.Start(part);
                for (int input = _inputs.Start(inputs); input < _inputs.Start(inputs + 1); input++)
                {
                    for (int tap = 0; tap < taps; tap++)
                    {
                        WeightGradientTile tile = tiles[tap];
                        tile.Blocks = blocks.Length(part);
                        tile.Count = Math.Min(TSimd.Width, channels - (input * TSimd.Width));
                        tile.Input += input * inputBlock;
                        tile.InputNext = tap == 0 ? inputBlock : 0;
                        tile.Gradient += output * tile.GradientBlock;
                        tile.Sum += (output * tile.SumBlock) + (input * TSimd.Width * tile.SumStep);
                        WeightGradientTiles<TSimd>.Run(&tile);
                    }
                }
            }
        }

        /// <summary>The tile of a tap over a band of some images, for the first blocks of a group.</summary>
        private readonly WeightGradientTile Tile(int group, int image, int images, int band, int tap)
        {
            var stride = _problem.Stride;
            var (_, inputHeight, inputWidth) = _problem.Input;
            var (_, outputHeight, outputWidth) = _problem.Output;
            int row = (tap / _problem.Kernel.Width * _problem.Dilation.Height) - _problem.PadBegin.Height;
            int column = (tap % _problem.Kernel.Width * _problem.Dilation.Width) - _problem.PadBegin.Width;
            var (top, bottom) = TapRange.Of(row, stride.Height, inputHeight, outputHeight);
            var (left, right) = TapRange.Of(column, stride.Width, inputWidth, outputWidth);
            top = Math.Max(top, _bands.Start(band));
            bottom = Math.Min(bottom, _bands.Start(band + 1));

            nint inputGroup = (nint)InputBlocks(_problem) * inputHeight * inputWidth * TSimd.Width;
            nint outputGroup = (nint)OutputBlocks(_problem) * outputHeight * outputWidth * TSimd.Width;
            nint groups = ((nint)image * _problem.Groups) + group;
            WeightGradientTile tile = default;
            tile.Images = images;
            tile.Rows = right > left ? Math.Max(0, bottom - top) : 0;
            tile.Columns = right - left;
            tile.InputStep = (nint)stride.Width * TSimd.Width;
            tile.InputRowStep = (nint)stride.Height * inputWidth * TSimd.Width;
            tile.InputImageStep = _problem.Groups * inputGroup;
            tile.GradientRowStep = (nint)outputWidth * TSimd.Width;
            tile.GradientImageStep = _problem.Groups * outputGroup;
            tile.GradientBlock = outputHeight * tile.GradientRowStep;
            tile.SumStep = (nint)_problem.Taps * TSimd.Width;
            tile.SumBlock = _problem.InputChannelsOfGroup * tile.SumStep;
            tile.Sum = _arguments.Workspace + (group * OutputBlocks(_problem) * tile.SumBlock) + ((nint)tap * TSimd.Width);
            if (tile.Rows == 0) return tile;

            nint inputPoint = ((nint)((top * stride.Height) + row) * inputWidth) + (left * stride.Width) + column;
            tile.Input = _arguments.Input + (groups * inputGroup) + (inputPoint * TSimd.Width);
            nint outputPoint = ((nint)top * outputWidth) + left;
            tile.Gradient = _arguments.OutputGradient + (groups * outputGroup) + (outputPoint * TSimd.Width);

            // Rows that join are one.
            if (tile.Columns == outputWidth && tile.Columns * tile.InputStep == tile.InputRowStep) (tile.Columns, tile.Rows) = (tile.Columns * tile.Rows, 1);
            return tile;
        }
    }

    /// <summary>Items are a channel of the input and a block of the output; a rectangle of the output's gradient serves all rows of the filter.</summary>
    private struct PlainSums : IJob
    {
        public ConvolutionProblem Problem;
        public WeightGradientArguments Arguments;
        public EvenSplit Bands;

        public readonly void Execute(int index, int worker)
        {
            int blocks = OutputBlocks(Problem);
            int block = index % blocks, channel = index / blocks;
            var (_, outputHeight, outputWidth) = Problem.Output;
            float* rows = Arguments.Workspace + SumFloats(Problem) + ((nint)worker * RowsOf(Problem, Bands.Longest) * PaddedWidth(Problem));
            float* sums = Arguments.Workspace + (((((nint)block * Problem.InputChannels) + channel) * Problem.Taps) * TSimd.Width);

            WeightGradientTile tile = default;
            tile.InputStep = Problem.Stride.Width;
            tile.InputRowStep = (nint)Problem.Stride.Height * PaddedWidth(Problem);
            tile.GradientRowStep = (nint)outputWidth * TSimd.Width;
            tile.Images = 1;
            tile.Columns = outputWidth;
            tile.Blocks = 1;
            tile.SumStep = TSimd.Width;
            tile.Count = Problem.Kernel.Width;
            for (int image = 0; image < Problem.Batch; image++)
            {
                float* input = Arguments.Input + (((nint)image * Problem.InputChannels) + channel) * Problem.Input.Volume;
                for (int band = 0; band < Bands.Parts; band++)
                {
                    CopyRows(input, Bands.Start(band), Bands.Length(band), rows);
                    nint point = (((nint)image * blocks) + block) * outputHeight * outputWidth;
                    tile.Gradient = Arguments.OutputGradient + ((point + ((nint)Bands.Start(band) * outputWidth)) * TSimd.Width);
                    tile.Rows = Bands.Length(band);
                    for (int kernelRow = 0; kernelRow < Problem.Kernel.Height; kernelRow++)
                    {
                        tile.Input = rows + ((nint)kernelRow * Problem.Dilation.Height * PaddedWidth(Problem));
                        tile.Sum = sums + ((nint)kernelRow * Problem.Kernel.Width * TSimd.Width);
                        WeightGradientTiles<TSimd>.Run(&tile);
                    }

                    tile.Accumulate = true;
                }
            }
        }

        /// <summary>The rows of the input that some rows of the output meet, with the zeros around them.</summary>
        private readonly void CopyRows(float* input, int from, int count, float* target)
        {
            int width = PaddedWidth(Problem);
            int before = Math.Min(Problem.PadBegin.Width, width);
            int inside = Math.Clamp(width - before, 0, Problem.Input.Width);
            int first = (from * Problem.Stride.Height) - Problem.PadBegin.Height;
            for (int row = first; row < first + RowsOf(Problem, count); row++, target += width)
            {
                var padded = new Span<float>(target, width);
                if ((uint)row >= (uint)Problem.Input.Height)
                {
                    padded.Clear();
                    continue;
                }

                padded[..before].Clear();
                new ReadOnlySpan<float>(input + ((nint)row * Problem.Input.Width), inside).CopyTo(padded[before..]);
                padded[(before + inside)..].Clear();
            }
        }
    }

    private struct Turn : IJob
    {
        public float* Sums;
        public float* Weights;

        /// <summary>Output channels of a group.</summary>
        public int Channels;

        /// <summary>Weights of an output channel.</summary>
        public int Length;

        /// <summary>Sums of so many groups of images are to be added up.</summary>
        public int Parts;

        /// <summary>Floats from the sums of a group of images to those of the next.</summary>
        public nint PartStep;

        public readonly void Execute(int index, int worker)
        {
            float* sums = Sums + ((nint)index * Length * TSimd.Width);
            for (int part = 1; part < Parts; part++)
            {
                for (nint i = 0; i < (nint)Length * TSimd.Width; i += TSimd.Width)
                    TSimd.Store(sums + i, TSimd.Load(sums + i) + TSimd.Load(sums + (part * PartStep) + i));
            }

            Of(index, 0, Length);
        }

        /// <summary>Some of the weights of a block of output channels.</summary>
        public readonly void Of(int index, int from, int count)
        {
            int blocks = ((Channels - 1) / TSimd.Width) + 1;
            int group = index / blocks, channel = index % blocks * TSimd.Width;
            int lanes = Math.Min(TSimd.Width, Channels - channel);
            float* target = Weights + ((((nint)group * Channels) + channel) * Length) + from;
            Transposition.Run(Sums + ((((nint)index * Length) + from) * TSimd.Width), TSimd.Width, target, Length, count, lanes);
        }
    }
}
