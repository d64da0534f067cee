using Framework.Tensors;

namespace Interop.LibTorch.Translation;

/// <summary>
/// Resize, and sampling at places that are given. Where libtorch interpolates as the node says, its own operators serve. Any other form goes
/// axis by axis: places that are picked, or a product with the matrix of weights.
/// </summary>
internal static class Resizing
{
    public static IEnumerable<TranslationRule> All => [new("Resize", Resize), new("GridSample", GridSample)];

    private static TorchSlot GridSample(TorchNode n)
    {
        long mode = n.Attributes.String("mode", "linear") switch { "linear" or "bilinear" => 0, "nearest" => 1, _ => 2 };
        long padding = n.Attributes.String("padding_mode", "zeros") switch { "zeros" => 0, "border" => 1, _ => 2 };
        return n.Call("grid_sampler", n[0], n[1], mode, padding, n.Attributes.Int("align_corners", 0) != 0);
    }

    private static TorchSlot Resize(TorchNode n)
    {
        if (n.Attributes.Int("antialias", 0) != 0) throw n.Unsupported("it has no antialiasing of ONNX's kind.");
        double[] scales = Scales(n);
        if (NativeName(n, scales) is { } native)
        {
            bool aligned = Coordinates(n) == "align_corners";
            return n.Call(native, [n[0], n.OutputShape().ToLongs()[2..], aligned, .. scales[2..].Select(s => (TorchArgument)s)]);
        }

        var x = n[0];
        for (int axis = 0; axis < scales.Length; axis++)
        {
            if (!IsUntouched(n, scales[axis], axis)) x = AxisTaps.Of(n, axis, scales[axis]).Apply(n, x, axis);
        }

        return Coordinates(n) == "tf_crop_and_resize" ? Extrapolated(n, x, scales) : x;
    }

    private static bool IsUntouched(TorchNode n, double scale, int axis) =>
        scale == 1 && n.Shape(0)[axis] == n.OutputShape()[axis] && Coordinates(n) != "tf_crop_and_resize";

