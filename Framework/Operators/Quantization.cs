using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>An operator of quantised numbers: defined type by type, without gradient.</summary>
public abstract class QuantizationOperator : Operator
{
    /// <inheritdoc/>
    public override int SinceVersion => 10;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;
}

/// <summary>
/// ONNX <c>QuantizeLinear</c>: x / scale, rounded to the nearest integer (halves to the even one), plus the zero point, moved into the
/// type's range. The
/// scale is one number, one for each place along <c>axis</c>, or one for each block of <c>block_size</c> along it.
/// </summary>
public sealed class QuantizeLinear : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [new("x"), new("y_scale", InputRole.Shape), new("y_zero_point", InputRole.Shape, Optional: true)], ["y"]);

    /// <summary>The operator.</summary>
    public static QuantizeLinear Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "QuantizeLinear";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        long said = inference.Attributes.Int("output_dtype", 0);
        var type = inference.Has(2) ? inference.TypeOf(2) : said != 0 ? (ElementType)said : ElementType.UInt8;
        if (type != ElementType.Undefined && !type.IsInteger()) throw inference.Fail($"it quantises to {type}; an integer type is expected.");
        Quantization.Check(inference);
        inference.Output(0, type, inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var scales = new Blocks(evaluation);
        double[] x = evaluation.Input(0).ToArray<double>(), scale = evaluation.Input(1).ToArray<double>();
        long[]? zero = evaluation.Has(2) ? evaluation.Input(2).ToArray<long>() : null;
        bool single = evaluation.Input(0).ElementType != ElementType.Float64;
        var y = new long[x.Length];
        for (int i = 0; i < y.Length; i++)
        {
            int block = scales.Of(i);
            double quotient = single ? (float)x[i] / (float)scale[block] : x[i] / scale[block];
            y[i] = Quantization.Saturate(Math.Round(quotient, MidpointRounding.ToEven) + (zero?[block] ?? 0), evaluation.Output(0).ElementType);
        }

        Tensor.From(y, evaluation.Output(0).Shape).To(evaluation.Output(0).ElementType).CopyTo(evaluation.Output(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("to bytes", [SampleInput.Normal(2, 3), SampleInput.Fixed(Tensor.Scalar(0.125f)), SampleInput.Fixed(Tensor.Scalar<byte>(128))]),
        new("along channels", [SampleInput.Normal(2, 3, 2), SampleInput.Fixed(Tensor.From([0.5f, 0.25f, 0.01f], [3])),
            SampleInput.Fixed(Tensor.From<sbyte>([0, 3, -7], [3]))],
            new Attributes { ["axis"] = 1 }),
        new("in blocks", [SampleInput.Normal(2, 4), SampleInput.Fixed(Tensor.From([0.5f, 0.25f, 0.125f, 1f], [2, 2])),
            SampleInput.Fixed(Tensor.From<byte>([1, 2, 3, 4], [2, 2]))],
            new Attributes { ["axis"] = 1, ["block_size"] = 2 }),
        new("without zero point", [SampleInput.Normal(4), SampleInput.Fixed(Tensor.Scalar(0.125f))]),
    ];
}

/// <summary>ONNX <c>DequantizeLinear</c>: (x - zero point) scale, with scales as in <see cref="QuantizeLinear"/>.</summary>
public sealed class DequantizeLinear : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [new("x"), new("x_scale", InputRole.Shape), new("x_zero_point", InputRole.Shape, Optional: true)], ["y"]);

    /// <summary>The operator.</summary>
    public static DequantizeLinear Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "DequantizeLinear";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        Quantization.Check(inference);
        inference.Output(0, inference.TypeOf(1), inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var scales = new Blocks(evaluation);
        long[] x = evaluation.Input(0).ToArray<long>();
        double[] scale = evaluation.Input(1).ToArray<double>();
        long[]? zero = evaluation.Has(2) ? evaluation.Input(2).ToArray<long>() : null;
        var y = new double[x.Length];
        for (int i = 0; i < y.Length; i++) y[i] = (x[i] - (zero?[scales.Of(i)] ?? 0)) * scale[scales.Of(i)];
        Tensor.From(y, evaluation.Output(0).Shape).To(evaluation.Output(0).ElementType).CopyTo(evaluation.Output(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("bytes", [SampleInput.Fixed(Tensor.From<byte>([0, 3, 128, 255], [4])), SampleInput.Fixed(Tensor.Scalar(2f)),
            SampleInput.Fixed(Tensor.Scalar<byte>(128))]),
        new("along the last axis",
            [SampleInput.Fixed(Tensor.From<sbyte>([1, -2, 3, -4], [2, 2])), SampleInput.Fixed(Tensor.From([0.5f, 0.25f], [2]))],
            new Attributes { ["axis"] = -1 }),
    ];
}

/// <summary>
/// ONNX <c>DynamicQuantizeLinear</c>: quantises to bytes with the scale and the zero point that cover the elements and 0, which are the further
/// outputs.
/// </summary>
public sealed class DynamicQuantizeLinear : QuantizationOperator
{
    private static readonly Signature s_signature = new([new("x")], ["y", "y_scale", "y_zero_point"], requiredOutputs: 3);

    /// <summary>The operator.</summary>
    public static DynamicQuantizeLinear Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "DynamicQuantizeLinear";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.UInt8, inference.Input(0).Shape);
        inference.Output(1, ElementType.Float32, []);
        inference.Output(2, ElementType.UInt8, []);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        float[] x = evaluation.Input(0).ToArray<float>();
        float low = x.Append(0).Min(), high = x.Append(0).Max(), scale = (high - low) / 255;
        byte zero = scale == 0 ? (byte)0 : (byte)Quantization.Saturate(MathF.Round(-low / scale, MidpointRounding.ToEven), ElementType.UInt8);
        var y = evaluation.Write<byte>(0);
        for (int i = 0; i < y.Length; i++)
            y[i] = scale == 0 ? zero : (byte)Quantization.Saturate(MathF.Round(x[i] / scale, MidpointRounding.ToEven) + zero, ElementType.UInt8);
        Tensor.Scalar(scale).To(evaluation.Output(1).ElementType).CopyTo(evaluation.Output(1));
        evaluation.Write<byte>(2)[0] = zero;
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        [new("both signs", [SampleInput.Normal(3, 4)], Outputs: 3), new("above zero", [SampleInput.Uniform(1, 2, 5)], Outputs: 3)];
}

