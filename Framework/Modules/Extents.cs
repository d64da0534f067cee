namespace Framework.Modules;

/// <summary>A height and a width; one number stands for both.</summary>
/// <param name="Height">Along the rows' axis.</param>
/// <param name="Width">Along the columns' axis.</param>
public readonly record struct Extent2d(int Height, int Width)
{
    /// <summary>The same height and width.</summary>
    public static implicit operator Extent2d(int side) => new(side, side);

    /// <summary>Height and width.</summary>
    public static implicit operator Extent2d((int Height, int Width) pair) => new(pair.Height, pair.Width);

    internal int[] ToArray() => [Height, Width];
}

/// <summary>A depth, a height and a width; one number stands for all.</summary>
/// <param name="Depth">Along the slices' axis.</param>
/// <param name="Height">Along the rows' axis.</param>
/// <param name="Width">Along the columns' axis.</param>
public readonly record struct Extent3d(int Depth, int Height, int Width)
{
    /// <summary>The same extent along every axis.</summary>
    public static implicit operator Extent3d(int side) => new(side, side, side);

    /// <summary>Depth, height and width.</summary>
    public static implicit operator Extent3d((int Depth, int Height, int Width) triple) => new(triple.Depth, triple.Height, triple.Width);

    internal int[] ToArray() => [Depth, Height, Width];
}
