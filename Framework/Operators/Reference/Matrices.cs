namespace Framework.Operators.Reference;

/// <summary>A matrix that <see cref="BlockedProduct"/> reads in panels, wherever its elements come from.</summary>
internal unsafe interface IMatrix<T>
    where T : unmanaged
{
    /// <summary>Copies a block, row after row, to rows of <paramref name="width"/> elements that are filled up with zeros.</summary>
    void Pack(int row, int rows, int column, int columns, T* to, int width);
}

/// <summary>Elements in memory with a step along rows and one along columns, so that a transpose is another view.</summary>
internal readonly unsafe struct DenseMatrix<T>(T* data, int rowStep, int columnStep) : IMatrix<T>
    where T : unmanaged
{
    /// <summary>The columns from the given one on.</summary>
    public DenseMatrix<T> From(int column) => new(data + ((long)column * columnStep), rowStep, columnStep);

    public void Pack(int row, int rows, int column, int columns, T* to, int width)
    {
        T* from = data + ((long)row * rowStep) + ((long)column * columnStep);
        if (columnStep == 1)
        {
            for (int r = 0; r < rows; r++, from += rowStep, to += width)
            {
                new ReadOnlySpan<T>(from, columns).CopyTo(new Span<T>(to, columns));
                new Span<T>(to + columns, width - columns).Clear();
            }

            return;
        }

        for (int c = 0; c < width; c++)
        {
            T* source = from + ((long)c * columnStep);
            if (c < columns)
            {
                for (int r = 0; r < rows; r++) to[(r * width) + c] = source[(long)r * rowStep];
            }
            else
            {
                for (int r = 0; r < rows; r++) to[(r * width) + c] = default;
            }
        }
    }
}

/// <summary>
/// The patches that a sliding window sees in one image, never written out as a whole: rows are (channel, tap), columns the places of the
/// output. <c>places</c> holds for each tap and output place the offset into a channel, or -1 in the padding.
/// </summary>
internal readonly unsafe struct PatchMatrix<T>(T* image, int channelSize, int* places, int taps, int outputs) : IMatrix<T>
    where T : unmanaged
{
    public void Pack(int row, int rows, int column, int columns, T* to, int width)
    {
        for (int r = row; r < row + rows; r++, to += width)
        {
            T* channel = image + ((long)(r / taps) * channelSize);
            int* place = places + ((long)(r % taps) * outputs) + column;
            for (int c = 0; c < columns; c++) to[c] = place[c] < 0 ? default : channel[place[c]];
            new Span<T>(to + columns, width - columns).Clear();
        }
    }
}

/// <summary>The transpose of a <see cref="PatchMatrix{T}"/>.</summary>
internal readonly unsafe struct TurnedPatchMatrix<T>(T* image, int channelSize, int* places, int taps, int outputs) : IMatrix<T>
    where T : unmanaged
{
    public void Pack(int row, int rows, int column, int columns, T* to, int width)
    {
        for (int c = 0; c < width; c++)
        {
            T* channel = image + ((long)((column + c) / taps) * channelSize);
            int* place = places + ((long)((column + c) % taps) * outputs) + row;
            for (int r = 0; r < rows; r++) to[(r * width) + c] = c >= columns || place[r] < 0 ? default : channel[place[r]];
        }
    }
}