/// <summary>ONNX <c>MatMulInteger</c>: the product of two byte matrices less their zero points, in 32-bit integers.</summary>
public sealed class MatMulInteger : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [
            new("A"), new("B", InputRole.Parameter),
            new("a_zero_point", InputRole.Shape, Optional: true), new("b_zero_point", InputRole.Shape, Optional: true),
        ],
        ["Y"]);

    /// <summary>The operator.</summary>
    public static MatMulInteger Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "MatMulInteger";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int32);
        inference.Output(0, ElementType.Int32, MatMul.OutputShape(inference, 0, 1));
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) =>
        evaluation.Set(0, Quantization.Product(evaluation, 0, evaluation.Has(2) ? 2 : null, 1, evaluation.Has(3) ? 3 : null));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("zero points",
            [
                SampleInput.Fixed(Tensor.From<byte>([11, 7, 3, 10, 6, 2], [2, 3])), SampleInput.Fixed(Tensor.From<byte>([1, 4, 2, 5, 3, 6], [3, 2])),
                SampleInput.Fixed(Tensor.Scalar<byte>(12)), SampleInput.Fixed(Tensor.Scalar<byte>(1)),
            ]),
        new("a zero point a column",
            [
                SampleInput.Fixed(Tensor.From<byte>([11, 7, 3, 10, 6, 2], [2, 3])),
                    SampleInput.Fixed(Tensor.From<sbyte>([1, -4, 2, 5, -3, 6], [3, 2])),
                null, SampleInput.Fixed(Tensor.From<sbyte>([1, -2], [2])),
            ]),
    ];
}

