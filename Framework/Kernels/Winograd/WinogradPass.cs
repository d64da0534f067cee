using System.Runtime.CompilerServices;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Winograd;

/// <summary>
/// target(y, x) = floor(sum over a 3x3 filter of weights * source(y + row offset + tap row, x + column offset + tap column) + bias + residual).
/// A forward convolution is one such pass, an input gradient another, with channels swapped and the filter turned.
/// </summary>
/// <remarks>
/// <para>The sum over channels is a product of matrices for each point: tiles by source channels, times source by target channels. It is cut into
/// chunks of channels that are added in order, which rounds less than one long sum.</para>
/// <para>Where weights are few, an item of work takes a group of tiles through all three phases, so that what is transformed stays in its core's
/// cache. Where they are many, or tiles few, threads share a larger group of tiles phase by phase, so that each weight is read once for all of
/// them.</para>
/// </remarks>
internal unsafe struct WinogradPass<TSimd, TForm>
    where TSimd : unmanaged, ISimd<TSimd>
    where TForm : IForm
{
    /// <summary>Channels summed in registers, about.</summary>
    private const int ChunkChannels = 64;

    /// <summary>Tiles of an item that goes through all phases: two register tiles of the widest vectors.</summary>
    private const int FusedTiles = 28;

    /// <summary>Transformed weights that may be read again for each such item: they stay in the shared cache.</summary>
    private const nint FusedWeightFloats = 1 << 20;

    /// <summary>Transformed floats, both sides, that go through the phases together: they stay in the shared cache.</summary>
    private const nint SharedFloats = 1 << 22;

    /// <summary>Tiles of an item of the first and last phase.</summary>
    private const int TilesOfItem = 16;

    /// <summary>Patches that are asked for before they are read.</summary>
    private const int PatchesAhead = 2;

    /// <summary>Packed by <see cref="WinogradWeights{TSimd, TForm}"/>.</summary>
    public float* Weights;

    /// <summary>Added to the sums, or null.</summary>
    public float* Residual;

    /// <summary>What results are raised to.</summary>
    public float Floor;

    private readonly BlockedPlanes<TSimd> _source;
    private readonly BlockedPlanes<TSimd> _target;
    private readonly int _rowOffset;
    private readonly int _columnOffset;
    private readonly TileGrid _grid;
    private readonly bool _fused;
    private readonly EvenSplit _groups;

    // Made by Prepare.
    private float* _bias;
    private float* _zeros;
    private DirectTap* _taps;
    private float* _rooms;

    /// <summary>Decides how the work is cut up; by the arguments alone.</summary>
    public WinogradPass(int batch, in BlockedPlanes<TSimd> source, in BlockedPlanes<TSimd> target, int rowOffset, int columnOffset)
    {
        (_source, _target, _rowOffset, _columnOffset) = (source, target, rowOffset, columnOffset);
        _grid = new TileGrid(batch, target.Height, target.Width, TForm.Tile);
        nint weights = (nint)Points * source.Channels * target.Channels;
        _fused = weights <= FusedWeightFloats && _grid.Count > 2 * DirectTiles<TSimd>.MaxPixels;
        nint most = _fused ? FusedTiles : SharedFloats / (Points * (source.Blocks + target.Blocks) * TSimd.Width);
        if (_fused)
        {
            // Halves while threads would not come out even.
            long work = (long)_grid.Count * weights;
            while (most > DirectTiles<TSimd>.MaxPixels && !Granularity.IsFine(new EvenSplit(_grid.Count, (int)most).Parts, work)) most /= 2;
        }

        _groups = new EvenSplit(_grid.Count, (int)Math.Min(Math.Max(most, DirectTiles<TSimd>.MaxPixels), _grid.Count));
    }

    private static int Points => TForm.Patch * TForm.Patch;

    private readonly int Pairs => (_target.Blocks + 1) / 2;

    /// <summary>Target blocks whose products are in the room at a time.</summary>
    private readonly int BlocksInRoom => _fused ? 2 : _target.Blocks;

    private readonly nint BlockStep => (nint)_groups.Longest * TSimd.Width;

    /// <summary>A line more than a power of two, so that the points of a tile do not meet in the same set of the cache.</summary>
    private readonly nint SourcePointStep => RoundUp(_source.Blocks * BlockStep) + Ahead.LineFloats;

    private readonly nint TargetPointStep => RoundUp(BlocksInRoom * BlockStep) + Ahead.LineFloats;

    private readonly nint RoomFloats => Points * (SourcePointStep + TargetPointStep);

    private readonly nint BiasFloats => RoundUp((nint)_target.Blocks * TSimd.Width);

    private static nint ZeroFloats => RoundUp(2 * TSimd.Width);

    private readonly nint TapFloats => RoundUp((nint)_source.Blocks * (sizeof(DirectTap) / sizeof(float)));

    /// <summary>Floats of scratch that <see cref="Run"/> needs.</summary>
    public readonly nint WorkspaceFloats(int threads) =>
        Ahead.LineFloats + BiasFloats + ZeroFloats + TapFloats + ((_fused ? threads : 1) * RoomFloats);

    /// <summary>Computes the pass.</summary>
    /// <param name="workspace">Scratch of <see cref="WorkspaceFloats"/> floats.</param>
    /// <param name="bias">A float for each target channel, or null.</param>
    /// <param name="pool">Who does the work.</param>
    public void Run(float* workspace, float* bias, WorkerPool pool)
    {
        Prepare(workspace, bias);
        if (_fused)
        {
            pool.Run(_groups.Parts, new Fused { Pass = this });
            return;
        }

        for (int group = 0; group < _groups.Parts; group++)
        {
            var parts = new EvenSplit(_groups.Length(group), TilesOfItem);
            pool.Run(_source.Blocks * parts.Parts, new SourcePhase { Pass = this, Group = group, Parts = parts });
            pool.Run(Points * Pairs, new ProductPhase { Pass = this, Group = group });
            pool.Run(_target.Blocks * parts.Parts, new TargetPhase { Pass = this, Group = group, Parts = parts });
        }
    }

    private void Prepare(float* workspace, float* bias)
    {
        const nuint LineBytes = Ahead.LineFloats * sizeof(float);
        _bias = (float*)(((nuint)workspace + LineBytes - 1) & ~(LineBytes - 1));
        _zeros = _bias + BiasFloats;
        _taps = (DirectTap*)(_zeros + ZeroFloats);
        _rooms = (float*)_taps + TapFloats;
        new Span<float>(_bias, (int)(BiasFloats + ZeroFloats)).Clear();
        if (bias is not null) new ReadOnlySpan<float>(bias, _target.Channels).CopyTo(new Span<float>(_bias, _target.Channels));
        for (int block = 0; block < _source.Blocks; block++) _taps[block] = new DirectTap(block * BlockStep, _source.ChannelsOf(block));
    }

    /// <summary>Brings patches of one block of channels to the points.</summary>
    /// <param name="first">The first tile.</param>
    /// <param name="tiles">How many.</param>
    /// <param name="block">The block.</param>
    /// <param name="target">Where the first tile of the block goes.</param>
    [SkipLocalsInit]
    private readonly void TransformSource(int first, int tiles, int block, float* target)
    {
        float* room = stackalloc float[TForm.Patch * TForm.Patch * 16];
        for (int tile = first; tile < first + Math.Min(PatchesAhead, tiles); tile++) FetchPatch(tile, block);
        for (int tile = first; tile < first + tiles; tile++, target += TSimd.Width)
        {
            if (tile + PatchesAhead < first + tiles) FetchPatch(tile + PatchesAhead, block);
            var (image, row, column) = _grid.Place(tile);
            float* patch = _source.Square(
                _source.Plane(image, block), row + _rowOffset, column + _columnOffset, TForm.Patch, room, out nint rowStep);
            TForm.Input<TSimd>(patch, rowStep, TSimd.Width, target, SourcePointStep);
        }
    }

    /// <summary>Asks for what a tile's patch has beyond the patch before it.</summary>
    private readonly void FetchPatch(int tile, int block)
    {
        var (image, row, column) = _grid.Place(tile);
        float* plane = _source.Plane(image, block) + ((nint)(column + _columnOffset + TForm.Patch - TForm.Tile) * TSimd.Width);
        int top = Math.Max(0, row + _rowOffset), bottom = Math.Min(_source.Height, row + _rowOffset + TForm.Patch);
        for (int y = top; y < bottom; y++)
        {
            float* line = plane + (y * _source.RowStep);
            for (nint at = 0; at < TForm.Tile * TSimd.Width; at += Ahead.LineFloats) Ahead.Fetch(line + at);
        }
    }

    /// <summary>Sums over the source channels, for one point and two target blocks.</summary>
    private readonly void Multiply(int point, int pair, int tiles, float* source, float* target)
    {
        int blocks = Math.Min(2, _target.Blocks - (2 * pair));
        nint width = blocks * TSimd.Width;
        float* weights = Weights + (((nint)pair * 2 * TSimd.Width * Points) + (point * width)) * _source.Channels;
        var chunks = new EvenSplit(_source.Blocks, Math.Max(1, ChunkChannels / TSimd.Width));
        var pixels = new EvenSplit(tiles, DirectTiles<TSimd>.MaxPixels);
        DirectTile tile = default;
        tile.Blocks = blocks;
        tile.TargetStep = TSimd.Width;
        tile.TargetBlock = BlockStep;
        tile.Floor = float.NegativeInfinity;
        for (int chunk = 0; chunk < chunks.Parts; chunk++)
        {
            tile.Taps = _taps + chunks.Start(chunk);
            tile.TapCount = chunks.Length(chunk);
            tile.Weights = weights + (chunks.Start(chunk) * TSimd.Width * width);
            tile.WeightsAhead = chunks.Length(chunk) * TSimd.Width * width;
            tile.AddendIsBias = chunk == 0;
            for (int part = 0; part < pixels.Parts; part++)
            {
                tile.Pixels = pixels.Length(part);
                nint start = (nint)pixels.Start(part) * TSimd.Width;
                tile.SourceHalf = tile.TargetHalf = (tile.Pixels + 1) / 2 * TSimd.Width;
                tile.Source = source + (point * SourcePointStep) + start;
                tile.Target = target + (point * TargetPointStep) + start;
                tile.Addend = chunk == 0 ? _zeros : tile.Target;
                DirectTiles<TSimd>.Run(&tile);
            }
        }
    }

    /// <summary>Brings products of one block back from the points.</summary>
    [SkipLocalsInit]
    private readonly void TransformTarget(int first, int tiles, int block, float* source)
    {
        float* square = stackalloc float[TForm.Tile * TForm.Tile * 16];
        TSimd bias = TSimd.Load(_bias + ((nint)block * TSimd.Width));
        TSimd floor = TSimd.Broadcast(Floor);
        for (int tile = first; tile < first + tiles; tile++, source += TSimd.Width)
        {
            TForm.Output<TSimd>(source, TForm.Patch * TargetPointStep, TargetPointStep, square, TSimd.Width);
            var (image, row, column) = _grid.Place(tile);
            float* y = _target.Plane(image, block) + (row * _target.RowStep) + ((nint)column * TSimd.Width);
            int rows = Math.Min(TForm.Tile, _target.Height - row), columns = Math.Min(TForm.Tile, _target.Width - column);
            for (int r = 0; r < rows; r++, y += _target.RowStep)
            {
                for (int c = 0; c < columns; c++)
                {
                    float* place = y + (c * TSimd.Width);
                    TSimd sum = bias + TSimd.Load(square + (((r * TForm.Tile) + c) * TSimd.Width));
                    if (Residual is not null) sum += TSimd.Load(Residual + (place - (float*)_target.Tensor));
                    TSimd.Store(place, TSimd.Max(floor, sum));
                }
            }
        }
    }

    private static nint RoundUp(nint floats) => (floats + Ahead.LineFloats - 1) / Ahead.LineFloats * Ahead.LineFloats;

    private struct Fused : IJob
    {
        public WinogradPass<TSimd, TForm> Pass;

        public readonly void Execute(int index, int worker)
        {
            int first = Pass._groups.Start(index), tiles = Pass._groups.Length(index);
            float* source = Pass._rooms + (worker * Pass.RoomFloats);
            float* target = source + (Points * Pass.SourcePointStep);
            for (int block = 0; block < Pass._source.Blocks; block++) Pass.TransformSource(first, tiles, block, source + (block * Pass.BlockStep));
            for (int pair = 0; pair < Pass.Pairs; pair++)
            {
                for (int point = 0; point < Points; point++) Pass.Multiply(point, pair, tiles, source, target);
                for (int block = 2 * pair; block < Math.Min(Pass._target.Blocks, (2 * pair) + 2); block++)
                    Pass.TransformTarget(first, tiles, block, target + (block % 2 * Pass.BlockStep));
            }
        }
    }

    private struct SourcePhase : IJob
    {
        public WinogradPass<TSimd, TForm> Pass;
        public int Group;
        public EvenSplit Parts;

        public readonly void Execute(int index, int worker)
        {
            int block = index / Parts.Parts, part = index % Parts.Parts, start = Parts.Start(part);
            float* target = Pass._rooms + (block * Pass.BlockStep) + (start * TSimd.Width);
            Pass.TransformSource(Pass._groups.Start(Group) + start, Parts.Length(part), block, target);
        }
    }

    private struct ProductPhase : IJob
    {
        public WinogradPass<TSimd, TForm> Pass;
        public int Group;

        public readonly void Execute(int index, int worker)
        {
            int point = index / Pass.Pairs, pair = index % Pass.Pairs;
            float* target = Pass._rooms + (Points * Pass.SourcePointStep) + (2 * pair * Pass.BlockStep);
            Pass.Multiply(point, pair, Pass._groups.Length(Group), Pass._rooms, target);
        }
    }

    private struct TargetPhase : IJob
    {
        public WinogradPass<TSimd, TForm> Pass;
        public int Group;
        public EvenSplit Parts;

        public readonly void Execute(int index, int worker)
        {
            int block = index / Parts.Parts, part = index % Parts.Parts, start = Parts.Start(part);
            float* source = Pass._rooms + (Points * Pass.SourcePointStep) + (block * Pass.BlockStep) + (start * TSimd.Width);
            Pass.TransformTarget(Pass._groups.Start(Group) + start, Parts.Length(part), block, source);
        }
    }
}
