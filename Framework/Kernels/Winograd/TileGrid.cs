using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Winograd;

/// <summary>The tiles of all images of an output, numbered through, and where each begins.</summary>
/// <param name="batch">Images.</param>
/// <param name="height">Rows of the output.</param>
/// <param name="width">Columns of the output.</param>
/// <param name="side">Rows and columns of a tile.</param>
internal readonly struct TileGrid(int batch, int height, int width, int side)
{
    private readonly int _down = ((height - 1) / side) + 1;
    private readonly int _across = ((width - 1) / side) + 1;

    /// <summary>The tiles.</summary>
    public int Count => batch * _down * _across;

    /// <summary>A tile's image, and its first row and column.</summary>
    public (int Image, int Row, int Column) Place(int tile)
    {
        int row = tile / _across;
        return (row / _down, row % _down * side, tile % _across * side);
    }
}

/// <summary>One side of a convolution in blocks of a vector's width.</summary>
/// <param name="Tensor">The first float.</param>
/// <param name="Channels">Channels.</param>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
internal unsafe readonly record struct BlockedPlanes<TSimd>(int Channels, int Height, int Width, nint Tensor = 0)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Blocks of channels.</summary>
    public int Blocks => new BlockedLayout(TSimd.Width).Blocks(Channels);

    /// <summary>Floats of a row.</summary>
    public nint RowStep => (nint)Width * TSimd.Width;

    /// <summary>The channels of a block that are not padding.</summary>
    public int ChannelsOf(int block) => Math.Min(TSimd.Width, Channels - (block * TSimd.Width));

    /// <summary>Where a block of an image begins.</summary>
    public float* Plane(int image, int block) => (float*)Tensor + ((((nint)image * Blocks) + block) * Height * RowStep);

    /// <summary>A square of one block, with zeros where it lies outside: in place, or else copied into a room.</summary>
    /// <param name="plane">The block of an image.</param>
    /// <param name="row">The square's first row; may lie outside.</param>
    /// <param name="column">Its first column; may lie outside.</param>
    /// <param name="side">Its rows and columns.</param>
    /// <param name="room">Room for a square of vectors.</param>
    /// <param name="rowStep">Floats from a row of the square to the next.</param>
    public float* Square(float* plane, int row, int column, int side, float* room, out nint rowStep)
    {
        if (row >= 0 && column >= 0 && row + side <= Height && column + side <= Width)
        {
            rowStep = RowStep;
            return plane + (row * RowStep) + ((nint)column * TSimd.Width);
        }

        rowStep = (nint)side * TSimd.Width;
        float* target = room;
        for (int y = row; y < row + side; y++)
        {
            for (int x = column; x < column + side; x++, target += TSimd.Width)
            {
                bool inside = (uint)y < (uint)Height && (uint)x < (uint)Width;
                TSimd.Store(target, inside ? TSimd.Load(plane + (y * RowStep) + ((nint)x * TSimd.Width)) : TSimd.Zero);
            }
        }

        return room;
    }
}
