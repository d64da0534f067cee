using Framework.Tensors;

namespace Framework.Training;

/// <summary>
/// Tensors of many shapes laid end to end in one vector, each at a cache line's start: what an optimizer updates in one pass, and what several
/// processes could sum in one call. The gaps hold zeros and stay so.
/// </summary>
public sealed class FlatParameters
{
    private const int LineLength = Storage.Alignment / sizeof(float);

    private FlatParameters(Tensor flat, IReadOnlyList<Tensor> views)
    {
        Flat = flat;
        Views = views;
    }

    /// <summary>The whole vector.</summary>
    public Tensor Flat { get; }

    /// <summary>The tensors within it.</summary>
    public IReadOnlyList<Tensor> Views { get; }

    /// <summary>A vector of zeros with room for tensors of these shapes.</summary>
    public static FlatParameters Zeros(IReadOnlyList<Shape> shapes)
    {
        var offsets = new int[shapes.Count];
        int length = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = length;
            length = checked(length + ((shapes[i].ElementCount + LineLength - 1) / LineLength * LineLength));
        }

        var flat = new Tensor(ElementType.Float32, [length]);
        return new FlatParameters(flat, [.. shapes.Select((s, i) => new Tensor(ElementType.Float32, s, flat.Storage, (nint)offsets[i] * sizeof(float)))]);
    }

    /// <summary>A vector that holds copies of the given tensors.</summary>
    public static FlatParameters CopyOf(IReadOnlyList<Tensor> tensors)
    {
        var flat = Zeros([.. tensors.Select(t => t.Shape)]);
        for (int i = 0; i < tensors.Count; i++) tensors[i].CopyTo(flat.Views[i]);
        return flat;
    }
}
