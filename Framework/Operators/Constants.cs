using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>ONNX <c>Constant</c>: a tensor that stands in an attribute.</summary>
public sealed class Constant : Operator
{
    private static readonly Signature s_signature = new([], ["output"]);

    /// <summary>The operator.</summary>
    public static Constant Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Constant";

    /// <inheritdoc/>
    public override int SinceVersion => 12;

    /// <inheritdoc/>
    public override bool IsDifferentiable => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        if (Find(inference.Attributes) is not { } tensor)
            throw inference.Fail("has none of the attributes value, value_float, value_floats, value_int and value_ints.");
        inference.Output(0, tensor);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var tensor = Find(evaluation.Attributes)!;
        tensor.To(evaluation.Promoted(tensor.ElementType)).CopyTo(evaluation.Output(0));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("tensor", [], new Attributes { ["value"] = Tensor.From([1f, 2f], [2]) }),
        new("integers", [], new Attributes { ["value_ints"] = new long[] { 3, 4 } }),
        new("float", [], new Attributes { ["value_float"] = 2.5f }),
    ];

    private static Tensor? Find(Attributes a) =>
        a.Has("value") ? a.Find<Tensor>("value")
        : a.Has("value_float") ? Tensor.Scalar(a.Float("value_float", 0))
        : a.Has("value_int") ? Tensor.Scalar(a.Int("value_int", 0))
        : a.Find<float[]>("value_floats") is { } floats ? Tensor.From(floats, [floats.Length])
        : a.Ints("value_ints") is { } ints ? Tensor.From(ints, [ints.Length])
        : null;
}

public static partial class ValueOperators
{
    /// <summary>A constant of a value's type. What binary32 cannot hold is rounded to it; see <see cref="Exactly"/>.</summary>
    internal static Value Number(this Value like, double number) => like.Owner.Scalar(number, like.ElementType);

    /// <summary>
    /// A constant of a value's type that keeps its 53 bits where the graph is evaluated in float64: a double and a Cast.
    /// </summary>
    internal static Value Exactly(this Value like, double number) => like.Owner.Constant(Tensor.Scalar(number)).Cast(like.ElementType);
}
