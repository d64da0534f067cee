using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// A sum over taps: target(y, x) = floor(sum over taps of weights * source(y stride + tap row, x stride + tap column) + bias + residual).
/// A forward convolution is one such pass; an input gradient is one for each remainder of the stride.
/// </summary>
/// <remarks>
/// <para>An item of work is a band of lines of one image by a few pairs of target blocks. Where taps reach into the padding, or
/// the stride along a row is not 1, the item first copies its part of the source into scratch: with the zeros around it, and
/// columns sorted by their remainder by the stride, so that the tiles see neither pads nor strides. Where they do not, tiles
/// read the source in place; and where its rows join, one line is the whole picture.</para>
/// <para>Sums are cut into chunks of source channels, each added to the target in order.</para>
/// </remarks>
internal unsafe struct DirectPass<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Terms summed in registers, about: long enough to pay for reading and writing the sums, short enough to lose little.</summary>
    public const int UsualChunkTerms = 576;

    /// <summary>Terms summed in registers where a small error matters more than time: one block of channels of a 3x3 filter.</summary>
    public const int PreciseChunkTerms = 144;

    /// <summary>Floats of the source that an item reads, so that they stay in the second cache beside the weights.</summary>
    private const int BandFloatsWanted = 65536;

    /// <summary>The source.</summary>
    public float* Source;

    /// <summary>Packed by <see cref="DirectWeights{TSimd}"/>.</summary>
    public float* Weights;

    /// <summary>Added to the sums, or null.</summary>
    public float* Residual;

    /// <summary>The target's first float.</summary>
    public float* Output;

    /// <summary>What results are raised to.</summary>
    public float Floor;

    private readonly int _batch;
    private readonly int _groups;
    private readonly int _chunkTerms;

    private readonly int _sourceLanes;
    private readonly int _sourceChannels;
    private readonly int _sourceHeight;
    private readonly int _sourceWidth;
    private readonly int _strideY;
    private readonly int _strideX;

    private readonly int _targetChannels;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _rowMin;
    private readonly int _rowSpan;
    private readonly int _columnMin;
    private readonly int _columnSpan;
    private readonly ulong _rowRemainders;
    private readonly ulong _columnRemainders;
    private readonly int _tapCount;

    private readonly bool _inPlace;
    private readonly int _rowsOfTile;
    private readonly EvenSplit _tilesOfLine;
    private readonly bool _bandsOfTiles;
    private readonly EvenSplit _bands;
    private readonly EvenSplit _pairGroups;

    private readonly Plane _target;

    // Made by Prepare: the bias with its padding lanes, the taps of all source blocks, room for a band a thread.
    private float* _bias;
    private DirectTap* _taps;
    private int _entriesOfBlock;
    private float* _scratch;

    /// <summary>Decides how the work is cut up; by the arguments alone.</summary>
    /// <param name="batch">Images.</param>
    /// <param name="groups">Groups of channels.</param>
    /// <param name="source">Channels of a group, lanes of a block, height and width of the source.</param>
    /// <param name="strideY">Source rows from a target row to the next.</param>
    /// <param name="strideX">Source columns from a target column to the next.</param>
    /// <param name="taps">The taps.</param>
    /// <param name="target">Channels of a group, and the rows and columns to compute, with the floats between them.</param>
    /// <param name="chunkTerms">Terms summed in registers, about.</param>
    public DirectPass(
        int batch, int groups, in Plane source, int strideY, int strideX, ReadOnlySpan<FilterTap> taps, in Plane target, int chunkTerms = UsualChunkTerms)
    {
        _chunkTerms = chunkTerms;
        _batch = batch;
        _groups = groups;
        (_sourceChannels, _sourceLanes, _sourceHeight, _sourceWidth) = (source.Channels, source.Lanes, source.Rows, source.Columns);
        (_strideY, _strideX) = (strideY, strideX);
        _target = target;
        _targetChannels = target.Channels;
        _tapCount = taps.Length;
        (_rowMin, _rowSpan, _columnMin, _columnSpan) = FilterTap.Bounds(taps);
        foreach (var tap in taps)
        {
            _rowRemainders |= RemainderBit(tap.Row - _rowMin, strideY);
            _columnRemainders |= RemainderBit(tap.Column - _columnMin, strideX);
        }

        _inPlace = taps.Length == 0 || (strideX == 1 && _rowMin >= 0 && _columnMin >= 0
            && ((target.Rows - 1) * strideY) + _rowMin + _rowSpan < _sourceHeight && target.Columns + _columnMin + _columnSpan <= _sourceWidth);
        bool oneLine = _inPlace && taps.Length > 0 && strideY == 1
            && target.Columns == _sourceWidth && target.RowStep == target.Columns * target.ColumnStep;
        _rows = oneLine ? 1 : target.Rows;
        _columns = oneLine ? target.Rows * target.Columns : target.Columns;

        int pixels = DirectTiles<TSimd>.MaxPixels;
        _rowsOfTile = _rows > 1 && new EvenSplit(_columns, pixels / 2).Parts < 2 * new EvenSplit(_columns, pixels).Parts ? 2 : 1;
        _tilesOfLine = new EvenSplit(_columns, pixels / _rowsOfTile);

        int lines = ((_rows - 1) / _rowsOfTile) + 1;
        _bandsOfTiles = _inPlace && lines == 1;
        (_bands, _pairGroups) = Cut(_bandsOfTiles ? _tilesOfLine.Parts : lines);
    }

    /// <summary>Channels and extents of one side of a pass, and how its floats lie.</summary>
    /// <param name="Channels">Channels of a group.</param>
    /// <param name="Lanes">Channels of a block; the vector's width, or 1 for a plain source.</param>
    /// <param name="Rows">Rows.</param>
    /// <param name="Columns">Columns.</param>
    /// <param name="Start">Floats from the tensor's first to that of the first row and column.</param>
    /// <param name="RowStep">Floats from a row to the next.</param>
    /// <param name="ColumnStep">Floats from a column to the next.</param>
    /// <param name="BlockStep">Floats from a block of channels to the next.</param>
    public readonly record struct Plane(
        int Channels, int Lanes, int Rows, int Columns, nint Start = 0, nint RowStep = 0, nint ColumnStep = 0, nint BlockStep = 0);

    private readonly int SourceBlocks => Blocks(_sourceChannels, _sourceLanes);

    private readonly int TargetBlocks => Blocks(_targetChannels, TSimd.Width);

    /// <summary>Columns of one remainder in a row of scratch.</summary>
    private readonly int ScratchColumns => _columns + (_columnSpan / _strideX);

    private readonly nint RowStep => (nint)_sourceLanes * (_inPlace ? _sourceWidth : (nint)ScratchColumns * _strideX);

    private readonly int ScratchRows => (((_bands.Longest * _rowsOfTile) - 1) * _strideY) + _rowSpan + 1;

    private readonly nint PlaneStep => RowStep * (_inPlace ? _sourceHeight : ScratchRows);

    /// <summary>A line that says which band is there, and the band.</summary>
    private readonly nint BandFloats => _inPlace ? 0 : Ahead.LineFloats + RoundUp(SourceBlocks * PlaneStep);

    private readonly nint BiasFloats => RoundUp((nint)_groups * TargetBlocks * TSimd.Width);

    private readonly nint TapFloats => RoundUp((nint)SourceBlocks * _tapCount * (sizeof(DirectTap) / sizeof(float)));

    /// <summary>Floats of scratch that <see cref="Prepare"/> needs.</summary>
    public readonly nint WorkspaceFloats(int threads) => Ahead.LineFloats + BiasFloats + TapFloats + (threads * BandFloats);

    /// <summary>Lays out the scratch: bias with its padding lanes, the list of taps, room for bands.</summary>
    public void Prepare(float* workspace, float* bias, ReadOnlySpan<FilterTap> taps)
    {
        const nuint LineBytes = Ahead.LineFloats * sizeof(float);
        _bias = (float*)(((nuint)workspace + LineBytes - 1) & ~(LineBytes - 1));
        _taps = (DirectTap*)(_bias + BiasFloats);
        _scratch = (float*)_taps + TapFloats;

        new Span<float>(_bias, (int)BiasFloats).Clear();
        if (bias is not null)
        {
            // Groups come with channels that fill their blocks, or there is one group: the lanes are the channels.
            new ReadOnlySpan<float>(bias, _groups * _targetChannels).CopyTo(new Span<float>(_bias, _groups * _targetChannels));
        }

        DirectTap* entry = _taps;
        for (int block = 0; block < SourceBlocks; block++)
        {
            DirectTap* first = entry;
            int channels = Math.Min(_sourceLanes, _sourceChannels - (block * _sourceLanes));
            foreach (var tap in taps)
            {
                nint offset = (block * PlaneStep) + OffsetOf(tap);
                if (_sourceLanes == 1 && entry > first && entry[-1].Offset + entry[-1].Count == offset)
                    entry[-1] = entry[-1] with { Count = entry[-1].Count + 1 };
                else
                    *entry++ = new DirectTap(offset, channels);
            }

            _entriesOfBlock = (int)(entry - first);
        }
    }

    /// <summary>Computes the pass.</summary>
    public readonly void Run(WorkerPool pool)
    {
        if (!_inPlace)
        {
            for (int worker = 0; worker < pool.Threads; worker++) *(int*)(_scratch + (worker * BandFloats)) = 0;
        }

        pool.Run(_batch * _groups * _bands.Parts * _pairGroups.Parts, this);
    }

    public readonly void Execute(int index, int worker)
    {
        int band = index % _bands.Parts;
        int group = index / _bands.Parts % _groups;
        int image = index / _bands.Parts / _groups % _batch;
        int pairGroup = index / _bands.Parts / _groups / _batch;
        int tilesOfUnit = _bandsOfTiles ? 1 : _tilesOfLine.Parts;
        int firstTile = _bands.Start(band) * tilesOfUnit;
        int tiles = _bands.Length(band) * tilesOfUnit;
        int firstLine = firstTile / _tilesOfLine.Parts;

        float* source = Source + (((nint)image * _groups) + group) * SourceBlocks * _sourceHeight * _sourceWidth * _sourceLanes;
        if (_inPlace)
        {
            source += (nint)firstLine * _rowsOfTile * _strideY * RowStep;
        }
        else
        {
            // Items that come one after another often read the same band, for other target blocks.
            float* scratch = _scratch + (worker * BandFloats);
            int* held = (int*)scratch;
            int wanted = 1 + (index % (_batch * _groups * _bands.Parts));
            scratch += Ahead.LineFloats;
            if (*held != wanted) CopyBand(source, firstLine * _rowsOfTile, Math.Min(_rows, (firstLine + _bands.Length(band)) * _rowsOfTile), scratch);
            *held = wanted;
            source = scratch;
        }

        var chunks = new EvenSplit(SourceBlocks, Math.Max(1, _chunkTerms / Math.Max(1, _tapCount * _sourceLanes)));
        int firstPair = _pairGroups.Start(pairGroup);
        for (int pair = firstPair; pair < firstPair + _pairGroups.Length(pairGroup); pair++)
        {
            for (int chunk = 0; chunk < chunks.Parts; chunk++)
            {
                DirectTile tile = default;
                SetChunk(&tile, image, group, pair, chunks, chunk);
                float* target = tile.Target;
                for (int t = firstTile; t < firstTile + tiles; t++)
                {
                    SetPixels(&tile, source, firstLine, target, t);
                    if (chunk > 0) tile.Addend = tile.Target;
                    if (chunk == chunks.Parts - 1 && Residual is not null) tile.Residual = Residual + (tile.Target - Output);
                    DirectTiles<TSimd>.Run(&tile);
                }
            }
        }
    }

    private readonly void SetChunk(DirectTile* tile, int image, int group, int pair, EvenSplit chunks, int chunk)
    {
        bool last = chunk == chunks.Parts - 1;
        int block = (group * TargetBlocks) + (2 * pair);
        int firstSource = chunks.Start(chunk);
        tile->Blocks = Math.Min(2, TargetBlocks - (2 * pair));
        tile->Plain = _sourceLanes == 1;
        tile->Taps = _taps + (firstSource * _entriesOfBlock);
        tile->TapCount = chunks.Length(chunk) * _entriesOfBlock;
        nint terms = (nint)_sourceChannels * _tapCount;
        nint termsBefore = (nint)firstSource * _sourceLanes * _tapCount;
        tile->Weights = Weights + (((block * terms) + (termsBefore * tile->Blocks)) * TSimd.Width);
        tile->WeightsAhead = (nint)chunks.Length(chunk) * _sourceLanes * _tapCount * tile->Blocks * TSimd.Width;
        tile->Target = Output + _target.Start + (((nint)image * _groups * TargetBlocks) + block) * _target.BlockStep;
        tile->TargetStep = _target.ColumnStep;
        tile->TargetBlock = _target.BlockStep;
        tile->AddendIsBias = chunk == 0;
        tile->Addend = _bias + (block * TSimd.Width);
        tile->Floor = last ? Floor : float.NegativeInfinity;
    }

    private readonly void SetPixels(DirectTile* tile, float* source, int firstLine, float* target, int index)
    {
        int line = index / _tilesOfLine.Parts;
        int part = index % _tilesOfLine.Parts;
        int row = line * _rowsOfTile;
        int column = _tilesOfLine.Start(part);
        int columns = _tilesOfLine.Length(part);
        bool two = _rowsOfTile == 2 && row + 1 < _rows;
        int half = two ? columns : (columns + 1) / 2;
        tile->Pixels = two ? 2 * columns : columns;
        tile->Source = source + ((nint)(line - firstLine) * _rowsOfTile * _strideY * RowStep) + ((nint)column * _sourceLanes);
        tile->SourceNext = _inPlace ? columns * _sourceLanes : 0;
        tile->SourceHalf = two ? _strideY * RowStep : half * _sourceLanes;
        tile->Target = target + (row * _target.RowStep) + (column * _target.ColumnStep);
        tile->TargetHalf = two ? _target.RowStep : half * _target.ColumnStep;
    }

    /// <summary>Cuts the tiles or lines of an image into bands, and the pairs of target blocks into groups, for items of work.</summary>
    private readonly (EvenSplit Bands, EvenSplit PairGroups) Cut(int units)
    {
        long floatsOfUnit = (long)_sourceChannels * (_bandsOfTiles ? _tilesOfLine.Longest : (long)_rowsOfTile * _strideY * _columns * _strideX);
        bool weightsAreMore = (long)_targetChannels * _tapCount > (long)_sourceHeight * _sourceWidth;
        long work = (long)_batch * _groups * _rows * _columns * _targetChannels * _sourceChannels * Math.Max(1, _tapCount);
        int band = (int)Math.Clamp(BandFloatsWanted / floatsOfUnit, 1, units);
        int group = (TargetBlocks + 1) / 2;
        while (true)
        {
            var bands = new EvenSplit(units, band);
            var groups = new EvenSplit((TargetBlocks + 1) / 2, group);
            long items = (long)_batch * _groups * bands.Parts * groups.Parts;
            if ((band == 1 && group == 1) || Granularity.IsFine(items, work)) return (bands, groups);

            // What is cut is read again by each part: weights by bands, the source by groups of pairs.
            if (group > 1 && (weightsAreMore || band == 1)) group = (group + 1) / 2;
            else band = (band + 1) / 2;
        }
    }

    /// <summary>Floats from a pixel's place in the source, or in scratch, to what a tap meets.</summary>
    private readonly nint OffsetOf(FilterTap tap)
    {
        if (_inPlace) return (tap.Row * RowStep) + (tap.Column * _sourceLanes);
        int column = tap.Column - _columnMin;
        return ((tap.Row - _rowMin) * RowStep) + (((column % _strideX * ScratchColumns) + (column / _strideX)) * _sourceLanes);
    }

    /// <summary>Copies what the target's rows from <paramref name="from"/> to <paramref name="to"/> read.</summary>
    private readonly void CopyBand(float* source, int from, int to, float* scratch)
    {
        int rows = ((to - 1 - from) * _strideY) + _rowSpan + 1;
        nint sourceRowStep = (nint)_sourceWidth * _sourceLanes;
        for (int block = 0; block < SourceBlocks; block++)
        {
            float* plane = source + (block * _sourceHeight * sourceRowStep);
            for (int r = 0; r < rows; r++)
            {
                if ((_rowRemainders & RemainderBit(r, _strideY)) == 0) continue;
                float* target = scratch + (block * PlaneStep) + (r * RowStep);
                int row = (from * _strideY) + _rowMin + r;
                if ((uint)row >= (uint)_sourceHeight) new Span<float>(target, (int)RowStep).Clear();
                else CopyRow(plane + (row * sourceRowStep), target);
            }
        }
    }

    private readonly void CopyRow(float* source, float* target)
    {
        int lanes = _sourceLanes;
        for (int remainder = 0; remainder < _strideX; remainder++, target += ScratchColumns * lanes)
        {
            if ((_columnRemainders & RemainderBit(remainder, _strideX)) == 0) continue;
            int first = _columnMin + remainder;
            int before = Math.Clamp((_strideX - 1 - first) / _strideX, 0, ScratchColumns);
            int until = Math.Clamp(first >= _sourceWidth ? 0 : ((_sourceWidth - 1 - first) / _strideX) + 1, before, ScratchColumns);
            new Span<float>(target, before * lanes).Clear();
            new Span<float>(target + (until * lanes), (ScratchColumns - until) * lanes).Clear();
            float* from = source + (first + ((nint)before * _strideX)) * lanes;
            if (_strideX == 1)
            {
                new ReadOnlySpan<float>(from, (until - before) * lanes).CopyTo(new Span<float>(target + (before * lanes), (until - before) * lanes));
            }
            else
            {
                for (int column = before; column < until; column++, from += _strideX * lanes) CopyLanes(from, target + (column * lanes), lanes);
            }
        }
    }

    private static void CopyLanes(float* source, float* target, int lanes)
    {
        if (lanes == TSimd.Width) TSimd.Store(target, TSimd.Load(source));
        else *target = *source;
    }

    /// <summary>Remainders from 63 on share a bit: what is copied in vain does no harm.</summary>
    private static ulong RemainderBit(int distance, int stride) => 1UL << Math.Min(63, distance % stride);

    private static int Blocks(int channels, int lanes) => ((channels - 1) / lanes) + 1;

    private static nint RoundUp(nint floats) => (floats + Ahead.LineFloats - 1) / Ahead.LineFloats * Ahead.LineFloats;
}
