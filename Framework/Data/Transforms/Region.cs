namespace Framework.Data.Transforms;

/// <summary>A rectangle of a picture, in pixels; its edges may lie between them.</summary>
/// <param name="Top">Rows above it.</param>
/// <param name="Left">Columns before it.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Width">Its columns.</param>
public readonly record struct Region(double Top, double Left, double Height, double Width)
{
    /// <summary>All of a picture.</summary>
    public static Region Whole(int rows, int columns) => new(0, 0, rows, columns);

    /// <summary>The largest rectangle in a picture's middle that has the form of another.</summary>
    public static Region Covering(int rows, int columns, int likeRows, int likeColumns)
    {
        double scale = Math.Min((double)rows / likeRows, (double)columns / likeColumns);
        double height = likeRows * scale, width = likeColumns * scale;
        return new Region((rows - height) / 2, (columns - width) / 2, height, width);
    }
}
