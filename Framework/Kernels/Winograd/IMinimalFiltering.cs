namespace Framework.Kernels.Winograd;

/// <summary>A kernel of this family, as a cost model sees it.</summary>
public interface IMinimalFiltering
{
    /// <summary>Rows and columns of a tile of the output; a patch of the input, and the points along an axis, are two more.</summary>
    int Tile { get; }
}
