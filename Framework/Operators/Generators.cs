using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Range</c>: the numbers from <c>start</c> on, in steps of <c>delta</c>, before <c>limit</c>.</summary>
public sealed class Range : NumericOperator
{
    private static readonly Signature s_signature = new(
        [new("start", InputRole.Shape), new("limit", InputRole.Shape), new("delta", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static Range Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Range";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        if (inference.Input(0).Constant is { } start && inference.Input(1).Constant is { } limit && inference.Input(2).Constant is { } delta)
        {
            inference.Output(0, inference.TypeOf(0),
                [Count(inference, start.ToArray<double>()[0], limit.ToArray<double>()[0], delta.ToArray<double>()[0])]);
        }
        else if (inference.ExtentsOf(0)[0] is var first && inference.ExtentsOf(1)[0] is var end && inference.ExtentsOf(2)[0] == 1)
        {
            inference.Output(0, inference.TypeOf(0), [end - first]);
        }
        else
        {
            throw Inference.Unknown();
        }
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        T value = e.Read<T>(0)[0], delta = e.Read<T>(2)[0];
        var y = e.Write<T>(0);
        for (int i = 0; i < y.Length; i++) y[i] = value + (T.CreateTruncating(i) * delta);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("floats", [SampleInput.Fixed(Tensor.Scalar(1f)), SampleInput.Fixed(Tensor.Scalar(5f)), SampleInput.Fixed(Tensor.Scalar(1.5f))]),
        new("downwards", [SampleInput.Fixed(Tensor.Scalar(10L)), SampleInput.Fixed(Tensor.Scalar(4L)), SampleInput.Fixed(Tensor.Scalar(-2L))]),
    ];

    private static long Count(Inference inference, double start, double limit, double delta)
    {
        double count = Math.Max(0, Math.Ceiling((limit - start) / delta));
        return count <= int.MaxValue ? (long)count
            : throw inference.Fail($"from {start} to {limit} in steps of {delta} there are too many numbers.", "Choose a step other than 0.");
    }
}

/// <summary>
/// ONNX <c>ConstantOfShape</c>: a value of the shape that its input says, filled with the one element of the attribute <c>value</c>.
/// </summary>
public sealed class ConstantOfShape : Operator
{
    private static readonly Signature s_signature = new([new("input", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static ConstantOfShape Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ConstantOfShape";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var value = Value(inference.Attributes);
        if (value.Count != 1) throw inference.Fail($"the attribute value has {value.Count} elements; one is expected.");
        inference.Output(0, value.ElementType);
        var extents = inference.ExtentsOf(0);
        if (extents.Any(d => d.IsKnown && d.Value < 0)) throw inference.Fail($"the shape [{string.Join(',', extents)}] has a negative extent.");
        var elements = value.ElementType is ElementType.Int64 or ElementType.Int32 && extents.Count == 1
            && extents[0] is { IsKnown: true, Value: <= 64 }
            ? Enumerable.Repeat((Dimension)value.ToArray<long>()[0], (int)extents[0].Value).ToArray()
            : null;
        inference.Output(0, value.ElementType, new SymbolicShape([.. extents]), elements);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var y = evaluation.Output(0);
        var value = Value(evaluation.Attributes).To(y.ElementType).AsBytes();
        var to = y.AsBytes();
        if (to.Length == 0) return;
        value.CopyTo(to);
        for (int done = value.Length; done < to.Length; done *= 2) to[..Math.Min(done, to.Length - done)].CopyTo(to[done..]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("zeros", [SampleInput.Integers(2, 3)]),
        new("integers", [SampleInput.Integers(4)], new Attributes { ["value"] = Tensor.From<long>([7], [1]) }),
    ];

    private static Tensor Value(Attributes attributes) => attributes.Find<Tensor>("value") ?? Tensor.From([0f], [1]);
}

/// <summary>
/// ONNX <c>EyeLike</c>: ones on the <c>k</c>-th diagonal of a matrix as large as the input, of the type <c>dtype</c> or the input's.
/// </summary>
public sealed class EyeLike : Operator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static EyeLike Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "EyeLike";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var type = (ElementType)inference.Attributes.Int("dtype", (long)inference.TypeOf(0));
        if (!Enum.IsDefined(type)) throw inference.Fail($"dtype {(int)type} is not supported.");
        if (inference.Input(0).Shape is { Rank: not 2 } shape) throw inference.Fail($"the input {shape} must be a matrix.");
        inference.Output(0, type, inference.Input(0).Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var shape = evaluation.Input(0).Shape;
        long diagonal = evaluation.Attributes.Int("k", 0);
        var ones = new Tensor(ElementType.UInt8, shape);
        for (int row = 0; row < shape[0]; row++)
        {
            if (row + diagonal >= 0 && row + diagonal < shape[1]) ones.AsSpan<byte>()[(int)((row * (long)shape[1]) + row + diagonal)] = 1;
        }

        ones.To(evaluation.Output(0).ElementType).CopyTo(evaluation.Output(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("main diagonal", [SampleInput.Normal(3, 3)]),
        new("upper diagonal of doubles", [SampleInput.Normal(3, 4)], new Attributes { ["k"] = 1, ["dtype"] = (long)ElementType.Float64 }),
        new("lower diagonal", [SampleInput.Normal(4, 3)], new Attributes { ["k"] = -2 }),
    ];
}

/// <summary>
/// ONNX <c>OneHot</c>: along a new axis <c>values</c>[1] at each index and <c>values</c>[0] elsewhere; an index outside <c>depth</c> has no
/// place.
/// </summary>
public sealed class OneHot : MovementOperator
{
    private static readonly Signature s_signature = new(
        [new("indices", InputRole.Shape), new("depth", InputRole.Shape), new("values", InputRole.Shape)], ["output"]);

    /// <summary>The operator.</summary>
    public static OneHot Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "OneHot";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    protected override int TypeInput => 2;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(2));
        var indices = inference.ShapeOf(0);
        var depth = inference.Input(1).Constant is { } constant ? constant.ToArray<long>()[0] : inference.ExtentsOf(1)[0];
        int axis = inference.Axis(inference.Attributes.Int("axis", -1), indices.Rank + 1);
        inference.Output(0, inference.TypeOf(2), [.. indices[..axis], depth, .. indices[axis..]]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var shape = e.Output(0).Shape;
        int axis = (int)e.Attributes.Int("axis", -1);
        if (axis < 0) axis += shape.Rank;
        int depth = shape[axis], inner = shape[(axis + 1)..].ElementCount;
        long[] indices = e.Input(0).ToArray<long>();
        var values = Raw<T>(e.Input(2));
        var y = Raw<T>(e.Output(0));
        y.Fill(values[0]);
        for (int i = 0; i < indices.Length; i++)
        {
            long index = indices[i] < 0 ? indices[i] + depth : indices[i];
            if (index >= 0 && index < depth) y[(((i / inner * depth) + (int)index) * inner) + (i % inner)] = values[1];
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("last axis", [SampleInput.Integers(0, 7, 2, -1), SampleInput.Fixed(Tensor.Scalar(4L)), SampleInput.Fixed(Tensor.From([0f, 1f], [2]))]),
        new("channels", [SampleInput.Labels(3, 2, 4), SampleInput.Fixed(Tensor.Scalar(3L)), SampleInput.Fixed(Tensor.From([-1f, 2f], [2]))],
            new Attributes { ["axis"] = 1 }),
    ];
}

/// <summary>
/// A window of as many places as the input says: a sum of cosines of multiples of the angle 2 pi n / N, where N is the number of places, or with
/// <c>periodic</c> 0 one less.
/// </summary>
public abstract class CosineWindow : Operator
{
    private static readonly Signature s_signature = new([new("size", InputRole.Shape)], ["output"]);

    /// <inheritdoc/>
    public override int SinceVersion => 17;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <summary>The factors of the cosines of 0, 1, 2... times the angle.</summary>
    protected abstract IReadOnlyList<double> Terms { get; }

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var type = (ElementType)inference.Attributes.Int("output_datatype", 1);
        if (!type.IsFloat() && !type.IsInteger()) throw inference.Fail($"output_datatype {(int)type} is not a type of numbers.");
        inference.Output(0, type);
        inference.Output(0, type, [inference.Input(0).Constant is { } size ? size.ToArray<long>()[0] : inference.ExtentsOf(0)[0]]);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var y = evaluation.Output(0);
        int period = evaluation.Attributes.Int("periodic", 1) != 0 ? y.Count : y.Count - 1;
        var values = new double[y.Count];
        for (int n = 0; n < values.Length; n++)
        {
            for (int k = 0; k < Terms.Count; k++) values[n] += Terms[k] * Math.Cos(2 * Math.PI * k * n / Math.Max(1, period));
        }

        Tensor.From(values, y.Shape).To(y.ElementType).CopyTo(y);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("periodic", [SampleInput.Fixed(Tensor.Scalar(10L))]),
        new("symmetric", [SampleInput.Fixed(Tensor.Scalar(10L))], new Attributes { ["periodic"] = false }),
    ];
}

/// <summary>ONNX <c>HannWindow</c>: 1/2 - 1/2 cos.</summary>
public sealed class HannWindow : CosineWindow
{
    /// <summary>The operator.</summary>
    public static HannWindow Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "HannWindow";

    /// <inheritdoc/>
    protected override IReadOnlyList<double> Terms => [0.5, -0.5];
}

/// <summary>ONNX <c>HammingWindow</c>: 25/46 - 21/46 cos.</summary>
public sealed class HammingWindow : CosineWindow
{
    /// <summary>The operator.</summary>
    public static HammingWindow Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "HammingWindow";

    /// <inheritdoc/>
    protected override IReadOnlyList<double> Terms => [25.0 / 46, -21.0 / 46];
}

/// <summary>ONNX <c>BlackmanWindow</c>: 0.42 - 0.5 cos + 0.08 cos of twice the angle.</summary>
public sealed class BlackmanWindow : CosineWindow
{
    /// <summary>The operator.</summary>
    public static BlackmanWindow Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "BlackmanWindow";

    /// <inheritdoc/>
    protected override IReadOnlyList<double> Terms => [0.42, -0.5, 0.08];
}

/// <summary>ONNX <c>Size</c>: the number of elements.</summary>
public sealed class Size : Operator
{
    private static readonly Signature s_signature = new([new("data")], ["size"]);

    /// <summary>The operator.</summary>
    public static Size Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Size";

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) =>
        inference.Output(0, ElementType.Int64, [], inference.Input(0).Shape is { } shape ? [shape.ElementCount] : null);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Write<long>(0)[0] = evaluation.Input(0).Count;

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("block", [SampleInput.Normal(2, 3, 4)])];
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Range</c> over scalars: from this value on, in steps of <paramref name="delta"/>, before <paramref name="limit"/>.</summary>
    public static Value Range(this Value start, Value limit, Value delta) => start.Owner.Apply(Operators.Range.Instance, [start, limit, delta]);

    /// <summary>ONNX <c>OneHot</c>: 1 at each index, 0 elsewhere, along a new axis.</summary>
    /// <param name="indices">The indices.</param>
    /// <param name="depth">The extent of the new axis, a scalar.</param>
    /// <param name="axis">Where the new axis is put in.</param>
    /// <param name="type">The type of the result.</param>
    public static Value OneHot(this Value indices, Value depth, int axis, ElementType type) => indices.Owner.Apply(
        Operators.OneHot.Instance, [indices, depth, indices.Owner.Constant(Tensor.From([0f, 1f], [2]).To(type))], new Attributes { ["axis"] = axis });
}
