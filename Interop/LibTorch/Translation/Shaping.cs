using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>What moves elements without computing: shapes, joins, cuts, padding. Target shapes come from the graph's own inference.</summary>
internal static class Shaping
{
    public static IEnumerable<TranslationRule> All =>
    [
        new("Reshape", ToOutputShape),
        new("Flatten", ToOutputShape),
        new("Squeeze", ToOutputShape),
        new("Unsqueeze", ToOutputShape),
        new("Transpose", Transpose),
        new("Expand", n => n.Call("expand", n[0], n.OutputShape().ToLongs())),
        new("Tile", n => n.Call("repeat", n[0], n.Integers(1))),
        new("Concat", n => n.Call("cat", n.All(), n.Axis("axis", 0))),
        new("Split", Split),
        new("Slice", Slice),
        new("Pad", Pad),
        new("DepthToSpace", DepthToSpace),
        new("SpaceToDepth", SpaceToDepth),
        new("Trilu", n => n.Call(n.Attributes.Int("upper", 1) != 0 ? "triu" : "tril", n[0], n.Has(1) ? n.Integers(1)[0] : 0)),
        new("Dropout", Dropout),
    ];

    private static TorchSlot ToOutputShape(TorchNode n) => n.Reshape(n[0], n.OutputShape().ToLongs());

    private static TorchSlot Transpose(TorchNode n)
    {
        int rank = n.Shape(0).Rank;
        return n.Call("permute", n[0], n.Attributes.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)]);
    }

    private static TorchSlot Split(TorchNode n)
    {
        int axis = n.Axis("axis", 0);
        long[] sizes = [.. Enumerable.Range(0, n.OutputCount).Select(i => (long)n.OutputShape(i)[axis])];
        var parts = n.CallMany("split_with_sizes", n.OutputCount, n[0], sizes, axis);
        for (int i = 1; i < parts.Length; i++) n.Set(i, parts[i]);
        return parts[0];
    }

    private static TorchSlot Slice(TorchNode n)
    {
        long[] starts = n.Integers(1), ends = n.Integers(2);
        long[] axes = n.Has(3) ? n.Integers(3) : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        long[] steps = n.Has(4) ? n.Integers(4) : SpatialWindow.Repeat(1, starts.Length);
        var x = n[0];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = (int)(axes[i] < 0 ? axes[i] + n.Shape(0).Rank : axes[i]);
            x = steps[i] > 0
                ? n.Call("slice.Tensor", x, axis, starts[i], ends[i], steps[i])
                : Picked(n, x, axis, Backwards(n.Shape(0)[axis], starts[i], ends[i], steps[i]));
        }

        return x;
    }

    // libtorch slices forwards only.
    private static IEnumerable<long> Backwards(long extent, long start, long end, long step)
    {
        if (start < 0) start += extent;
        if (end < 0) end += extent;
        for (long at = Math.Min(start, extent - 1); at > Math.Max(end, -1); at += step) yield return at;
    }

    private static TorchSlot Pad(TorchNode n)
    {
        int rank = n.Shape(0).Rank;
        long[] pads = n.Has(1) ? n.Integers(1) : n.Attributes.Ints("pads")!;
        long[] axes = n.Has(3) ? n.Integers(3) : [.. Enumerable.Range(0, rank).Select(axis => (long)axis)];
        long[] begin = new long[rank], end = new long[rank];
        for (int i = 0; i < axes.Length; i++)
        {
            long axis = axes[i] < 0 ? axes[i] + rank : axes[i];
            (begin[axis], end[axis]) = (pads[i], pads[i + axes.Length]);
        }

        string mode = n.Attributes.String("mode", "constant");
        if (mode == "constant")
        {
            double value = n.Has(2) ? n.Number(2) : n.Attributes.Float("value", 0);
            return n.Call("constant_pad_nd", n[0], SpatialWindow.InnermostFirst(begin, end), n.Type(0).IsFloat() ? value : (long)value);
        }

        var x = n[0];
        for (int axis = 0; axis < rank; axis++)
        {
            int extent = n.Shape(0)[axis];
            if (begin[axis] == 0 && end[axis] == 0) continue;
            x = Picked(n, x, axis, Places(begin[axis], extent + end[axis]).Select(at => Folded(mode, at, extent)));
        }

        return x;

        static IEnumerable<long> Places(long begin, long stop)
        {
            for (long at = -begin; at < stop; at++) yield return at;
        }
    }

    /// <summary>The place within an axis that a place beyond it repeats.</summary>
    private static long Folded(string mode, long at, long extent)
    {
        switch (mode)
        {
            case "edge": return Math.Clamp(at, 0, extent - 1);
            case "wrap": return Modulo(at, extent);
            default:
                if (extent == 1) return 0;
                long place = Modulo(at, 2 * (extent - 1));
                return place < extent ? place : (2 * (extent - 1)) - place;
        }

        static long Modulo(long a, long b) => ((a % b) + b) % b;
    }

    private static TorchSlot Picked(TorchNode n, TorchSlot x, int axis, IEnumerable<long> places)
    {
        long[] all = [.. places];
        return n.Call("index_select", x, axis, n.Constant(Tensor.From(all, [all.Length])));
    }

    private static TorchSlot DepthToSpace(TorchNode n)
    {
        long size = n.Attributes.Int("blocksize", 1);
        if (n.Attributes.String("mode", "DCR") == "CRD") return n.Call("pixel_shuffle", n[0], size);
        var s = n.Shape(0);
        var blocks = n.Reshape(n[0], s[0], size, size, s[1] / (size * size), s[2], s[3]);
        return n.Reshape(n.Call("permute", blocks, new long[] { 0, 3, 4, 1, 5, 2 }), n.OutputShape().ToLongs());
    }

    private static TorchSlot SpaceToDepth(TorchNode n)
    {
        long size = n.Attributes.Int("blocksize", 1);
        var s = n.Shape(0);
        var blocks = n.Reshape(n[0], s[0], s[1], s[2] / size, size, s[3] / size, size);
        return n.Reshape(n.Call("permute", blocks, new long[] { 0, 3, 5, 1, 2, 4 }), n.OutputShape().ToLongs());
    }

    private static TorchSlot Dropout(TorchNode n)
    {
        bool training = n.Has(2) && n.Number(2) != 0;
        if (training && (!n.Has(1) || n.Number(1) != 0)) throw n.Unsupported("its mask would come from libtorch's own random numbers.");
        if (n.Wants(1)) n.Set(1, n.Call("ones_like", n[0], TorchTypes.Code(ElementType.Bool)));
        return n[0];
    }
}
