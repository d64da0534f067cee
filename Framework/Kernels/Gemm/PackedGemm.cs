using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Gemm;

/// <summary>
/// The general product: C is cut into blocks, a block into register tiles, the depth into stretches whose panels stay in the
/// caches. What does not come packed is packed block by block into scratch, or read as it lies where that costs less.
/// </summary>
/// <remarks>
/// Each stretch is summed by itself and added to C, in order: a long sum loses less, and the order depends on the depth alone.
/// </remarks>
/// <param name="precise">Whether sums are cut as finely as pays in precision.</param>
internal sealed unsafe class PackedGemm<TSimd>(bool precise = false) : GemmKernel(
    $"Gemm{(precise ? "Precise" : "")}{GemmTiles<TSimd>.MaxRows}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Terms summed in registers: panels of two vectors by this many take 32 KiB with 512 bits.</summary>
    public const int Stretch = 256;

    /// <summary>Terms summed in registers where a small error matters more than time.</summary>
    private const int PreciseStretch = 64;

    /// <summary>From how many uses of a panel on packing it pays.</summary>
    private const int UsesThatPay = 4;

    public override string? Refusal(in GemmProblem problem) => null;

    public override nint PackedFloatsA(in GemmProblem problem) => (nint)problem.Rows * problem.Depth;

    public override nint PackedFloatsB(in GemmProblem problem)
    {
        var grid = new Grid(problem);
        return (nint)grid.ColumnPanels * grid.PanelWidth * problem.Depth;
    }

    public override void PackA(in GemmProblem problem, float* a, float* packed, WorkerPool pool) =>
        pool.Run(new Grid(problem).RowPanels.Parts, new PackRows { Problem = problem, A = a, Packed = packed });

    public override void PackB(in GemmProblem problem, float* b, float* packed, WorkerPool pool) =>
        pool.Run(new Grid(problem).ColumnPanels, new PackColumns { Problem = problem, B = b, Packed = packed });

    public override nint WorkspaceFloats(in GemmProblem problem, int threads) => threads * Grid.ScratchFloats;

    public override void Run(in GemmProblem problem, in GemmArguments arguments, WorkerPool pool)
    {
        var grid = new Grid(problem);
        pool.Run(grid.Blocks, new Multiply { Problem = problem, Grid = grid, Arguments = arguments, Stretches = new EvenSplit(problem.Depth, precise ? PreciseStretch : Stretch) });
    }

    /// <summary>How C is cut up: by the problem alone.</summary>
    private readonly struct Grid
    {
        private const int LargestRowPanels = 12;
        private const int LargestColumnPanels = 8;

        public Grid(in GemmProblem problem)
        {
            RowPanels = new EvenSplit(problem.Rows, GemmTiles<TSimd>.MaxRows);
            Vectors = problem.Columns <= TSimd.Width ? 1 : 2;
            ColumnPanels = ((problem.Columns - 1) / PanelWidth) + 1;

            RowBlock = Math.Min(RowPanels.Parts, LargestRowPanels);
            ColumnBlock = Math.Min(ColumnPanels, LargestColumnPanels);
            while ((RowBlock > 1 || ColumnBlock > 1) && !Granularity.IsFine(Blocks, problem.MultiplyAdds))
            {
                if (ColumnBlock >= RowBlock) ColumnBlock = (ColumnBlock + 1) / 2;
                else RowBlock = (RowBlock + 1) / 2;
            }

            PacksA = ColumnBlock >= UsesThatPay;
            PacksB = problem.TransposeB || RowBlock >= UsesThatPay;
        }

        /// <summary>Scratch of a thread: a block's rows of A and one panel of B, over a stretch.</summary>
        public static nint ScratchFloats => PanelFloatsB + ((nint)LargestRowPanels * GemmTiles<TSimd>.MaxRows * Stretch);

        public static nint PanelFloatsB => 2 * TSimd.Width * Stretch;

        public EvenSplit RowPanels { get; }

        public int ColumnPanels { get; }

        public int Vectors { get; }

        public int PanelWidth => Vectors * TSimd.Width;

        public bool PacksA { get; }

        public bool PacksB { get; }

        /// <summary>Panels down a block.</summary>
        public int RowBlock { get; }

        /// <summary>Panels across a block.</summary>
        public int ColumnBlock { get; }

        public int BlocksAcross => ((ColumnPanels - 1) / ColumnBlock) + 1;

        public int Blocks => BlocksAcross * (((RowPanels.Parts - 1) / RowBlock) + 1);
    }

    private struct PackRows : IJob
    {
        public GemmProblem Problem;
        public float* A;
        public float* Packed;

        public readonly void Execute(int index, int worker)
        {
            var panels = new Grid(Problem).RowPanels;
            int start = panels.Start(index);
            int rows = panels.Length(index);
            float* source = A + (start * Problem.RowStepA);
            GemmPanels.Pack(source, Problem.DepthStepA, Problem.RowStepA, Packed + ((nint)start * Problem.Depth), Problem.Depth, rows, rows);
        }
    }

    private struct PackColumns : IJob
    {
        public GemmProblem Problem;
        public float* B;
        public float* Packed;

        public readonly void Execute(int index, int worker)
        {
            int width = new Grid(Problem).PanelWidth;
            int start = index * width;
            int count = Math.Min(width, Problem.Columns - start);
            float* source = B + (start * Problem.ColumnStepB);
            GemmPanels.Pack(source, Problem.DepthStepB, Problem.ColumnStepB, Packed + ((nint)start * Problem.Depth), Problem.Depth, count, width);
        }
    }

    private struct Multiply : IJob
    {
        public GemmProblem Problem;
        public Grid Grid;
        public GemmArguments Arguments;

        /// <summary>How the depth is cut.</summary>
        public EvenSplit Stretches;

        public readonly void Execute(int index, int worker)
        {
            int firstRow = index / Grid.BlocksAcross * Grid.RowBlock;
            int firstColumn = index % Grid.BlocksAcross * Grid.ColumnBlock;
            int endRow = Math.Min(firstRow + Grid.RowBlock, Grid.RowPanels.Parts);
            int endColumn = Math.Min(firstColumn + Grid.ColumnBlock, Grid.ColumnPanels);
            float* scratch = Arguments.Workspace + (worker * Grid.ScratchFloats);
            var stretches = Stretches;
            for (int s = 0; s < stretches.Parts; s++)
            {
                int k = stretches.Start(s);
                GemmTile tile = default;
                tile.Depth = stretches.Length(s);
                tile.Vectors = Grid.Vectors;
                tile.StepC = Problem.StepC;
                tile.Accumulate = s > 0 || Problem.Accumulate;
                float* block = PackBlock(scratch + Grid.PanelFloatsB, firstRow, endRow, k, tile.Depth);
                for (int column = firstColumn; column < endColumn; column++)
                {
                    SetColumns(&tile, column, k, scratch);
                    for (int row = firstRow; row < endRow; row++)
                    {
                        SetRows(&tile, row, k, block, firstRow);
                        tile.C = Arguments.C + ((nint)Grid.RowPanels.Start(row) * Problem.StepC) + (column * Grid.PanelWidth);
                        GemmTiles<TSimd>.Run(&tile);
                        if (s == stretches.Parts - 1) Finish(&tile, Grid.RowPanels.Start(row), column * Grid.PanelWidth);
                    }
                }
            }
        }

        private readonly float* PackBlock(float* scratch, int firstRow, int endRow, int k, int depth)
        {
            if (Arguments.PackedA is not null || !Grid.PacksA) return null;
            float* target = scratch;
            for (int panel = firstRow; panel < endRow; panel++)
            {
                int rows = Grid.RowPanels.Length(panel);
                float* source = Arguments.A + (Grid.RowPanels.Start(panel) * Problem.RowStepA) + (k * Problem.DepthStepA);
                GemmPanels.Pack(source, Problem.DepthStepA, Problem.RowStepA, target, depth, rows, rows);
                target += rows * depth;
            }

            return scratch;
        }

        private readonly void SetRows(GemmTile* tile, int panel, int k, float* block, int firstOfBlock)
        {
            int start = Grid.RowPanels.Start(panel);
            tile->Rows = Grid.RowPanels.Length(panel);
            tile->RowStepA = 1;
            tile->DepthStepA = tile->Rows;
            if (Arguments.PackedA is not null)
            {
                tile->A = Arguments.PackedA + ((nint)start * Problem.Depth) + ((nint)k * tile->Rows);
            }
            else if (block is not null)
            {
                tile->A = block + ((nint)(start - Grid.RowPanels.Start(firstOfBlock)) * tile->Depth);
            }
            else
            {
                tile->A = Arguments.A + (start * Problem.RowStepA) + (k * Problem.DepthStepA);
                tile->RowStepA = Problem.RowStepA;
                tile->DepthStepA = Problem.DepthStepA;
            }
        }

        private readonly void SetColumns(GemmTile* tile, int panel, int k, float* scratch)
        {
            int width = Grid.PanelWidth;
            int start = panel * width;
            tile->Columns = Math.Min(width, Problem.Columns - start);
            tile->DepthStepB = width;
            if (Arguments.PackedB is not null)
            {
                tile->B = Arguments.PackedB + ((nint)start * Problem.Depth) + ((nint)k * width);
                return;
            }

            float* source = Arguments.B + (k * Problem.DepthStepB) + (start * Problem.ColumnStepB);
            if (Grid.PacksB || tile->Columns < width)
            {
                tile->B = scratch;
                GemmPanels.Pack(source, Problem.DepthStepB, Problem.ColumnStepB, scratch, tile->Depth, tile->Columns, width);
            }
            else
            {
                tile->B = source;
                tile->DepthStepB = Problem.DepthStepB;
            }
        }

        private readonly void Finish(GemmTile* tile, int row, int column) =>
            GemmEpilogue.Apply<TSimd>(
                tile->C,
                tile->StepC,
                tile->Rows,
                tile->Columns,
                Problem.Bias == GemmBias.PerRow ? Arguments.Bias + row : null,
                Problem.Bias == GemmBias.PerColumn ? Arguments.Bias + column : null,
                residual: null,
                Problem.Activation);
    }
}
