using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// <c>exec.FusedConv</c>, <c>exec.FusedGemm</c>: an operator with an activation applied to its result, named by the attribute
/// <c>activation</c>. Only inside a plan; evaluated as the two one after the other.
/// </summary>
public sealed class Fused : Operator
{
    /// <summary>The attribute that names the activation.</summary>
    public const string ActivationAttribute = "activation";

    private static readonly Fused[] s_all = [new(Operators.Conv.Instance), new(Operators.Gemm.Instance)];
    private readonly Operator _base;

    private Fused(Operator op) => _base = op;

    /// <summary>Convolution with an activation.</summary>
    public static Fused Conv => s_all[0];

    /// <summary>Matrix product with an activation.</summary>
    public static Fused Gemm => s_all[1];

    /// <summary>The fused form of an operator.</summary>
    public static Fused Of(Operator op) => Array.Find(s_all, f => f._base == op) ?? throw new ArgumentException($"{op} has no fused form.", nameof(op));

    /// <inheritdoc/>
    public override string Name => "Fused" + _base.Name;

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => _base.Signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => _base.Infer(inference);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        _base.Evaluate(evaluation);
        string name = evaluation.Attributes.String(ActivationAttribute, "");
        var activation = OperatorSet.Find(Domains.Onnx, name) ?? throw new InvalidOperationException($"{evaluation.Place}: there is no activation {name}.");
        evaluation.Apply(activation, 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        _base.Samples.Take(3).Select(s => s with { Attributes = (s.Attributes ?? Attributes.None).With(ActivationAttribute, "Relu") });
}
