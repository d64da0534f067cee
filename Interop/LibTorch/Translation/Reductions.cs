namespace Interop.LibTorch.Translation;

/// <summary>Reductions over axes, and the places of extremes.</summary>
internal static class Reductions
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("ReduceSum", n => Over(n, axes => Sum(n, n[0], axes))),
        new("ReduceMean", n => Over(n, axes => n.Call("mean.dim", n[0], axes, Keep(n)))),
        new("ReduceMax", n => Over(n, axes => n.Call("amax", n[0], axes, Keep(n)))),
        new("ReduceMin", n => Over(n, axes => n.Call("amin", n[0], axes, Keep(n)))),
        new("ReduceProd", n => Over(n, axes => Product(n, axes))),
        new("ReduceL1", n => Over(n, axes => Sum(n, n.Call("abs", n[0]), axes))),
        new("ReduceL2", n => Over(n, axes => n.Call("sqrt", Sum(n, n.Call("mul.Tensor", n[0], n[0]), axes)))),
        new("ReduceSumSquare", n => Over(n, axes => Sum(n, n.Call("mul.Tensor", n[0], n[0]), axes))),
        new("ReduceLogSum", n => Over(n, axes => n.Call("log", Sum(n, n[0], axes)))),
        new("ReduceLogSumExp", n => Over(n, axes => n.Call("logsumexp", n[0], axes, Keep(n)))),
        new("ArgMax", n => Place(n, "argmax")),
        new("ArgMin", n => Place(n, "argmin")),
        new("TopK", TopK),
    ];

    private static bool Keep(TorchNode n) => n.Attributes.Int("keepdims", 1) != 0;

    private static TorchSlot Over(TorchNode n, Func<long[], TorchSlot> reduce)
    {
        int rank = n.Shape(0).Rank;
        long[] axes = (n.Has(1) ? n.Integers(1) : n.Attributes.Ints("axes")) ?? [];
        if (axes.Length > 0) return reduce(Array.ConvertAll(axes, axis => axis < 0 ? axis + rank : axis));
        if (n.Attributes.Int("noop_with_empty_axes", 0) != 0) return n[0];
        return reduce([.. Enumerable.Range(0, rank).Select(axis => (long)axis)]);
    }

    // Told the type, for libtorch sums small integers as 64-bit ones.
    private static TorchSlot Sum(TorchNode n, TorchSlot x, long[] axes) => n.Call("sum.dim_IntList", x, axes, Keep(n), TorchTypes.Code(n.Type(0)));

    // One axis at a time, the last first, so that the numbers of the others still hold.
    private static TorchSlot Product(TorchNode n, long[] axes)
    {
        var product = n[0];
        foreach (long axis in axes.OrderDescending()) product = n.Call("prod.dim_int", product, axis, Keep(n), TorchTypes.Code(n.Type(0)));
        return product;
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
