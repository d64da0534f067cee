using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// A tensor with images in the lanes, its rows as filters meet them: with the zeros on either side, so that every tap of a row reads something. Where there
/// are none the tensor is read where it lies.
/// </summary>
/// <param name="planes">Blocks of images times channels.</param>
/// <param name="height">Rows of a plane.</param>
/// <param name="width">Columns of the tensor.</param>
/// <param name="before">Zeros before each row.</param>
/// <param name="reached">Columns that filters reach, the zeros before included.</param>
internal readonly unsafe struct LanesRows<TSimd>(int planes, int height, int width, int before, int reached)
    where TSimd : unmanaged, ISimd<TSimd>
{
    private readonly int _planes = planes;
    private readonly int _height = height;
    private readonly int _width = width;
    private readonly int _before = before;

    /// <summary>Columns from one row to the next.</summary>
    public int Columns { get; } = before == 0 && reached <= width ? width : reached;

    /// <summary>Floats of a channel of a block of images.</summary>
    public nint PlaneFloats => (nint)_height * Columns * TSimd.Width;

    /// <summary>Floats that <see cref="Prepare"/> writes.</summary>
    public nint WorkspaceFloats => IsCopied ? _planes * PlaneFloats : 0;

    private bool IsCopied => Columns != _width || _before != 0;

    /// <summary>The rows with their zeros.</summary>
    /// <param name="source">The tensor.</param>
    /// <param name="workspace">Scratch of <see cref="WorkspaceFloats"/>.</param>
    /// <param name="pool">Who does the work.</param>
    public float* Prepare(float* source, float* workspace, WorkerPool pool)
    {
        if (!IsCopied) return source;
        pool.Run(_planes, new Copy
        {
            Source = source,
            Target = workspace,
            Rows = _height,
            Width = _width * TSimd.Width,
            Columns = Columns * TSimd.Width,
            Before = Math.Min(_before, Columns) * TSimd.Width,
        });
        return workspace;
    }

    private struct Copy : IJob
    {
        public float* Source;
        public float* Target;
        public int Rows;
        public int Width;
        public int Columns;
        public int Before;

        public readonly void Execute(int index, int worker)
        {
            float* source = Source + ((nint)index * Rows * Width);
            float* target = Target + ((nint)index * Rows * Columns);
            int inside = Math.Min(Columns - Before, Width);
            for (int row = 0; row < Rows; row++, source += Width, target += Columns)
            {
                var padded = new Span<float>(target, Columns);
                padded[..Before].Clear();
                new ReadOnlySpan<float>(source, inside).CopyTo(padded[Before..]);
                padded[(Before + inside)..].Clear();
            }
        }
    }
}
