using System.Globalization;
using System.Numerics;
using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>Resize</c> by <c>scales</c> or to <c>sizes</c>: nearest neighbours, linear or cubic interpolation, with ONNX's choices of where
/// a place of the
/// result lies in the input (<c>coordinate_transformation_mode</c>). Antialiasing is refused.
/// </summary>
public sealed class Resize : NumericOperator
{
    private static readonly Signature s_signature = new(
        [
            new("X"), new("roi", InputRole.Shape, Optional: true), new("scales", InputRole.Shape, Optional: true),
            new("sizes", InputRole.Shape, Optional: true),
        ],
        ["Y"]);

    /// <summary>The operator.</summary>
    public static Resize Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Resize";

    /// <inheritdoc/>
    public override int SinceVersion => 19;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        ResizeGeometry.Check(inference);
        inference.Output(0, inference.TypeOf(0), ResizeGeometry.OutputShape(inference));
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var type = evaluation.Input(0).ElementType;
        if (!type.IsInteger())
        {
            base.Evaluate(evaluation);
            return;
        }

        var inputs = Enumerable.Range(0, evaluation.InputCount).Select(i => evaluation.Has(i) ? evaluation.Input(i) : null).ToArray();
        inputs[0] = inputs[0]!.To(ElementType.Float64);
        evaluation.Set(0, evaluation.With(inputs)[0]!.To(type));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var maps = ResizeGeometry.Maps(e.Attributes, e.Input(0).Shape, e.Output(0).Shape, Given(1), Given(2), Given(3));
        T[] values = e.Read<T>(0).ToArray();
        int[] extents = e.Input(0).Shape.Extents.ToArray();
        for (int axis = 0; axis < maps.Length; axis++)
        {
            if (maps[axis] is not { } map) continue;
            values = map.Apply(values, extents, axis);
            extents[axis] = map.Outputs;
        }

        var y = e.Write<T>(0);
        values.CopyTo(y);
        if (e.Attributes.String("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize")
            ResizeGeometry.FillOutside(y, e.Output(0).Shape, maps, T.CreateChecked(e.Attributes.Float("extrapolation_value", 0)));

        Tensor? Given(int input) => e.Has(input) && e.Input(input).Count > 0 ? e.Input(input) : null;
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Builder.Apply(
        ResizeGrad.Instance, [g.Gradient, g.Input(0).ShapeOf(), .. g.Node.Inputs.Skip(1)], g.Attributes));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        ResizeGrad.Cases.Select(c => new Sample(c.Name, [SampleInput.Normal(c.X), c.Roi, c.Scales, c.Sizes], c.Attributes));
}

/// <summary>
/// <c>grad.ResizeGrad(dY, shape of X, roi, scales, sizes)</c>, with the attributes of the forward node: each gradient goes to the elements that it
/// was interpolated from, by their weights.
/// </summary>
public sealed class ResizeGrad : FloatOperator
{
    private static readonly Signature s_signature = new(
        [
            new("dY"), new("shape", InputRole.Shape), new("roi", InputRole.Shape, Optional: true), new("scales", InputRole.Shape, Optional: true),
            new("sizes", InputRole.Shape, Optional: true),
        ],
        ["dX"]);

    /// <summary>The operator.</summary>
    public static ResizeGrad Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ResizeGrad";

    /// <inheritdoc/>
    public override string Domain => Domains.Gradient;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        inference.Output(0, inference.TypeOf(0), new SymbolicShape([.. inference.ExtentsOf(1)]));
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var maps = ResizeGeometry.Maps(e.Attributes, e.Output(0).Shape, e.Input(0).Shape, Given(2), Given(3), Given(4));
        T[] values = e.Read<T>(0).ToArray();
        int[] extents = e.Input(0).Shape.Extents.ToArray();
        for (int axis = maps.Length - 1; axis >= 0; axis--)
        {
            if (maps[axis] is not { } map) continue;
            values = map.ApplyTransposed(values, extents, axis);
            extents[axis] = map.Inputs;
        }

        values.CopyTo(e.Write<T>(0));

