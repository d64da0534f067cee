using System.Runtime.CompilerServices;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Winograd;

/// <summary>
/// The weight gradient of a convolution by small filters: at each point the products of transformed input and transformed output gradient, summed
/// over all tiles, and then brought back to the filter.
/// </summary>
/// <remarks>
/// Threads share a group of tiles phase by phase. Where there is one group, and few enough tiles that a block of channels at all points stays near a core, an
/// item makes the sums of a pair of blocks at all points and brings them back at once. Otherwise items take a point each, sums wait in memory, and those of a
/// group are added to those of the groups before. Either way an item owns its sums, so nothing is summed across items.
/// </remarks>
internal sealed unsafe class WinogradWeightGradient<TSimd, TForm>()
    : WeightGradientKernel($"WeightGradientWinograd{TForm.Name}{TSimd.Set}", TSimd.Set), IMinimalFiltering
    where TSimd : unmanaged, ISimd<TSimd>
    where TForm : IForm
{
    /// <summary>Transformed floats, both sides, that go through the phases together, where the sums are small.</summary>
    private const nint SharedFloats = 1 << 20;

    /// <summary>How many times as many transformed floats as sums there are in a group at least, so that adding to the sums costs little.</summary>
    private const int FloatsOfSum = 2;

    /// <summary>Floats of a block of channels at all points that stay near a core: two of them take three quarters of its second cache.</summary>
    private const nint NearFloats = 96 << 10;

    /// <summary>Tiles summed in registers, about.</summary>
    private const int ChunkTiles = 128;

    /// <summary>Tiles of an item that transforms.</summary>
    private const int TilesOfItem = 16;

    /// <summary>Blocks of output channels of an item that multiplies: whole tiles of them.</summary>
    private static int OutputBlocksOfItem => 2 * WeightGradientTiles<TSimd>.MaxBlocks;

    public int Tile => TForm.Tile;

    public int Patch => TForm.Patch;

    public override string? Refusal(in ConvolutionProblem problem) => WinogradRefusal.Of(problem, TForm.FilterSide);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads)
    {
        var work = new Work(problem, default);
        nint sums = work.IsNear ? threads * Work.RoomFloats : work.SumFloats;
        return work.TransformedFloats + sums + (threads * Work.TurnFloats) + Ahead.LineFloats;
    }

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        var work = new Work(problem, arguments);
        for (int group = 0; group < work.Groups.Parts; group++)
        {
            work.Group = group;
            var parts = new EvenSplit(work.Groups.Length(group), TilesOfItem);
            pool.Run((work.Input.Blocks + work.Output.Blocks) * parts.Parts, new Transform { Work = work, Parts = parts });
            if (work.IsNear)
            {
                pool.Run(work.Input.Blocks * work.OutputParts.Parts, new Pairs { Work = work });
                return;
            }

            pool.Run(Points * work.Input.Blocks * work.OutputParts.Parts, new Sum { Work = work });
        }

        pool.Run(work.Output.Blocks * work.Input.Blocks, new Return { Work = work });
    }

    private static int Points => TForm.Patch * TForm.Patch;

    private static int Taps => TForm.FilterSide * TForm.FilterSide;

    /// <summary>What the phases share.</summary>
    private struct Work
    {
        public readonly BlockedPlanes<TSimd> Input;
        public readonly BlockedPlanes<TSimd> Output;
        public readonly EvenSplit Groups;
        public readonly EvenSplit OutputParts;
        public readonly TileGrid Grid;
        public readonly int RowOffset;
        public readonly int ColumnOffset;
        public readonly float* WeightGradient;
        public int Group;
        private readonly float* _workspace;

        public Work(in ConvolutionProblem problem, in WeightGradientArguments arguments)
        {
            Input = new(problem.InputChannels, problem.Input.Height, problem.Input.Width, (nint)arguments.Input);
            Output = new(problem.OutputChannels, problem.Output.Height, problem.Output.Width, (nint)arguments.OutputGradient);
            Grid = new TileGrid(problem.Batch, Output.Height, Output.Width, TForm.Tile);
            (RowOffset, ColumnOffset) = (-problem.PadBegin.Height, -problem.PadBegin.Width);
            WeightGradient = arguments.WeightGradient;
            OutputParts = new EvenSplit(Output.Blocks, OutputBlocksOfItem);
            _workspace = (float*)(((nuint)arguments.Workspace + (Ahead.LineFloats * sizeof(float)) - 1) & ~(nuint)((Ahead.LineFloats * sizeof(float)) - 1));
            nint floats = Math.Max(SharedFloats, FloatsOfSum * SumFloats);
            Groups = new EvenSplit(Grid.Count, (int)Math.Clamp(floats / (Points * (Input.Blocks + Output.Blocks) * TSimd.Width), 1, Grid.Count));
        }

        /// <summary>Whether an item takes pairs of blocks through all points.</summary>
        public readonly bool IsNear => Groups.Parts == 1 && Points * (nint)Grid.Count * TSimd.Width <= NearFloats;

        public readonly nint BlockStep => (nint)Groups.Longest * TSimd.Width;

        /// <summary>A line more, so that the points of a tile do not meet in the same set of the cache.</summary>
        public readonly nint PointStep => (((Input.Blocks + Output.Blocks) * BlockStep) + Ahead.LineFloats - 1) / Ahead.LineFloats * Ahead.LineFloats + Ahead.LineFloats;

        public readonly nint TransformedFloats => Points * PointStep;

        /// <summary>[output block][input channel][point][lane].</summary>
        public readonly nint SumFloats => Output.Blocks * SumBlock;

        /// <summary>Sums of a block of the output.</summary>
        public readonly nint SumBlock => (nint)Input.Channels * Points * TSimd.Width;

        /// <summary>Sums of a block of either side, [input channel][point][lane].</summary>
        public static nint PairFloats => (nint)TSimd.Width * Points * TSimd.Width;

        /// <summary>Sums of as many blocks of the output as a tile takes.</summary>
        public static nint RoomFloats => WeightGradientTiles<TSimd>.MaxBlocks * PairFloats;

        /// <summary>Filters of a block of either side, [input channel][tap][lane].</summary>
        public static nint TurnFloats => (nint)TSimd.Width * Taps * TSimd.Width;

        /// <summary>A block at the points; blocks of the output's gradient follow those of the input.</summary>
        public readonly float* Transformed(int block) => _workspace + (block * BlockStep);

        public readonly float* Sums(int outputBlock, int channel) =>
            _workspace + TransformedFloats + (outputBlock * SumBlock) + ((nint)channel * Points * TSimd.Width);

        public readonly float* Turn(int worker) => _workspace + TransformedFloats + SumFloats + (worker * TurnFloats);

        /// <summary>Room of a thread that takes pairs of blocks: for their sums, and behind these for the filters of one.</summary>
        public readonly float* Room(int worker) => _workspace + TransformedFloats + (worker * (RoomFloats + TurnFloats));

        /// <summary>Makes the sums of some tiles at a point.</summary>
        /// <param name="point">The point.</param>
        /// <param name="inputBlock">Input channels.</param>
        /// <param name="outputBlock">Output channels.</param>
        /// <param name="blocks">Blocks of them, at most as many as a tile takes.</param>
        /// <param name="chunk">The tiles, of the group.</param>
        /// <param name="tiles">How the group's tiles are cut.</param>
        /// <param name="sums">Where the first block's first sum at the point goes.</param>
        /// <param name="sumBlock">Floats from there to the next block's.</param>
        public readonly void Multiply(nint point, int inputBlock, int outputBlock, int blocks, int chunk, in EvenSplit tiles, float* sums, nint sumBlock)
        {
            nint at = (point * PointStep) + ((nint)tiles.Start(chunk) * TSimd.Width);
            var tile = new WeightGradientTile
            {
                Images = 1,
                Rows = 1,
                InputStep = TSimd.Width,
                Count = Input.ChannelsOf(inputBlock),
                Columns = tiles.Length(chunk),
                Input = Transformed(inputBlock) + at,
                Gradient = Transformed(Input.Blocks + outputBlock) + at,
                GradientBlock = BlockStep,
                Blocks = blocks,
                Sum = sums,
                SumBlock = sumBlock,
                SumStep = (nint)Points * TSimd.Width,
                Accumulate = chunk > 0 || Group > 0,
            };
            WeightGradientTiles<TSimd>.Run(&tile);
        }

        /// <summary>Brings the sums of a pair of blocks back to filters and puts these in their places.</summary>
        /// <param name="inputBlock">Input channels.</param>
        /// <param name="outputBlock">Output channels.</param>
        /// <param name="sums">The sums, [input channel][point][lane].</param>
        /// <param name="turn">Room for the filters.</param>
        public readonly void Return(int inputBlock, int outputBlock, float* sums, float* turn)
        {
            int channels = Input.ChannelsOf(inputBlock);
            for (int c = 0; c < channels; c++)
                TForm.FilterGradient<TSimd>(sums + ((nint)c * Points * TSimd.Width), TForm.Patch * TSimd.Width, TSimd.Width, turn + (c * Taps * TSimd.Width), TSimd.Width);

            nint filter = (nint)Input.Channels * Taps;
            float* target = WeightGradient + (outputBlock * TSimd.Width * filter) + ((nint)inputBlock * TSimd.Width * Taps);
            Transposition.Run(turn, TSimd.Width, target, filter, channels * Taps, Output.ChannelsOf(outputBlock));
        }
    }

    private struct Transform : IJob
    {
        public Work Work;
        public EvenSplit Parts;

        [SkipLocalsInit]
        public readonly void Execute(int index, int worker)
        {
            float* room = stackalloc float[TForm.Patch * TForm.Patch * 16];
            int block = index / Parts.Parts, start = Parts.Start(index % Parts.Parts);
            int first = Work.Groups.Start(Work.Group) + start;
            bool isInput = block < Work.Input.Blocks;
            float* target = Work.Transformed(block) + (start * TSimd.Width);
            for (int tile = first; tile < first + Parts.Length(index % Parts.Parts); tile++, target += TSimd.Width)
            {
                var (image, row, column) = Work.Grid.Place(tile);
                if (isInput)
                {
                    float* patch = Work.Input.Square(
                        Work.Input.Plane(image, block), row + Work.RowOffset, column + Work.ColumnOffset, TForm.Patch, room, out nint rowStep);
                    TForm.Input<TSimd>(patch, rowStep, TSimd.Width, target, Work.PointStep);
                }
                else
                {
                    float* plane = Work.Output.Plane(image, block - Work.Input.Blocks);
                    float* gradient = Work.Output.Square(plane, row, column, TForm.Tile, room, out nint rowStep);
                    TForm.OutputGradient<TSimd>(gradient, rowStep, TSimd.Width, target, Work.PointStep);
                }
            }
        }
    }

    private struct Sum : IJob
    {
        public Work Work;

        public readonly void Execute(int index, int worker)
        {
            int part = index % Work.OutputParts.Parts;
            int inputBlock = index / Work.OutputParts.Parts % Work.Input.Blocks;
            nint point = index / Work.OutputParts.Parts / Work.Input.Blocks;
            var chunks = new EvenSplit(Work.Groups.Length(Work.Group), ChunkTiles);
            var blocks = new EvenSplit(Work.OutputParts.Length(part), WeightGradientTiles<TSimd>.MaxBlocks);
            for (int chunk = 0; chunk < chunks.Parts; chunk++)
            {
                for (int b = 0; b < blocks.Parts; b++)
                {
                    int block = Work.OutputParts.Start(part) + blocks.Start(b);
                    float* sums = Work.Sums(block, inputBlock * TSimd.Width) + (point * TSimd.Width);
                    Work.Multiply(point, inputBlock, block, blocks.Length(b), chunk, chunks, sums, Work.SumBlock);
                }
            }
        }
    }

    private struct Return : IJob
    {
        public Work Work;

        public readonly void Execute(int index, int worker)
        {
            (int outputBlock, int inputBlock) = Math.DivRem(index, Work.Input.Blocks);
            Work.Return(inputBlock, outputBlock, Work.Sums(outputBlock, inputBlock * TSimd.Width), Work.Turn(worker));
        }
    }

    private struct Pairs : IJob
    {
        public Work Work;

        public readonly void Execute(int index, int worker)
        {
            (int inputBlock, int part) = Math.DivRem(index, Work.OutputParts.Parts);
            var chunks = new EvenSplit(Work.Grid.Count, ChunkTiles);
            var blocks = new EvenSplit(Work.OutputParts.Length(part), WeightGradientTiles<TSimd>.MaxBlocks);
            float* sums = Work.Room(worker);
            for (int b = 0; b < blocks.Parts; b++)
            {
                int block = Work.OutputParts.Start(part) + blocks.Start(b);
                for (int point = 0; point < Points; point++)
                {
                    for (int chunk = 0; chunk < chunks.Parts; chunk++)
                        Work.Multiply(point, inputBlock, block, blocks.Length(b), chunk, chunks, sums + (point * TSimd.Width), Work.PairFloats);
                }

                for (int k = 0; k < blocks.Length(b); k++) Work.Return(inputBlock, block + k, sums + (k * Work.PairFloats), sums + Work.RoomFloats);
            }
        }
    }
}
