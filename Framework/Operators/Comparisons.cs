using System.Numerics;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>A comparison of two operands that broadcast; the result is Boolean.</summary>
public abstract class ComparisonOperator : NumericOperator
{
    private static readonly Signature s_signature = new([new("A"), new("B")], ["C"]);

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, ElementType.Bool);
        inference.Output(0, ElementType.Bool, Broadcast.Common(inference, 0, 1));
    }

    /// <summary>The comparison.</summary>
    protected abstract bool Holds<T>(T a, T b)
        where T : unmanaged, INumber<T>;

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var a = e.Read<T>(0);
        var b = e.Read<T>(1);
        var c = e.Write<bool>(0);
        var shape = e.Output(0).Shape;
        var walk = new Walk(shape, Broadcast.Strides(e.Input(0).Shape, shape), Broadcast.Strides(e.Input(1).Shape, shape));
        for (int i = 0; walk.Next(); i++) c[i] = Holds(a[walk.Offsets[0]], b[walk.Offsets[1]]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("whole numbers", [SampleInput.Whole(3, 4), SampleInput.Whole(3, 4)]),
        new("broadcast", [SampleInput.Whole(3, 4), SampleInput.Whole(4)]),
    ];
}

/// <summary>ONNX <c>Greater</c>.</summary>
public sealed class Greater : ComparisonOperator
{
    /// <summary>The operator.</summary>
    public static Greater Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Greater";

    /// <inheritdoc/>
    protected override bool Holds<T>(T a, T b) => a > b;
}

/// <summary>ONNX <c>Less</c>.</summary>
public sealed class Less : ComparisonOperator
{
    /// <summary>The operator.</summary>
    public static Less Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Less";

    /// <inheritdoc/>
    protected override bool Holds<T>(T a, T b) => a < b;
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>Greater</c>.</summary>
    public static Value Greater(this Value a, Value b) => a.Owner.Apply(Operators.Greater.Instance, [a, b]);

    /// <summary>ONNX <c>Less</c>.</summary>
    public static Value Less(this Value a, Value b) => a.Owner.Apply(Operators.Less.Instance, [a, b]);
}
