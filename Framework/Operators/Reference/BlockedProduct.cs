using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Framework.Threading;

namespace Framework.Operators.Reference;

/// <summary>
/// A matrix product that is plain enough to be believed and fast enough for whole networks in float64: blocks of the inner axis, both sides
/// packed, a register tile of 4 rows and 3 vectors. Which element is summed in which order follows from the extents alone.
/// </summary>
internal static unsafe class BlockedProduct
{
    /// <summary>Rows and columns that one thread should be given at a time.</summary>
    public const int RowBlock = 128, ColumnBlock = 288;

    private const int TileRows = 4, InnerBlock = 256, Alignment = 64;

    /// <summary>
    /// Y = L' R, or Y += L' R: L is inner x rows, R inner x columns, Y has rows <paramref name="step"/> apart. On the calling thread.
    /// </summary>
    public static void Multiply<T, TLeft, TRight>(in TLeft left, in TRight right, T* y, int step, int rows, int columns, int inner, bool accumulate)
        where T : unmanaged, INumber<T>
        where TLeft : struct, IMatrix<T>
        where TRight : struct, IMatrix<T>
    {
        int tileColumns = 3 * Vector<T>.Count, panels = (rows + TileRows - 1) / TileRows, depth = Math.Min(inner, InnerBlock);
        if (inner == 0 && !accumulate)
        {
            for (int r = 0; r < rows; r++) new Span<T>(y + ((long)r * step), columns).Clear();
        }

        nuint bytes = (nuint)sizeof(T) * (nuint)depth * (nuint)((panels * TileRows) + tileColumns);
        T* packedLeft = (T*)NativeMemory.AlignedAlloc(Math.Max(bytes, Alignment), Alignment);
        T* packedRight = packedLeft + ((long)depth * panels * TileRows);
        T* edge = stackalloc T[TileRows * 3 * Vector<T>.Count];
        try
        {
            for (int k = 0; k < inner; k += InnerBlock, accumulate = true)
            {
                depth = Math.Min(InnerBlock, inner - k);
                for (int p = 0; p < panels; p++)
                    left.Pack(k, depth, p * TileRows, Math.Min(TileRows, rows - (p * TileRows)), packedLeft + ((long)p * depth * TileRows), TileRows);
                for (int c = 0; c < columns; c += tileColumns)
                {
                    int width = Math.Min(tileColumns, columns - c);
                    right.Pack(k, depth, c, width, packedRight, tileColumns);
                    for (int p = 0; p < panels; p++)
                    {
                        int height = Math.Min(TileRows, rows - (p * TileRows));
                        T* panel = packedLeft + ((long)p * depth * TileRows), to = y + ((long)p * TileRows * step) + c;
                        if (height == TileRows && width == tileColumns) Tile(panel, packedRight, depth, to, step, accumulate);
                        else EdgeTile(panel, packedRight, depth, to, step, height, width, accumulate, edge);
                    }
                }
            }
        }
        finally
        {
            NativeMemory.AlignedFree(packedLeft);
        }
    }

    /// <summary>Y = A' B' over row-major matrices, on all threads; A' is rows x inner, B' inner x columns.</summary>
    public static void Multiply<T>(ReadOnlySpan<T> a, bool transA, ReadOnlySpan<T> b, bool transB, Span<T> y, int rows, int columns, int inner)
        where T : unmanaged, INumber<T>
    {
        fixed (T* left = a, right = b, to = y)
        {
            int rowBlocks = (rows + RowBlock - 1) / RowBlock, columnBlocks = (columns + ColumnBlock - 1) / ColumnBlock;
            var job = new DenseJob<T>(
                new DenseMatrix<T>(left, transA ? rows : 1, transA ? 1 : inner),
                new DenseMatrix<T>(right, transB ? 1 : columns, transB ? inner : 1),
                to, rows, columns, inner, columnBlocks);
            WorkerPool.Shared.Run(rowBlocks * columnBlocks, job);
        }
    }