        Tensor? Given(int input) => e.Has(input) && e.Input(input).Count > 0 ? e.Input(input) : null;
    }

    // Along each axis a product with the matrix of the weights.
    /// <inheritdoc/>
    public override IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder)
    {
        var dy = inputs[0]!;
        if (dy.Shape is not { IsKnown: true } y || node.Outputs[0]!.Shape is not { IsKnown: true } x) return null;
        for (int i = 2; i < inputs.Count; i++)
        {
            if (inputs[i] is { Fact.Constant: null }) return null;
        }

        var maps = ResizeGeometry.Maps(node.Attributes, x.ToShape(), y.ToShape(), Given(2), Given(3), Given(4));
        for (int axis = 0; axis < maps.Length; axis++)
        {
            if (maps[axis] is not { } map) continue;
            int[] order = [.. Enumerable.Range(0, maps.Length).Where(a => a != axis), axis], back = new int[order.Length];
            for (int i = 0; i < order.Length; i++) back[order[i]] = i;
            var weights = builder.Constant(Tensor.From(map.Dense(), [map.Outputs, map.Inputs])).Cast(dy.ElementType);
            dy = dy.Transpose(order).MatMul(weights).Transpose(back);
        }

        return [dy];

        Tensor? Given(int input) => input < inputs.Count && inputs[input]?.Fact.Constant is { Count: > 0 } constant ? constant : null;
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => Cases.Select(c => new Sample(
        c.Name, [SampleInput.Normal(c.Y), SampleInput.Integers(new Shape(c.X).ToLongs()), c.Roi, c.Scales, c.Sizes], c.Attributes));

    /// <summary>The cases that the samples of both operators are made of.</summary>
    internal static IEnumerable<(string Name, int[] X, int[] Y, SampleInput? Roi, SampleInput? Scales, SampleInput? Sizes,
        Attributes Attributes)> Cases
    {
        get
        {
            int[] x = [1, 2, 3, 4];
            yield return ("nearest, twice as large", x, [1, 2, 6, 8], null, Floats(1, 1, 2, 2), null, []);
            yield return ("nearest floor, asymmetric", x, [1, 2, 7, 6], null, Floats(1, 1, 2.5f, 1.5f), null,
                new() { ["nearest_mode"] = "floor", ["coordinate_transformation_mode"] = "asymmetric" });
            yield return ("nearest ceil, corners aligned", x, [1, 2, 5, 3], null, null, SampleInput.Integers(1, 2, 5, 3),
                new() { ["nearest_mode"] = "ceil", ["coordinate_transformation_mode"] = "align_corners" });
            yield return ("nearest, halves up", [4], [6], null, null, SampleInput.Integers(6), new() { ["nearest_mode"] = "round_prefer_ceil" });
            yield return ("linear", x, [1, 2, 6, 8], null, Floats(1, 1, 2, 2), null, new() { ["mode"] = "linear" });
            yield return ("linear, smaller", [1, 1, 5, 7], [1, 1, 3, 4], null, Floats(1, 1, 0.625f, 0.625f), null, new() { ["mode"] = "linear" });
            yield return ("linear, corners aligned", x, [1, 2, 5, 7], null, null, SampleInput.Integers(1, 2, 5, 7),
                new() { ["mode"] = "linear", ["coordinate_transformation_mode"] = "align_corners" });
            yield return ("linear as in PyTorch", x, [1, 2, 1, 7], null, null, SampleInput.Integers(1, 7),
                new() { ["mode"] = "linear", ["coordinate_transformation_mode"] = "pytorch_half_pixel", ["axes"] = new long[] { 2, 3 } });
            yield return ("linear, symmetric", [1, 1, 5], [1, 1, 3], null, Floats(1, 1, 0.75f), null,
                new() { ["mode"] = "linear", ["coordinate_transformation_mode"] = "half_pixel_symmetric" });
            yield return ("cubic", x, [1, 2, 6, 8], null, Floats(1, 1, 2, 2), null, new() { ["mode"] = "cubic" });
            yield return ("cubic, outside excluded", x, [1, 2, 5, 7], null, Floats(1, 1, 1.75f, 1.75f), null,
                new() { ["mode"] = "cubic", ["cubic_coeff_a"] = -0.5f, ["exclude_outside"] = true });
            yield return ("crop", x, [1, 2, 4, 3], Floats(0, 0, 0.5f, -0.25f, 1, 1, 1, 0.75f), null, SampleInput.Integers(1, 2, 4, 3),
                new() { ["mode"] = "linear", ["coordinate_transformation_mode"] = "tf_crop_and_resize", ["extrapolation_value"] = 10f });
            yield return ("aspect ratio kept", x, [1, 2, 5, 7], null, null, SampleInput.Integers(7, 7),
                new() { ["mode"] = "linear", ["keep_aspect_ratio_policy"] = "not_larger", ["axes"] = new long[] { 2, 3 } });
        }
    }

    private static SampleInput Floats(params float[] values) => SampleInput.Fixed(Tensor.From(values, [values.Length]));
}

