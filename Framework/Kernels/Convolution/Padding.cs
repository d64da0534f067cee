namespace Framework.Kernels.Convolution;

/// <summary>Zeros at one end of each spatial axis. Not <see cref="Extents"/>: an axis that is not there has extent 1 and no pads.</summary>
/// <param name="Depth">Along the outermost axis.</param>
/// <param name="Height">Above, or below, the rows.</param>
/// <param name="Width">Left, or right, of a row.</param>
public readonly record struct Padding(int Depth, int Height, int Width)
{
    /// <summary>Two axes: rows and columns.</summary>
    public static Padding Of(int height, int width) => new(0, height, width);
}
