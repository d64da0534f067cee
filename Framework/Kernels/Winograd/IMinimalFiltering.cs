namespace Framework.Kernels.Winograd;

/// <summary>A kernel of this family, as a cost model sees it.</summary>
public interface IMinimalFiltering
{
    /// <summary>Rows and columns of a tile of the output.</summary>
    int Tile { get; }

    /// <summary>Rows and columns of the input that a tile sees: the points along an axis.</summary>
    int Patch { get; }
}
