using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>Elements picked or written by index.</summary>
internal static class Indexing
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("Gather", Gather),
        new("GatherElements", n => n.Call("gather", n[0], n.Axis("axis", 0), FromTheFront(n))),
        new("ScatterElements", n => Written(n, n[0], n.Axis("axis", 0), FromTheFront(n), n[2])),
        new("ReverseSequence", ReverseSequence),
        new("GatherND", GatherND),
        new("ScatterND", ScatterND),
    ];

    private static TorchSlot Gather(TorchNode n)
    {
        var indices = new TorchSlot?[n.Axis("axis", 0) + 1];
        indices[^1] = n.Indices(1);
        return n.Call("index.Tensor", n[0], indices);
    }

    private static TorchSlot Written(TorchNode n, TorchSlot data, int axis, TorchSlot indices, TorchSlot updates) =>
        n.Attributes.String("reduction", "none") switch
        {
            "none" => n.Call("scatter.src", data, axis, indices, updates),
            "add" => n.Call("scatter_add", data, axis, indices, updates),
            "mul" => n.Call("scatter_reduce.two", data, axis, indices, updates, "prod"),
            "max" => n.Call("scatter_reduce.two", data, axis, indices, updates, "amax"),
            "min" => n.Call("scatter_reduce.two", data, axis, indices, updates, "amin"),
            var other => throw n.Unsupported($"it has no reduction '{other}'."),
        };

    private static TorchSlot ReverseSequence(TorchNode n)
    {
        int batch = n.Axis("batch_axis", 1), time = n.Axis("time_axis", 0), rank = n.Shape(0).Rank;
        var places = n.Along(n.Counting(n.Shape(0)[time]), time, rank);
        var lengths = n.Along(n.Indices(1), batch, rank);
        var turned = n.Call("sub.Tensor", n.Call("sub.Scalar", lengths, 1), places);
        var source = n.Call("where.self", n.Call("lt.Tensor", places, lengths), turned, places);
        return n.Call("gather", n[0], time, n.Call("expand", source, n.Shape(0).ToLongs()));
    }

    private static TorchSlot GatherND(TorchNode n)
    {
        int batchAxes = (int)n.Attributes.Int("batch_dims", 0), indexRank = n.Shape(1).Rank - 1;
        var indices = new List<TorchSlot?>();
        for (int axis = 0; axis < batchAxes; axis++) indices.Add(n.Along(n.Counting(n.Shape(0)[axis]), axis, indexRank));
        for (int part = 0; part < n.Shape(1)[^1]; part++) indices.Add(n.Call("select.int", n.Indices(1), -1, part));
        return n.Call("index.Tensor", n[0], indices.ToArray());
    }

    // Over the data as a matrix: an index of several parts is a row, an update the rest of the axes.
    private static TorchSlot ScatterND(TorchNode n)
    {
        int parts = n.Shape(1)[^1];
        long rows = n.Shape(0)[..parts].ElementCount, columns = n.Shape(0)[parts..].ElementCount, updates = n.Shape(1)[..^1].ElementCount;
        long[] strides = Array.ConvertAll(n.Shape(0)[..parts].Strides(), s => (long)s);
        var fromTheFront = n.Call("remainder.Tensor", n.Indices(1), n.Constant(Tensor.From(n.Shape(0)[..parts].ToLongs(), [parts])));
        var row = n.Call("sum.dim_IntList", n.Call("mul.Tensor", fromTheFront, n.Constant(Tensor.From(strides, [parts]))), new long[] { -1 }, false);
        var indices = n.Call("expand", n.Reshape(row, updates, 1), new long[] { updates, columns });
        var written = Written(n, n.Reshape(n[0], rows, columns), 0, indices, n.Reshape(n[2], updates, columns));
        return n.Reshape(written, n.OutputShape().ToLongs());
    }

    // Indices may count from the end, which libtorch's gather and scatter do not know.
    private static TorchSlot FromTheFront(TorchNode n) => n.Call("remainder.Scalar", n.Indices(1), n.Shape(0)[n.Axis("axis", 0)]);
}
