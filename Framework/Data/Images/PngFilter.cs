namespace Framework.Data.Images;

/// <summary>PNG's five filters of rows: what is stored is the difference from a prediction out of bytes that are known.</summary>
/// <remarks>W3C, "Portable Network Graphics", section 9.</remarks>
internal static class PngFilter
{
    public const int Count = 5;

    /// <summary>From stored bytes to the row's own, in place.</summary>
    /// <param name="filter">Its number.</param>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above; zeros above the first.</param>
    /// <param name="step">Bytes of a pixel, at least 1.</param>
    public static void Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above, int step)
    {
        above = above[..row.Length];
        switch (filter)
        {
            case 1:
                for (int i = step; i < row.Length; i++) row[i] += row[i - step];
                break;
            case 2:
                for (int i = 0; i < row.Length; i++) row[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < row.Length; i++) row[i] += (byte)(((i < step ? 0 : row[i - step]) + above[i]) >> 1);
                break;
            case 4:
                for (int i = 0; i < Math.Min(step, row.Length); i++) row[i] += above[i];
                for (int i = step; i < row.Length; i++) row[i] += Paeth(row[i - step], above[i], above[i - step]);
                break;
        }
    }

    /// <summary>From a row to the bytes that are stored.</summary>
    public static void Do(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int step, Span<byte> stored)
    {
        for (int i = 0; i < row.Length; i++)
        {
            byte left = i < step ? (byte)0 : row[i - step];
            stored[i] = (byte)(row[i] - filter switch
            {
                1 => left,
                2 => above[i],
                3 => (byte)((left + above[i]) >> 1),
                4 => Paeth(left, above[i], i < step ? (byte)0 : above[i - step]),
                _ => (byte)0,
            });
        }
    }

    private static byte Paeth(int left, int above, int corner)
    {
        int toLeft = Math.Abs(above - corner), toAbove = Math.Abs(left - corner), toCorner = Math.Abs(left + above - corner - corner);
        return (byte)(toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner);
    }
}