/// <summary>ONNX <c>QLinearMatMul</c>: the product of two quantised matrices, quantised again.</summary>
public sealed class QLinearMatMul : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [
            new("a"), new("a_scale", InputRole.Shape), new("a_zero_point", InputRole.Shape),
            new("b", InputRole.Parameter), new("b_scale", InputRole.Shape), new("b_zero_point", InputRole.Shape),
            new("y_scale", InputRole.Shape), new("y_zero_point", InputRole.Shape),
        ],
        ["y"]);

    /// <summary>The operator.</summary>
    public static QLinearMatMul Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "QLinearMatMul";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(7));
        inference.Output(0, inference.TypeOf(7), MatMul.OutputShape(inference, 0, 3));
    }

    // Scales of A are one for all or one a row, those of B one for all or one a column.
    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var product = Quantization.Product(evaluation, 0, 2, 3, 5);
        int columns = product.Shape.Rank > 0 ? product.Shape[^1] : 1, rows = product.Shape.Rank > 1 ? product.Shape[^2] : 1;
        Quantization.Requantize(evaluation, product, 1, 4, 6, 7, rows, i => i / columns % rows, columns, i => i % columns);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("bytes",
            [
                SampleInput.Fixed(Tensor.From<byte>([208, 236, 0, 238, 3, 214, 255, 29], [2, 4])), SampleInput.Fixed(Tensor.Scalar(0.0066f)),
                    SampleInput.Fixed(Tensor.Scalar<byte>(113)),
                SampleInput.Fixed(Tensor.From<byte>([152, 51, 244, 60, 26, 255, 0, 127, 246, 127, 254, 247], [4, 3])),
                    SampleInput.Fixed(Tensor.Scalar(0.00705f)),
                SampleInput.Fixed(Tensor.Scalar<byte>(114)), SampleInput.Fixed(Tensor.Scalar(0.0107f)), SampleInput.Fixed(Tensor.Scalar<byte>(118)),
            ]),
    ];
}

/// <summary>
/// ONNX <c>ConvInteger</c>: a convolution of bytes less their zero points, in 32-bit integers; the padding counts as the zero point.
/// </summary>
public sealed class ConvInteger : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [
            new("x"), new("w", InputRole.Parameter),
            new("x_zero_point", InputRole.Shape, Optional: true), new("w_zero_point", InputRole.Shape, Optional: true),
        ],
        ["y"]);

    /// <summary>The operator.</summary>
    public static ConvInteger Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ConvInteger";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Int32);
        inference.Output(0, ElementType.Int32, Conv.OutputShape(inference, 0, 1, bias: null));
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) =>
        evaluation.Set(0, Quantization.Convolution(evaluation, 0, evaluation.Has(2) ? 2 : null, 1, evaluation.Has(3) ? 3 : null, bias: null));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("padded",
            [
                SampleInput.Fixed(Tensor.From<byte>([2, 3, 4, 5, 6, 7, 8, 9, 10], [1, 1, 3, 3])),
                    SampleInput.Fixed(Tensor.From<byte>([1, 1, 1, 1], [1, 1, 2, 2])),
                SampleInput.Fixed(Tensor.Scalar<byte>(1)),
            ],
            new Attributes { ["pads"] = new long[] { 1, 1, 1, 1 } }),
    ];
}

/// <summary>ONNX <c>QLinearConv</c>: a convolution of quantised numbers, quantised again. The bias is in units of x_scale w_scale.</summary>
public sealed class QLinearConv : QuantizationOperator
{
    private static readonly Signature s_signature = new(
        [
            new("x"), new("x_scale", InputRole.Shape), new("x_zero_point", InputRole.Shape),
            new("w", InputRole.Parameter), new("w_scale", InputRole.Shape), new("w_zero_point", InputRole.Shape),
            new("y_scale", InputRole.Shape), new("y_zero_point", InputRole.Shape), new("B", InputRole.Parameter, Optional: true),
        ],
        ["y"]);

