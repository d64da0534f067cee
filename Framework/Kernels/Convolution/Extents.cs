namespace Framework.Kernels.Convolution;

/// <summary>Three numbers, one for each spatial axis; a picture has depth 1, a sequence depth and height 1.</summary>
/// <param name="Depth">Along the outermost axis.</param>
/// <param name="Height">Along rows.</param>
/// <param name="Width">Along a row.</param>
public readonly record struct Extents(int Depth, int Height, int Width)
{
    /// <summary>1 along each axis.</summary>
    public static Extents One => new(1, 1, 1);

    /// <summary>The product of the three.</summary>
    public int Volume => Depth * Height * Width;

    /// <summary>Two axes: rows and columns.</summary>
    public static Extents Of(int height, int width) => new(1, height, width);

    /// <summary>Height x width, with the depth before them where it is not 1.</summary>
    public override string ToString() => Depth == 1 ? $"{Height}x{Width}" : $"{Depth}x{Height}x{Width}";
}