    /// <summary>libtorch's operator for exactly this form, or null.</summary>
    private static string? NativeName(TorchNode n, double[] scales)
    {
        int rank = scales.Length - 2;
        bool sameCoordinates = Coordinates(n) switch
        {
            "half_pixel" or "align_corners" => true,
            "pytorch_half_pixel" => n.OutputShape().All(extent => extent > 1),
            _ => false,
        };
        if (!sameCoordinates || rank < 1 || scales[0] != 1 || scales[1] != 1) return null;
        if (n.Attributes.Int("exclude_outside", 0) != 0 || n.Attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch") return null;
        return (n.Attributes.String("mode", "nearest"), rank) switch
        {
            ("linear", 1) => "upsample_linear1d",
            ("linear", 2) => "upsample_bilinear2d",
            ("linear", 3) => "upsample_trilinear3d",
            ("cubic", 2) when n.Attributes.Float("cubic_coeff_a", -0.75f) == -0.75f => "upsample_bicubic2d",
            _ => null,
        };
    }

    private static string Coordinates(TorchNode n) => n.Attributes.String("coordinate_transformation_mode", "half_pixel");

    /// <summary>The scale of each axis: the node's, or what its sizes mean.</summary>
    private static double[] Scales(TorchNode n)
    {
        Shape from = n.Shape(0), to = n.OutputShape();
        double[] scales = [.. from.Zip(to, (f, t) => (double)t / f)];
        int[] axes = Axes(n);
        if (n.Has(2) && n.Shape(2).ElementCount > 0)
        {
            double[] given = n.Numbers(2);
            for (int i = 0; i < axes.Length; i++) scales[axes[i]] = given[i];
            return scales;
        }

        string policy = n.Attributes.String("keep_aspect_ratio_policy", "stretch");
        if (policy == "stretch") return scales;
        long[] sizes = n.Integers(3);
        double[] wanted = [.. axes.Select((axis, i) => (double)sizes[i] / from[axis])];
        double common = policy == "not_larger" ? wanted.Min() : wanted.Max();
        foreach (int axis in axes) scales[axis] = common;
        return scales;
    }

    private static int[] Axes(TorchNode n)
    {
        int rank = n.Shape(0).Rank;
        return n.Attributes.Ints("axes") is { } axes ? Array.ConvertAll(axes, a => (int)(a < 0 ? a + rank : a)) : [.. Enumerable.Range(0, rank)];
    }

    private static TorchSlot Extrapolated(TorchNode n, TorchSlot x, double[] scales)
    {
        var value = n.Constant(Tensor.Scalar(n.Attributes.Float("extrapolation_value", 0)).To(n.Type(0)));
        for (int axis = 0; axis < scales.Length; axis++)
        {
            bool[] outside = AxisTaps.Of(n, axis, scales[axis]).Outside;
            if (!outside.Contains(true)) continue;
            var mask = n.Along(n.Constant(Tensor.From(outside, [outside.Length])), axis, scales.Length);
            x = n.Call("where.self", mask, value, x);
        }

        return x;
    }

    /// <summary>For each place of the result along an axis, places of the input and their weights.</summary>
    private sealed record AxisTaps(int From, long[][] Places, double[][] Weights, bool[] Outside)
    {
        public static AxisTaps Of(TorchNode n, int axis, double scale)
        {
            int from = n.Shape(0)[axis], to = n.OutputShape()[axis];
            var taps = new AxisTaps(from, new long[to][], new double[to][], new bool[to]);
            for (int i = 0; i < to; i++)
            {
                double place = Source(n, axis, i, scale, from, to);
                taps.Outside[i] = place < 0 || place > from - 1;
                (taps.Places[i], taps.Weights[i]) = TapsAt(n, place);
                if (n.Attributes.Int("exclude_outside", 0) != 0) Exclude(taps.Places[i], taps.Weights[i], from);
                for (int k = 0; k < taps.Places[i].Length; k++) taps.Places[i][k] = Math.Clamp(taps.Places[i][k], 0, from - 1);
            }

            return taps;
        }

        public TorchSlot Apply(TorchNode n, TorchSlot x, int axis)
        {
            int to = Places.Length;
            if (Places.All(p => p.Length == 1)) return n.Call("index_select", x, axis, n.Constant(Tensor.From([.. Places.Select(p => p[0])], [to])));
            var matrix = new double[to * From];
            for (int i = 0; i < to; i++)
            {
                for (int k = 0; k < Places[i].Length; k++) matrix[(i * From) + Places[i][k]] += Weights[i][k];
            }

            var weights = n.Constant(Tensor.From(matrix, [to, From]).To(n.Type(0)));
            return n.Call("movedim.int", n.Call("tensordot", x, weights, new long[] { axis }, new long[] { 1 }), -1, axis);
        }

        /// <summary>The place in the input that a place of the result stands for.</summary>
        private static double Source(TorchNode n, int axis, int i, double scale, int from, int to)
        {
            double halfPixel = ((i + 0.5) / scale) - 0.5;
            switch (Coordinates(n))
            {
                case "half_pixel": return halfPixel;
                case "pytorch_half_pixel": return to > 1 ? halfPixel : 0;
                case "half_pixel_symmetric": return halfPixel + (from / 2.0 * (1 - (to / (scale * from))));
                case "asymmetric": return i / scale;
                case "align_corners": return to > 1 ? i * (double)(from - 1) / (to - 1) : 0;
                case "tf_half_pixel_for_nn": return (i + 0.5) / scale;
                case "tf_crop_and_resize":
                    double[] region = n.Numbers(1);
                    int at = Array.IndexOf(Axes(n), axis);
                    double start = at < 0 ? 0 : region[at], end = at < 0 ? 1 : region[at + (region.Length / 2)];
                    return (to > 1 ? start + (i * (end - start) / (to - 1)) : 0.5 * (start + end)) * (from - 1);
                case var other: throw n.Unsupported($"the coordinate transformation '{other}' is unknown.");
            }
        }

        private static (long[] Places, double[] Weights) TapsAt(TorchNode n, double place)
        {
            long below = (long)Math.Floor(place);
            double part = place - below;
            switch (n.Attributes.String("mode", "nearest"))
            {
                case "linear": return ([below, below + 1], [1 - part, part]);
                case "cubic":
                    double a = n.Attributes.Float("cubic_coeff_a", -0.75f);
                    return ([below - 1, below, below + 1, below + 2], [Far(1 + part), Near(part), Near(1 - part), Far(2 - part)]);

                    // Keys 1981, for distances up to 1 and from 1 to 2.
                    double Near(double d) => ((((a + 2) * d) - (a + 3)) * d * d) + 1;
                    double Far(double d) => (((((a * d) - (5 * a)) * d) + (8 * a)) * d) - (4 * a);
                default: return ([(long)Rounded(n, place)], [1]);
            }
        }

        private static double Rounded(TorchNode n, double place) => n.Attributes.String("nearest_mode", "round_prefer_floor") switch
        {
            "floor" => Math.Floor(place),
            "ceil" => Math.Ceiling(place),
            "round_prefer_ceil" => Math.Floor(place + 0.5),
            _ => Math.Ceiling(place - 0.5),
        };

        private static void Exclude(long[] places, double[] weights, int from)
        {
            for (int k = 0; k < places.Length; k++)
            {
                if (places[k] < 0 || places[k] >= from) weights[k] = 0;
            }

            double sum = weights.Sum();
            for (int k = 0; k < weights.Length; k++) weights[k] /= sum;
        }
    }
}
