namespace Interop.LibTorch.Translation;

/// <summary>Elements picked or written by index.</summary>
internal static class Indexing
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("Gather", Gather),
        new("GatherElements", n => n.Call("gather", n[0], n.Axis("axis", 0), FromTheFront(n))),
        new("ScatterElements", ScatterElements),
    ];

    private static TorchSlot Gather(TorchNode n)
    {
        var indices = new TorchSlot?[n.Axis("axis", 0) + 1];
        indices[^1] = n.Indices(1);
        return n.Call("index.Tensor", n[0], indices);
    }

    private static TorchSlot ScatterElements(TorchNode n)
    {
        var (axis, indices) = (n.Axis("axis", 0), FromTheFront(n));
        return n.Attributes.String("reduction", "none") switch
        {
            "none" => n.Call("scatter.src", n[0], axis, indices, n[2]),
            "add" => n.Call("scatter_add", n[0], axis, indices, n[2]),
            "mul" => n.Call("scatter_reduce.two", n[0], axis, indices, n[2], "prod"),
            "max" => n.Call("scatter_reduce.two", n[0], axis, indices, n[2], "amax"),
            "min" => n.Call("scatter_reduce.two", n[0], axis, indices, n[2], "amin"),
            var other => throw n.Unsupported($"it has no reduction '{other}'."),
        };
    }

    // Indices may count from the end, which libtorch's gather and scatter do not know.
    private static TorchSlot FromTheFront(TorchNode n) => n.Call("remainder.Scalar", n.Indices(1), n.Shape(0)[n.Axis("axis", 0)]);
}
