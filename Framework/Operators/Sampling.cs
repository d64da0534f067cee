using System.Numerics;
using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>GridSample</c>: values of [N, C, spatial...] at the places that a grid [N, out..., axes] names by coordinates from -1 to 1, the
/// last axis first.
/// Nearest, linear or cubic; outside are zeros, the border or the reflection. It has no gradient rule.
/// </summary>
public sealed class GridSample : FloatOperator
{
    private static readonly Signature s_signature = new([new("X"), new("grid")], ["Y"]);

    /// <summary>The operator.</summary>
    public static GridSample Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "GridSample";

    /// <inheritdoc/>
    public override int SinceVersion => 20;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        if (Taps(inference.Attributes) is null)
            throw inference.Fail($"mode '{inference.Attributes.String("mode", "")}' is not nearest, linear or cubic.");
        if (inference.Attributes.String("padding_mode", "zeros") is not ("zeros" or "border" or "reflection"))
            throw inference.Fail($"padding_mode '{inference.Attributes.String("padding_mode", "")}' is not zeros, border or reflection.");
        var (x, grid) = (inference.ShapeOf(0), inference.ShapeOf(1));
        if (x.Rank < 3 || grid.Rank != x.Rank || (grid[^1].IsKnown && grid[^1] != x.Rank - 2))
            throw inference.Fail($"the grid {grid} must have the rank of the input {x}, and as many coordinates as that has spatial axes.");
        if (x[0].IsKnown && grid[0].IsKnown && x[0] != grid[0]) throw inference.Fail($"the grid {grid} is for another batch than the input {x}.");
        inference.Output(0, inference.TypeOf(0), [x[0], x[1], .. grid[1..^1]]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape shape = e.Input(0).Shape, space = shape[2..];
        int taps = Taps(e.Attributes) ?? 2, axes = space.Rank, inputs = space.ElementCount, outputs = e.Output(0).Shape[2..].ElementCount;
        int corners = (int)Math.Pow(taps, axes);
        int[] strides = space.Strides();
        var x = e.Read<T>(0);
        var grid = e.Read<T>(1);
        var y = e.Write<T>(0);
        var places = new long[axes][];
        var weights = new double[axes][];
        for (int i = 0; i < shape[0] * outputs; i++)
        {
            for (int axis = 0; axis < axes; axis++)
                (places[axis], weights[axis]) = Neighbours(e.Attributes, double.CreateChecked(grid[(i * axes) + axes - 1 - axis]), space[axis], taps);
            int image = i / outputs;
            for (int corner = 0; corner < corners; corner++)
            {
                int rest = corner, offset = 0;
                double weight = 1;
                for (int axis = axes - 1; axis >= 0; axis--)
                {
                    rest = Math.DivRem(rest, taps, out int tap);
                    weight *= places[axis][tap] < 0 ? 0 : weights[axis][tap];
                    offset += (int)Math.Max(0, places[axis][tap]) * strides[axis];
                }

                T factor = T.CreateChecked(weight);
                for (int c = image * shape[1]; c < (image + 1) * shape[1]; c++) y[(c * outputs) + (i % outputs)] += factor * x[(c * inputs) + offset];
            }
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput x = SampleInput.Normal(2, 2, 3, 4) with { IsFixed = true },
                grid = SampleInput.Uniform(-1.5f, 1.5f, 2, 2, 3, 2) with { IsFixed = true };
            yield return new("linear", [x, grid]);
            yield return new("nearest, border", [x, grid], new Attributes { ["mode"] = "nearest", ["padding_mode"] = "border" });
            yield return new("cubic, reflection, corners aligned", [x, grid],
                new Attributes { ["mode"] = "cubic", ["padding_mode"] = "reflection", ["align_corners"] = true });
        }
    }

    private static int? Taps(Attributes attributes) => attributes.String("mode", "linear") switch
    {
        "nearest" => 1,
        "linear" or "bilinear" => 2,
        "cubic" or "bicubic" => 4,
        _ => null,
    };

    // The places along an axis that a coordinate lies between, -1 where there are zeros, and their weights.
    private static (long[] Places, double[] Weights) Neighbours(Attributes attributes, double coordinate, int extent, int taps)
    {
        bool aligned = attributes.Int("align_corners", 0) != 0;
        string padding = attributes.String("padding_mode", "zeros");
        double low = aligned ? 0 : -0.5, high = aligned ? extent - 1 : extent - 0.5;
        double at = aligned ? (coordinate + 1) / 2 * (extent - 1) : (((coordinate + 1) * extent) - 1) / 2;
        if (taps == 1) at = Math.Round(at, MidpointRounding.ToEven);
        if (at < low || at > high) at = padding == "border" ? Math.Clamp(at, 0, extent - 1) : padding == "reflection" ? Reflect(at, low, high) : at;
        double floor = taps == 1 ? Math.Round(at, MidpointRounding.ToEven) : Math.Floor(at), rest = at - floor;
        long first = (long)floor - (taps == 4 ? 1 : 0);
        var places = new long[taps];
        for (int i = 0; i < taps; i++)
        {
            long place = first + i;
            places[i] = place >= 0 && place < extent ? place
                : padding == "border" ? Math.Clamp(place, 0, extent - 1)
                : padding == "reflection" ? (long)Math.Clamp(Reflect(place, low, high), 0, extent - 1)
                : -1;
        }

        return (places, taps switch { 1 => [1], 2 => [1 - rest, rest], _ => Interpolation.Cubic(rest, -0.75) });
    }

    private static double Reflect(double at, double low, double high)
    {
        double range = high - low;
        if (range <= 0) return low;
        double distance = Math.Abs(at - low), turns = Math.Floor(distance / range), rest = distance - (turns * range);
        return turns % 2 == 0 ? low + rest : high - rest;
    }
}