/// <summary>The weights of an interpolation along one axis: for each place of the result a few places of the input.</summary>
internal sealed class AxisMap(int inputs, int outputs, int taps)
{
    private readonly int[] _places = new int[outputs * taps];
    private readonly double[] _weights = new double[outputs * taps];
    private readonly bool[] _outside = new bool[outputs];

    public int Inputs { get; } = inputs;

    public int Outputs { get; } = outputs;

    public bool IsOutside(int output) => _outside[output];

    /// <summary>Marks a place of the result that lies outside the input.</summary>
    public void SetOutside(int output) => _outside[output] = true;

    /// <summary>Sets a tap; a place outside the input means the outermost one.</summary>
    public void Set(int output, int tap, long place, double weight)
    {
        _places[(output * taps) + tap] = (int)Math.Clamp(place, 0, Inputs - 1);
        _weights[(output * taps) + tap] = weight;
    }

    public double[] Dense()
    {
        var dense = new double[Outputs * Inputs];
        for (int i = 0; i < _places.Length; i++) dense[(i / taps * Inputs) + _places[i]] += _weights[i];
        return dense;
    }

    public T[] Apply<T>(T[] x, int[] extents, int axis)
        where T : unmanaged, INumber<T>
    {
        int inner = Window.Product(extents.AsSpan(axis + 1)), outer = Window.Product(extents.AsSpan(0, axis));
        var y = new T[outer * Outputs * inner];
        for (int i = 0; i < outer * _places.Length; i++)
        {
            int block = i / _places.Length, tap = i % _places.Length;
            T weight = T.CreateChecked(_weights[tap]);
            var from = x.AsSpan(((block * Inputs) + _places[tap]) * inner, inner);
            var to = y.AsSpan(((block * Outputs) + (tap / taps)) * inner, inner);
            for (int k = 0; k < inner; k++) to[k] += weight * from[k];
        }

        return y;
    }

    public T[] ApplyTransposed<T>(T[] y, int[] extents, int axis)
        where T : unmanaged, INumber<T>
    {
        int inner = Window.Product(extents.AsSpan(axis + 1)), outer = Window.Product(extents.AsSpan(0, axis));
        var x = new T[outer * Inputs * inner];
        for (int i = 0; i < outer * _places.Length; i++)
        {
            int block = i / _places.Length, tap = i % _places.Length;
            T weight = T.CreateChecked(_weights[tap]);
            var from = y.AsSpan(((block * Outputs) + (tap / taps)) * inner, inner);
            var to = x.AsSpan(((block * Inputs) + _places[tap]) * inner, inner);
            for (int k = 0; k < inner; k++) to[k] += weight * from[k];
        }

        return x;
    }
}

/// <summary>Where the places of a resized tensor lie in the original.</summary>
internal static class ResizeGeometry
{
    private static readonly string[] s_transformations =
        ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize", "tf_half_pixel_for_nn"];

    public static void Check(Inference inference)
    {
        var a = inference.Attributes;
        if (a.Int("antialias", 0) != 0)
            throw new UnsupportedModelException(inference.Place, "resizes with antialiasing, which is not supported.", "Export it without.");
        OneOf("mode", "nearest", "nearest", "linear", "cubic");
        OneOf("coordinate_transformation_mode", "half_pixel", s_transformations);
        OneOf("nearest_mode", "round_prefer_floor", "round_prefer_floor", "round_prefer_ceil", "floor", "ceil");
        OneOf("keep_aspect_ratio_policy", "stretch", "stretch", "not_larger", "not_smaller");

        void OneOf(string name, string fallback, params string[] allowed)
        {
            if (!allowed.Contains(a.String(name, fallback)))
                throw inference.Fail($"{name} '{a.String(name, "")}' is not {string.Join(", ", allowed)}.");
        }
    }

