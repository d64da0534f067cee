using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>Resize. Linear and cubic forms are libtorch's own; a nearest form only picks elements.</summary>
internal static class Resizing
{
    public static IEnumerable<TranslationRule> All => [new("Resize", Resize)];

    private static TorchSlot Resize(TorchNode n)
    {
        string mode = n.Attributes.String("mode", "nearest");
        if (n.Attributes.Int("antialias", 0) != 0) throw n.Unsupported("it has no antialiasing of ONNX's kind.");
        return mode == "nearest" ? Nearest(n) : Interpolated(n, mode);
    }

    private static TorchSlot Nearest(TorchNode n)
    {
        double[] scales = Scales(n);
        var x = n[0];
        for (int axis = 0; axis < scales.Length; axis++)
        {
            int from = n.Shape(0)[axis], to = n.OutputShape()[axis];
            if (from == to && scales[axis] == 1) continue;
            var places = new long[to];
            for (int i = 0; i < to; i++) places[i] = Math.Clamp((long)Rounded(n, Source(n, i, scales[axis], from, to)), 0, from - 1);
            x = n.Call("index_select", x, axis, n.Constant(Tensor.From(places, [to])));
        }

        return x;
    }

    private static double Rounded(TorchNode n, double place) => n.Attributes.String("nearest_mode", "round_prefer_floor") switch
    {
        "floor" => Math.Floor(place),
        "ceil" => Math.Ceiling(place),
        "round_prefer_ceil" => Math.Floor(place + 0.5),
        _ => Math.Ceiling(place - 0.5),
    };

    /// <summary>The place in the input that a place of the output stands for.</summary>
    private static double Source(TorchNode n, int i, double scale, int from, int to) => Coordinates(n) switch
    {
        "half_pixel" => ((i + 0.5) / scale) - 0.5,
        "pytorch_half_pixel" => to > 1 ? ((i + 0.5) / scale) - 0.5 : 0,
        "asymmetric" => i / scale,
        "align_corners" => to > 1 ? i * (double)(from - 1) / (to - 1) : 0,
        var other => throw n.Unsupported($"the coordinate transformation '{other}' is not translated."),
    };

    private static TorchSlot Interpolated(TorchNode n, string mode)
    {
        bool aligned = Coordinates(n) == "align_corners";
        if (!aligned && Coordinates(n) is not ("half_pixel" or "pytorch_half_pixel"))
            throw n.Unsupported($"it interpolates by half pixels or aligned corners, not by '{Coordinates(n)}'.");
        if (n.Attributes.Int("exclude_outside", 0) != 0) throw n.Unsupported("what lies outside always counts.");
        double[] scales = Scales(n);
        int rank = scales.Length - 2;
        if (scales[0] != 1 || scales[1] != 1 || rank is < 1 or > 3)
            throw n.Unsupported("it resizes one to three spatial axes of [N, C, spatial...] only.");
        string op = (mode, rank) switch
        {
            ("linear", 1) => "upsample_linear1d",
            ("linear", 2) => "upsample_bilinear2d",
            ("linear", 3) => "upsample_trilinear3d",
            ("cubic", 2) when n.Attributes.Float("cubic_coeff_a", -0.75f) == -0.75f => "upsample_bicubic2d",
            _ => throw n.Unsupported($"it has no {mode} form over {rank} spatial axes with these coefficients."),
        };

        return n.Call(op, [n[0], n.OutputShape().ToLongs()[2..], aligned, .. scales[2..].Select(s => (TorchArgument)s)]);
    }

    private static string Coordinates(TorchNode n) => n.Attributes.String("coordinate_transformation_mode", "half_pixel");

    /// <summary>The scale of each axis: the node's, or the quotient of the extents where sizes are given.</summary>
    private static double[] Scales(TorchNode n)
    {
        Shape from = n.Shape(0), to = n.OutputShape();
        var scales = new double[from.Rank];
        for (int axis = 0; axis < scales.Length; axis++) scales[axis] = (double)to[axis] / from[axis];
        if (!n.Has(2) || n.Shape(2).ElementCount == 0) return scales;
        double[] given = n.Numbers(2);
        long[] axes = n.Attributes.Ints("axes") ?? [.. Enumerable.Range(0, given.Length).Select(axis => (long)axis)];
        for (int i = 0; i < given.Length; i++) scales[axes[i] < 0 ? axes[i] + scales.Length : axes[i]] = given[i];
        return scales;
    }
}
