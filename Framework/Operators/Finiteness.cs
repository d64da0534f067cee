using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>IsNaN</c>.</summary>
public sealed class IsNaN : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static IsNaN Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "IsNaN";

    /// <inheritdoc/>
    public override int SinceVersion => 9;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, ElementType.Bool, inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        var x = e.Read<T>(0);
        var y = e.Write<bool>(0);
        for (int i = 0; i < y.Length; i++) y[i] = T.IsNaN(x[i]);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("some", [SampleInput.Given([4], 1, float.NaN, float.PositiveInfinity, -2)])];
}

/// <summary>ONNX <c>IsInf</c>; <c>detect_negative</c> and <c>detect_positive</c> say which infinities count.</summary>
public sealed class IsInf : FloatOperator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static IsInf Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "IsInf";

    /// <inheritdoc/>
    public override int SinceVersion => 10;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, ElementType.Bool, inference.Input(0).Shape);

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        bool negative = e.Attributes.Int("detect_negative", 1) != 0, positive = e.Attributes.Int("detect_positive", 1) != 0;
        var x = e.Read<T>(0);
        var y = e.Write<bool>(0);
        for (int i = 0; i < y.Length; i++) y[i] = (negative && T.IsNegativeInfinity(x[i])) || (positive && T.IsPositiveInfinity(x[i]));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            SampleInput[] inputs = [SampleInput.Given([4], 1, float.NaN, float.PositiveInfinity, float.NegativeInfinity)];
            yield return new("both", inputs);
            yield return new("negative", inputs, new Attributes { ["detect_positive"] = false });
            yield return new("positive", inputs, new Attributes { ["detect_negative"] = false });
        }
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>IsNaN</c>.</summary>
    public static Value IsNaN(this Value x) => x.Owner.Apply(Operators.IsNaN.Instance, [x]);

    /// <summary>ONNX <c>IsInf</c>.</summary>
    public static Value IsInf(this Value x) => x.Owner.Apply(Operators.IsInf.Instance, [x]);
}