    /// <summary>The operator.</summary>
    public static QLinearConv Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "QLinearConv";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(7));
        inference.Output(0, inference.TypeOf(7), Conv.OutputShape(inference, 0, 3, bias: 8));
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var sums = Quantization.Convolution(evaluation, 0, 2, 3, 5, bias: evaluation.Has(8) ? 8 : null);
        int channels = sums.Shape[1], size = sums.Shape[2..].ElementCount;
        Quantization.Requantize(evaluation, sums, 1, 4, 6, 7, 1, _ => 0, channels, i => i / size % channels);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("a scale a filter",
            [
                SampleInput.Fixed(Tensor.From<byte>([255, 174, 162, 25, 203, 168, 58, 15, 59], [1, 1, 3, 3])),
                    SampleInput.Fixed(Tensor.Scalar(0.0037f)), SampleInput.Fixed(Tensor.Scalar<byte>(132)),
                SampleInput.Fixed(Tensor.From<byte>([0, 100], [2, 1, 1, 1])), SampleInput.Fixed(Tensor.From([0.0017f, 0.002f], [2])),
                    SampleInput.Fixed(Tensor.From<byte>([255, 7], [2])),
                SampleInput.Fixed(Tensor.Scalar(0.0016f)), SampleInput.Fixed(Tensor.Scalar<byte>(123)),
                    SampleInput.Fixed(Tensor.From([40, -3000], [2])),
            ]),
    ];
}

/// <summary>Which scale an element belongs to.</summary>
internal readonly struct Blocks
{
    private readonly int _length;
    private readonly int _inner;
    private readonly int _block;
    private readonly int _blocks;
    private readonly bool _single;

    public Blocks(Evaluation e)
    {
        Shape x = e.Input(0).Shape, scale = e.Input(1).Shape;
        _single = scale.ElementCount == 1;
        if (_single) return;
        int axis = (int)e.Attributes.Int("axis", 1);
        if (axis < 0) axis += x.Rank;
        (_length, _inner) = (x[axis], x[(axis + 1)..].ElementCount);
        bool blocked = scale.Rank == x.Rank && x.Rank > 1;
        (_block, _blocks) = blocked ? ((int)Math.Max(1, e.Attributes.Int("block_size", 1)), scale[axis]) : (1, 0);
    }

    public int Of(int element)
    {
        if (_single) return 0;
        int place = element / _inner % _length;
        return _blocks == 0 ? place : ((((element / _inner / _length) * _blocks) + (place / _block)) * _inner) + (element % _inner);
    }
}

/// <summary>What the operators of quantised numbers share.</summary>
internal static class Quantization
{
    /// <summary>Checks scale and zero point, the inputs 1 and 2, against the input 0.</summary>
    public static void Check(Inference inference)
    {
        if (inference.Input(1).Shape is not { IsKnown: true } scale || inference.Input(0).Shape is not { IsKnown: true } x
            || scale.ElementCount == 1) return;
        int axis = inference.Axis(inference.Attributes.Int("axis", 1), x.Rank);
        long block = inference.Attributes.Int("block_size", 0);
        var expected = block > 0 ? x.With(axis, x[axis].Divide(block, ceiling: true)) : [x[axis]];
        if (scale != expected) throw inference.Fail($"the scale {scale} must be one number or {expected}.");
        if (inference.Has(2) && inference.Input(2).Shape is { IsKnown: true } zero && zero != scale)
            throw inference.Fail($"the zero point {zero} must be as large as the scale {scale}.");
    }