/// <summary>
/// ONNX <c>RoiAlign</c>: averages of bilinear samples in the cells of regions of interest (He et al. 2017). The form with <c>mode</c> max
/// is refused; there is
/// no gradient rule.
/// </summary>
public sealed class RoiAlign : FloatOperator
{
    private static readonly Signature s_signature = new([new("X"), new("rois"), new("batch_indices", InputRole.Shape)], ["Y"]);

    /// <summary>The operator.</summary>
    public static RoiAlign Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "RoiAlign";

    /// <inheritdoc/>
    public override int SinceVersion => 16;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var a = inference.Attributes;
        if (a.String("mode", "avg") != "avg")
            throw new UnsupportedModelException(inference.Place, $"mode '{a.String("mode", "avg")}' is not supported; only avg is.");
        if (a.String("coordinate_transformation_mode", "half_pixel") is not ("half_pixel" or "output_half_pixel"))
            throw inference.Fail("coordinate_transformation_mode must be half_pixel or output_half_pixel.");
        var (x, regions) = (inference.ShapeOf(0), inference.ShapeOf(1));
        if (x.Rank != 4 || regions.Rank != 2 || (regions[1].IsKnown && regions[1] != 4))
            throw inference.Fail($"the input {x} must be [N, C, H, W], the regions {regions} [count, 4].");
        inference.Output(0, inference.TypeOf(0), [regions[0], x[1], a.Int("output_height", 1), a.Int("output_width", 1)]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape x = e.Input(0).Shape, y = e.Output(0).Shape;
        var planes = new ChannelPlanes(x);
        bool halfPixel = e.Attributes.String("coordinate_transformation_mode", "half_pixel") == "half_pixel";
        double scale = e.Attributes.Float("spatial_scale", 1), offset = halfPixel ? 0.5 : 0;
        double[] regions = e.Input(1).ToArray<double>();
        long[] images = e.Input(2).ToArray<long>();
        var from = e.Read<T>(0);
        var to = e.Write<T>(0);
        for (int i = 0; i < to.Length; i++)
        {
            int column = i % y[3], row = i / y[3] % y[2], channel = i / (y[2] * y[3]) % y[1], region = i / (y[1] * y[2] * y[3]);
            int image = Gather.Place(e.Place, images[region], x[0]);
            var (vertical, rows) = Cells(region, 1, y[2], row);
            var (horizontal, columns) = Cells(region, 0, y[3], column);
            double sum = 0;
            for (int r = 0; r < rows; r++)
            {
                for (int c = 0; c < columns; c++) sum += Bilinear(planes.Plane(from, image, channel), x[2], x[3], vertical(r), horizontal(c));
            }

            to[i] = T.CreateChecked(sum / Math.Max(1, rows * columns));
        }

        // Where the samples of a cell lie along an axis, and how many there are.
        (Func<int, double> At, int Count) Cells(int region, int axis, int cells, int cell)
        {
            double start = (regions[(region * 4) + axis] * scale) - offset, extent = (regions[(region * 4) + axis + 2] * scale) - offset - start;
            if (!halfPixel) extent = Math.Max(extent, 1);
            double size = extent / cells;
            long ratio = e.Attributes.Int("sampling_ratio", 0);
            int count = ratio > 0 ? (int)ratio : (int)Math.Ceiling(size);
            return (sample => start + (cell * size) + ((sample + 0.5) * size / count), count);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput?[] inputs =
            [
                SampleInput.Normal(2, 2, 6, 5) with { IsFixed = true }, SampleInput.Fixed(Tensor.From([0f, 0, 4, 5, 1, 2, 3.5f, 4.25f], [2, 4])),
                    SampleInput.Integers(1, 0),
            ];
            var attributes = new Attributes { ["output_height"] = 2, ["output_width"] = 3, ["sampling_ratio"] = 2 };
            yield return new("half pixel", inputs, attributes);
            yield return new("as many samples as places", inputs,
                attributes.Without("sampling_ratio").With("spatial_scale", 0.75f).With("coordinate_transformation_mode", "output_half_pixel"));
        }
    }

    private static double Bilinear<T>(ReadOnlySpan<T> plane, int height, int width, double row, double column)
        where T : unmanaged, INumber<T>
    {
        if (row < -1 || row > height || column < -1 || column > width) return 0;
        var (top, bottom, down) = Between(row, height);
        var (left, right, across) = Between(column, width);
        double At(ReadOnlySpan<T> p, int r, int c) => double.CreateChecked(p[(r * width) + c]);
        return ((1 - down) * (((1 - across) * At(plane, top, left)) + (across * At(plane, top, right))))
            + (down * (((1 - across) * At(plane, bottom, left)) + (across * At(plane, bottom, right))));
    }

    private static (int Low, int High, double Weight) Between(double at, int extent)
    {
        int low = (int)Math.Max(at, 0);
        return low >= extent - 1 ? (extent - 1, extent - 1, 0) : (low, low + 1, Math.Max(at, 0) - low);
    }
}

/// <summary>Weights of interpolation between neighbours.</summary>
internal static class Interpolation
{
    /// <summary>
    /// Keys' cubic convolution (1981) with the free parameter a: the weights of the places -1, 0, 1 and 2 for a point between 0 and 1.
    /// </summary>
    public static double[] Cubic(double point, double a)
    {
        var weights = new double[4];
        for (int tap = 0; tap < 4; tap++)
        {
            double distance = Math.Abs(point - (tap - 1));
            weights[tap] = distance <= 1
                ? ((((a + 2) * distance) - (a + 3)) * distance * distance) + 1
                : ((((distance - 5) * distance) + 8) * distance * a) - (4 * a);
        }

        return weights;
    }
}