    private static void Tile<T>(T* left, T* right, int depth, T* y, int step, bool accumulate)
        where T : unmanaged, INumber<T>
    {
        int w = Vector<T>.Count;
        Vector<T> c00 = default, c01 = default, c02 = default, c10 = default, c11 = default, c12 = default;
        Vector<T> c20 = default, c21 = default, c22 = default, c30 = default, c31 = default, c32 = default;
        for (int k = 0; k < depth; k++, left += TileRows, right += 3 * w)
        {
            Vector<T> b0 = Vector.Load(right), b1 = Vector.Load(right + w), b2 = Vector.Load(right + (2 * w));
            var a = Vector.Create(left[0]);
            c00 = MultiplyAdd(a, b0, c00);
            c01 = MultiplyAdd(a, b1, c01);
            c02 = MultiplyAdd(a, b2, c02);
            a = Vector.Create(left[1]);
            c10 = MultiplyAdd(a, b0, c10);
            c11 = MultiplyAdd(a, b1, c11);
            c12 = MultiplyAdd(a, b2, c12);
            a = Vector.Create(left[2]);
            c20 = MultiplyAdd(a, b0, c20);
            c21 = MultiplyAdd(a, b1, c21);
            c22 = MultiplyAdd(a, b2, c22);
            a = Vector.Create(left[3]);
            c30 = MultiplyAdd(a, b0, c30);
            c31 = MultiplyAdd(a, b1, c31);
            c32 = MultiplyAdd(a, b2, c32);
        }

        Store(y, c00, c01, c02, accumulate);
        Store(y + step, c10, c11, c12, accumulate);
        Store(y + (2L * step), c20, c21, c22, accumulate);
        Store(y + (3L * step), c30, c31, c32, accumulate);
    }

    private static void EdgeTile<T>(T* left, T* right, int depth, T* y, int step, int height, int width, bool accumulate, T* edge)
        where T : unmanaged, INumber<T>
    {
        int tileColumns = 3 * Vector<T>.Count;
        Tile(left, right, depth, edge, tileColumns, accumulate: false);
        for (int r = 0; r < height; r++)
        {
            T* to = y + ((long)r * step), from = edge + (r * tileColumns);
            for (int c = 0; c < width; c++) to[c] = accumulate ? to[c] + from[c] : from[c];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<T>(T* to, Vector<T> c0, Vector<T> c1, Vector<T> c2, bool accumulate)
        where T : unmanaged
    {
        int w = Vector<T>.Count;
        if (accumulate)
        {
            c0 += Vector.Load(to);
            c1 += Vector.Load(to + w);
            c2 += Vector.Load(to + (2 * w));
        }

        c0.Store(to);
        c1.Store(to + w);
        c2.Store(to + (2 * w));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector<T> MultiplyAdd<T>(Vector<T> a, Vector<T> b, Vector<T> c)
        where T : unmanaged
    {
        if (typeof(T) == typeof(double))
            return Vector.MultiplyAddEstimate(a.As<T, double>(), b.As<T, double>(), c.As<T, double>()).As<double, T>();
        if (typeof(T) == typeof(float))
            return Vector.MultiplyAddEstimate(a.As<T, float>(), b.As<T, float>(), c.As<T, float>()).As<float, T>();
        return (a * b) + c;
    }

    private readonly struct DenseJob<T>(DenseMatrix<T> left, DenseMatrix<T> right, T* y, int rows, int columns, int inner, int columnBlocks) : IJob
        where T : unmanaged, INumber<T>
    {
        public void Execute(int index, int worker)
        {
            int row = index / columnBlocks * RowBlock, column = index % columnBlocks * ColumnBlock;
            BlockedProduct.Multiply(
                left.From(row), right.From(column), y + ((long)row * columns) + column, columns,
                Math.Min(RowBlock, rows - row), Math.Min(ColumnBlock, columns - column), inner, accumulate: false);
        }
    }
}
