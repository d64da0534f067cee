using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// <c>exec.ElementwiseChain</c>: elementwise operators that are computed in one pass over memory; the attribute <c>body</c> holds them as a graph, whose
/// inputs and outputs are the node's. Only inside a plan; evaluated one after the other.
/// </summary>
public sealed class ElementwiseChain : Operator
{
    /// <summary>The attribute that holds the operators.</summary>
    public const string BodyAttribute = "body";

    private static readonly Signature s_signature = new([new("operands", Variadic: true)], ["results..."]);

    /// <summary>The operator.</summary>
    public static ElementwiseChain Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "ElementwiseChain";

    /// <inheritdoc/>
    public override string Domain => Domains.Execution;

    /// <inheritdoc/>
    public override bool HasGradientRule => false;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <summary>The operators of a chain.</summary>
    public static Graph BodyOf(Attributes attributes) =>
        attributes.Find<Graph>(BodyAttribute) ?? throw new InvalidOperationException("A chain without operators.");

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        var body = BodyOf(inference.Attributes);
        for (int i = 0; i < body.Outputs.Count; i++) inference.Output(i, body.Outputs[i].ElementType, body.Outputs[i].Shape);
    }

    /// <inheritdoc/>
    public override void Evaluate(Evaluation evaluation)
    {
        var results = evaluation.RunBody(BodyOf(evaluation.Attributes), [.. Enumerable.Range(0, evaluation.InputCount).Select(evaluation.Input)]);
        for (int i = 0; i < results.Count; i++) results[i].CopyTo(evaluation.Output(i));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples
    {
        get
        {
            var builder = new GraphBuilder("chain");
            var (a, b) = (builder.Input("a", Tensors.ElementType.Float32, [2, 3]), builder.Input("b", Tensors.ElementType.Float32, [2, 3]));
            var sum = a + b;
            yield return new("two results", [SampleInput.Normal(2, 3), SampleInput.Normal(2, 3)],
                new Attributes { [BodyAttribute] = builder.Build([sum, sum.Relu()]) }, Outputs: 2);
        }
    }
}
