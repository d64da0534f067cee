namespace Framework.Operators;

/// <summary><c>exec.Reorder</c>: the same value in another layout. Only inside a plan; to the meaning it is an identity.</summary>
public sealed class Reorder : Operator
{
    private static readonly Signature s_signature = new([new("X")], ["Y"]);

    /// <summary>The operator.</summary>
    public static Reorder Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "Reorder";

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference) => inference.Output(0, inference.TypeOf(0), inference.Input(0).Shape);

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation) => evaluation.Input(0).CopyTo(evaluation.Output(0));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("image", [SampleInput.Normal(1, 3, 2, 2)])];
}