    public static long Saturate(double value, ElementType type) => type switch
    {
        ElementType.UInt8 => byte.CreateSaturating(value),
        ElementType.Int8 => sbyte.CreateSaturating(value),
        ElementType.UInt16 => ushort.CreateSaturating(value),
        ElementType.Int16 => short.CreateSaturating(value),
        ElementType.UInt32 => uint.CreateSaturating(value),
        ElementType.Int32 => int.CreateSaturating(value),
        _ => long.CreateSaturating(value),
    };

    /// <summary>The product of two quantised matrices less their zero points: of A one or one a row, of B one or one a column.</summary>
    public static Tensor Product(Evaluation e, int a, int? aZero, int b, int? bZero)
    {
        int rows = e.Input(a).Shape is { Rank: > 1 } s ? s[^2] : 1, inner = e.Input(a).Shape[^1], columns = e.Input(b).Shape[^1];
        var left = Centred(e.Place, e.Input(a), aZero is { } za ? e.Input(za) : null, rows, i => i / inner % rows);
        var right = Centred(e.Place, e.Input(b), bZero is { } zb ? e.Input(zb) : null, columns, i => i % columns);
        return Evaluation.Run(MatMul.Instance, e.Place, Attributes.None, [left, right], 1, Precision.Native)[0]!;
    }

    /// <summary>The convolution of quantised numbers less their zero points: of X one, of W one or one a filter.</summary>
    public static Tensor Convolution(Evaluation e, int x, int? xZero, int w, int? wZero, int? bias)
    {
        int filter = e.Input(w).Shape[1..].ElementCount;
        var input = Centred(e.Place, e.Input(x), xZero is { } zx ? e.Input(zx) : null, 1, _ => 0);
        var weights = Centred(e.Place, e.Input(w), wZero is { } zw ? e.Input(zw) : null, e.Input(w).Shape[0], i => i / filter);
        return Evaluation.Run(Conv.Instance, e.Place, e.Attributes, [input, weights, bias is { } b ? e.Input(b) : null], 1, Precision.Native)[0]!;
    }

    /// <summary>Scales sums of products to the result's type; all operands' scales are one number, or one a row or column.</summary>
    public static void Requantize(Evaluation e, Tensor sums, int aScale, int bScale, int yScale, int yZero, int rows, Func<int, int> row, int columns,
        Func<int, int> column)
    {
        float[] a = e.Input(aScale).ToArray<float>(), b = e.Input(bScale).ToArray<float>();
        float scale = e.Input(yScale).ToArray<float>()[0];
        long zero = e.Input(yZero).ToArray<long>()[0];
        var from = sums.AsSpan<int>();
        CheckCount(e.Place, "scale", a.Length, rows);
        CheckCount(e.Place, "scale", b.Length, columns);
        var y = new long[from.Length];
        for (int i = 0; i < y.Length; i++)
        {
            float factor = a[a.Length == 1 ? 0 : row(i)] * b[b.Length == 1 ? 0 : column(i)] / scale;
            y[i] = Saturate(Math.Round((double)from[i] * factor, MidpointRounding.ToEven) + zero, e.Output(0).ElementType);
        }

        Tensor.From(y, sums.Shape).To(e.Output(0).ElementType).CopyTo(e.Output(0));
    }

    private static void CheckCount(string place, string name, int count, int channels)
    {
        if (count != 1 && count != channels) throw new ShapeException(place, $"a {name} has {count} entries; one or {channels} fit.");
    }

    private static Tensor Centred(string place, Tensor x, Tensor? zero, int channels, Func<int, int> channel)
    {
        var centred = x.To(ElementType.Int32);
        if (zero is null) return centred;
        int[] zeros = zero.ToArray<int>();
        var values = centred.AsSpan<int>();
        CheckCount(place, "zero point", zeros.Length, channels);
        for (int i = 0; i < values.Length; i++) values[i] -= zeros[zeros.Length == 1 ? 0 : channel(i)];
        return centred;
    }
}