    public static SymbolicShape OutputShape(Inference inference)
    {
        var shape = inference.ShapeOf(0);
        int[] axes = Axes(inference.Attributes, shape.Rank);
        foreach (int axis in axes) inference.Axis(axis, shape.Rank);
        var result = shape;
        if (inference.Has(3) && inference.ExtentsOf(3) is { Count: > 0 } sizes)
        {
            CheckCount("sizes", sizes.Count);
            for (int i = 0; i < axes.Length; i++) result = result.With(axes[i], sizes[i]);
            if (inference.Attributes.String("keep_aspect_ratio_policy", "stretch") == "stretch") return result;
            if (!result.IsKnown || !shape.IsKnown) throw Inference.Unknown();
            double scale = CommonScale(inference.Attributes, shape.ToShape(), [.. sizes.Select(s => s.Value)], axes);
            foreach (int axis in axes) result = result.With(axis, (long)Math.Floor((scale * shape[axis].Value) + 0.5));
            return result;
        }

        if (!inference.Has(2)) throw inference.Fail("it has neither scales nor sizes.");
        double[] scales = inference.Input(2).Constant?.ToArray<double>() ?? throw Inference.Unknown();
        CheckCount("scales", scales.Length);
        double[]? roi = inference.Attributes.String("coordinate_transformation_mode", "") == "tf_crop_and_resize" && inference.Has(1)
            ? inference.Input(1).Constant?.ToArray<double>() ?? throw Inference.Unknown()
            : null;
        if (roi is not null && roi.Length != 2 * axes.Length) throw inference.Fail($"roi has {roi.Length} entries; two for each axis that is resized are expected.");
        for (int i = 0; i < axes.Length; i++)
        {
            if (!(scales[i] > 0)) throw inference.Fail($"the scale {scales[i]} of axis {axes[i]} must be positive.");
            double part = roi is null ? 1 : roi[axes.Length + i] - roi[i];
            result = result.With(axes[i], Scaled(shape[axes[i]], (float)(scales[i] * part)));
        }

        return result;

        void CheckCount(string name, int count)
        {
            if (count != axes.Length) throw inference.Fail($"{name} has {count} entries; {axes.Length} fit the axes of {shape} that are resized.");
        }
    }

    /// <summary>The map along each axis; null along axes that stay as they are.</summary>
    public static AxisMap?[] Maps(Attributes a, Shape x, Shape y, Tensor? roi, Tensor? scales, Tensor? sizes)
    {
        int[] axes = Axes(a, x.Rank);
        double[]? given = scales?.ToArray<double>(), region = roi?.Count == 2 * axes.Length ? roi.ToArray<double>() : null;
        double? common = sizes is not null && a.String("keep_aspect_ratio_policy", "stretch") != "stretch"
            ? CommonScale(a, x, sizes.ToArray<long>(), axes)
            : null;
        var maps = new AxisMap?[x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = axes[i];
            double scale = common ?? (sizes is not null || given is null ? (double)y[axis] / x[axis] : given[i]);
            (double Start, double End) part = region is null ? (0, 1) : (region[i], region[axes.Length + i]);
            if (x[axis] != y[axis] || scale != 1 || part != (0, 1)) maps[axis] = Map(a, x[axis], y[axis], scale, part);
        }

        return maps;
    }

    /// <summary>Fills the places of the result that lie outside the input along some axis.</summary>
    public static void FillOutside<T>(Span<T> y, Shape shape, AxisMap?[] maps, T value)
    {
        for (int i = 0; i < y.Length; i++)
        {
            int rest = i;
            for (int axis = shape.Rank - 1; axis >= 0; axis--)
            {
                rest = Math.DivRem(rest, shape[axis], out int at);
                if (maps[axis]?.IsOutside(at) == true) y[i] = value;
            }
        }
    }

    private static int[] Axes(Attributes a, int rank) => a.Ints("axes") is { } axes
        ? Array.ConvertAll(axes, x => (int)(x < 0 ? x + rank : x))
        : [.. Enumerable.Range(0, rank)];

