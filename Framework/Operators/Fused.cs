using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// <c>exec.FusedConv</c> and its like: an operator whose result has a value of the same shape added, the last input <c>residual</c> where that is
/// given, and then an activation applied, which the attribute <c>activation</c> names where there is one. Only inside a plan; evaluated one after the
/// other.
/// </summary>
public sealed class Fused : Operator
{
    /// <summary>The attribute that names the activation.</summary>
    public const string ActivationAttribute = "activation";

    private static readonly Fused[] s_all =
    [
        new(Operators.Conv.Instance), new(Operators.Gemm.Instance), new(Operators.BatchNormalization.Instance), new(Operators.BatchNormalizationTraining.Instance),
    ];

    private readonly Signature _signature;

    private Fused(Operator op)
    {
        Base = op;
        _signature = op.Signature.With(new FormalInput("residual", Optional: true));
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fused> All => s_all;

    /// <summary>Convolution with what follows it.</summary>
    public static Fused Conv => s_all[0];

    /// <summary>Matrix product with what follows it.</summary>
    public static Fused Gemm => s_all[1];

    /// <summary>The operator that comes first.</summary>
    public Operator Base { get; }

    /// <summary>The place of what is added among the inputs.</summary>
    public int ResidualInput => Base.Signature.Inputs.Count;

    /// <inheritdoc/>
    public override string Name => "Fused" + Base.Name;

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => _signature;

    /// <summary>The fused form of an operator.</summary>
    public static Fused Of(Operator op) => Array.Find(s_all, f => f.Base == op) ?? throw new ArgumentException($"{op} has no fused form.", nameof(op));

    /// <summary>The operator that a node carries out first: its own, or that which others are fused to.</summary>
    public static Operator BaseOf(Node node) => node.Operator is Fused fused ? fused.Base : node.Operator;

    /// <summary>What a node adds to its result; null where it does not.</summary>
    public static Value? ResidualOf(Node node) => node.Operator is Fused fused ? node.Inputs.ElementAtOrDefault(fused.ResidualInput) : null;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        Base.Infer(inference);
        if (inference.Has(ResidualInput)) Broadcast.CheckTypes(inference, 0, ResidualInput);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        Base.Evaluate(evaluation);
        if (evaluation.Has(ResidualInput)) evaluation.Apply(Add.Instance, 0, evaluation.Input(ResidualInput));
        string name = evaluation.Attributes.String(ActivationAttribute, "");
        if (name.Length == 0) return;
        var activation = OperatorSet.Find(Domains.Onnx, name) ?? throw new InvalidOperationException($"{evaluation.Place}: there is no activation {name}.");
        evaluation.Apply(activation, 0);
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
        Base.Samples.Take(3).Select(s => s with { Attributes = (s.Attributes ?? Attributes.None).With(ActivationAttribute, "Relu") });
}
