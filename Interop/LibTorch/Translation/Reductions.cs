namespace Interop.LibTorch.Translation;

/// <summary>Reductions over axes, and the places of extremes.</summary>
internal static class Reductions
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("ReduceSum", n => Sum(n, n[0])),
        new("ReduceMean", n => Over(n, n[0], axes => n.Call("mean.dim", n[0], axes, Keep(n)))),
        new("ReduceMax", n => Over(n, n[0], axes => n.Call("amax", n[0], axes, Keep(n)))),
        new("ReduceMin", n => Over(n, n[0], axes => n.Call("amin", n[0], axes, Keep(n)))),
        new("ReduceProd", n => Over(n, n[0], axes => Product(n, axes))),
        new("ReduceL1", n => Sum(n, n.Call("abs", n[0]))),
        new("ReduceL2", n => n.Call("sqrt", Sum(n, n.Call("mul.Tensor", n[0], n[0])))),
        new("ReduceSumSquare", n => Sum(n, n.Call("mul.Tensor", n[0], n[0]))),
        new("ReduceLogSum", n => n.Call("log", Sum(n, n[0]))),
        new("ReduceLogSumExp", n => Over(n, n[0], axes => n.Call("logsumexp", n[0], axes, Keep(n)))),
        new("CumSum", CumulativeSum),
        new("ArgMax", n => Place(n, "argmax")),
        new("ArgMin", n => Place(n, "argmin")),
        new("TopK", TopK),
    ];

    private static bool Keep(TorchNode n) => n.Attributes.Int("keepdims", 1) != 0;

    /// <summary>Reduces over the node's axes; <paramref name="x"/> as it is where the node says that no axes mean none.</summary>
    private static TorchSlot Over(TorchNode n, TorchSlot x, Func<long[], TorchSlot> reduce)
    {
        int rank = n.Shape(0).Rank;
        long[] axes = (n.Has(1) ? n.Integers(1) : n.Attributes.Ints("axes")) ?? [];
        if (axes.Length > 0) return reduce(Array.ConvertAll(axes, axis => axis < 0 ? axis + rank : axis));
        if (n.Attributes.Int("noop_with_empty_axes", 0) != 0) return x;
        return reduce([.. Enumerable.Range(0, rank).Select(axis => (long)axis)]);
    }

    // Told the type, for libtorch sums small integers as 64-bit ones.
    private static TorchSlot Sum(TorchNode n, TorchSlot x) =>
        Over(n, x, axes => n.Call("sum.dim_IntList", x, axes, Keep(n), TorchTypes.Code(n.Type(0))));

    // One axis at a time, the last first, so that the numbers of the others still hold.
    private static TorchSlot Product(TorchNode n, long[] axes)
    {
        var product = n[0];
        foreach (long axis in axes.OrderDescending()) product = n.Call("prod.dim_int", product, axis, Keep(n), TorchTypes.Code(n.Type(0)));
        return product;
    }

    // An exclusive sum is that of the elements moved on by one place, from which the last one falls.
    private static TorchSlot CumulativeSum(TorchNode n)
    {
        int rank = n.Shape(0).Rank;
        long axis = (n.Integers(1)[0] + rank) % rank;
        bool reversed = n.Attributes.Int("reverse", 0) != 0;
        var x = reversed ? n.Call("flip", n[0], new long[] { axis }) : n[0];
        if (n.Attributes.Int("exclusive", 0) != 0)
        {
            long[] begin = new long[rank], end = new long[rank];
            (begin[axis], end[axis]) = (1, -1);
            x = n.Call("constant_pad_nd", x, SpatialWindow.InnermostFirst(begin, end), 0);
        }

        var sums = n.Call("cumsum", x, axis, TorchTypes.Code(n.Type(0)));
        return reversed ? n.Call("flip", sums, new long[] { axis }) : sums;
    }

    private static TorchSlot Place(TorchNode n, string op)
    {
        int axis = n.Axis("axis", 0);
        if (n.Attributes.Int("select_last_index", 0) == 0) return n.Call(op, n[0], axis, Keep(n));
        var fromTheEnd = n.Call(op, n.Call("flip", n[0], new long[] { axis }), axis, Keep(n));
        return n.Call("rsub.Scalar", fromTheEnd, n.Shape(0)[axis] - 1);
    }

    // A stable sort, not libtorch's topk: among equals ONNX takes the first.
    private static TorchSlot TopK(TorchNode n)
    {
        int axis = n.Axis("axis", -1);
        var sorted = n.CallMany("sort.stable", 2, n[0], true, axis, n.Attributes.Int("largest", 1) != 0);
        long count = n.OutputShape()[axis];
        if (n.Wants(1)) n.Set(1, n.Call("narrow", sorted[1], axis, 0, count));
        return n.Call("narrow", sorted[0], axis, 0, count);
    }
}