    // In single precision, as other engines do: 10 times 0.7 is 7.
    private static Dimension Scaled(Dimension extent, float scale) => extent.IsKnown
        ? (long)MathF.Floor(extent.Value * scale)
        : scale == MathF.Floor(scale) ? extent * (long)scale
            : Dimension.Named(string.Create(CultureInfo.InvariantCulture, $"floor({extent}*{scale})"));

    private static double CommonScale(Attributes a, Shape x, long[] sizes, int[] axes)
    {
        var scales = axes.Select((axis, i) => (double)sizes[i] / x[axis]);
        return a.String("keep_aspect_ratio_policy", "stretch") == "not_larger" ? scales.Min() : scales.Max();
    }

    private static AxisMap Map(Attributes a, int inputs, int outputs, double scale, (double Start, double End) region)
    {
        string mode = a.String("mode", "nearest"), transformation = a.String("coordinate_transformation_mode", "half_pixel");
        var map = new AxisMap(inputs, outputs, mode switch { "nearest" => 1, "linear" => 2, _ => 4 });
        for (int o = 0; o < outputs; o++)
        {
            double at = Coordinate(transformation, o, inputs, outputs, scale, region);
            if (transformation == "tf_crop_and_resize" && (at < 0 || at > inputs - 1))
            {
                map.SetOutside(o);
                continue;
            }

            double floor = Math.Floor(at), rest = at - floor;
            switch (mode)
            {
                case "nearest":
                    map.Set(o, 0, Nearest(a.String("nearest_mode", "round_prefer_floor"), at), 1);
                    break;
                case "linear":
                    map.Set(o, 0, (long)floor, 1 - rest);
                    map.Set(o, 1, (long)floor + 1, rest);
                    break;
                default:
                    SetCubic(map, o, (long)floor, rest, a.Float("cubic_coeff_a", -0.75f), a.Int("exclude_outside", 0) != 0);
                    break;
            }
        }

        return map;
    }

    private static void SetCubic(AxisMap map, int output, long floor, double rest, double a, bool excludeOutside)
    {
        double[] weights = Interpolation.Cubic(rest, a);
        for (int tap = 0; tap < 4; tap++)
        {
            long place = floor + tap - 1;
            if (excludeOutside && (place < 0 || place >= map.Inputs)) weights[tap] = 0;
        }

        double sum = excludeOutside ? weights.Sum() : 1;
        for (int tap = 0; tap < 4; tap++) map.Set(output, tap, floor + tap - 1, weights[tap] / sum);
    }

    private static double Coordinate(string transformation, int output, int inputs, int outputs, double scale, (double Start, double End) region)
    {
        switch (transformation)
        {
            case "asymmetric": return output / scale;
            case "align_corners": return outputs == 1 ? 0 : (double)output * (inputs - 1) / (outputs - 1);
            case "tf_half_pixel_for_nn": return (output + 0.5) / scale;
            case "tf_crop_and_resize":
                return outputs == 1
                    ? 0.5 * (region.Start + region.End) * (inputs - 1)
                    : (region.Start * (inputs - 1)) + (output * (region.End - region.Start) * (inputs - 1) / (outputs - 1));
            case "pytorch_half_pixel" when outputs == 1: return 0;
            case "half_pixel_symmetric":
                return (inputs / 2.0 * (1 - (outputs / (scale * inputs)))) + ((output + 0.5) / scale) - 0.5;
            default: return ((output + 0.5) / scale) - 0.5;
        }
    }

    private static long Nearest(string mode, double at) => (long)(mode switch
    {
        "floor" => Math.Floor(at),
        "ceil" => Math.Ceiling(at),
        "round_prefer_ceil" => Math.Floor(at + 0.5),
        _ => Math.Ceiling(at - 0.5),
    });
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Resize</c> by factors.</summary>
    /// <param name="x">The value.</param>
    /// <param name="scales">A factor for each axis.</param>
    /// <param name="mode"><c>nearest</c>, <c>linear</c> or <c>cubic</c>.</param>
    /// <param name="transformation">ONNX's <c>coordinate_transformation_mode</c>.</param>
    public static Value Resize(this Value x, float[] scales, string mode = "nearest", string transformation = "half_pixel") => x.Owner.Apply(
        Operators.Resize.Instance,
        [x, null, x.Owner.Constant(Tensor.From(scales, [scales.Length]))],
        new Attributes { ["mode"] = mode, ["coordinate_transformation_mode"] = transformation });
}
