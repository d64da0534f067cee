using Framework.Graphs;
using Framework.Operators;

namespace Framework.Seeing;

/// <summary>What becomes of a signal on its way back through a rectifier.</summary>
public enum BackwardRule
{
    /// <summary>The gradient: it passes where the rectifier's result was positive (Simonyan et al. 2013).</summary>
    Gradient,

    /// <summary>What of it is positive passes, whatever the rectifier's result was (Zeiler and Fergus 2013).</summary>
    Deconvolution,

    /// <summary>What of it is positive passes, where the rectifier's result was positive too (Springenberg et al. 2014).</summary>
    Guided,
}

/// <summary>Gives the rectifiers of a network another way back.</summary>
internal static class BackwardRules
{
    /// <summary>Differentiates a network under a rule: <see cref="Gradients.Backward.VectorJacobian"/> with other rectifiers.</summary>
    public static Graph VectorJacobian(Graph network, IReadOnlyList<string> withRespectTo, BackwardRule rule)
    {
        if (rule == BackwardRule.Gradient) return Gradients.Backward.VectorJacobian(network, withRespectTo);
        var marked = new Exchange(Unary<Relu>.Instance, RuledRelu.Of(rule)).Apply(network);
        return new Exchange(RuledRelu.Of(rule), Unary<Relu>.Instance).Apply(Gradients.Backward.VectorJacobian(marked, withRespectTo));
    }

    private sealed class Exchange(Operator from, Operator to) : GraphPatch("ExchangeRectifiers")
    {
        protected override IReadOnlyList<Value?>? Replace(Node node) =>
            node.Operator == from ? [Builder.Apply(to, [Map.Find(node.Inputs[0])], node.Attributes, node.Name)] : null;
    }

    /// <summary>A rectifier with another rule; it is only in a graph while that is differentiated.</summary>
    private sealed class RuledRelu(BackwardRule rule) : Operator
    {
        private static readonly RuledRelu s_deconvolution = new(BackwardRule.Deconvolution);
        private static readonly RuledRelu s_guided = new(BackwardRule.Guided);

        public override string Name => "Relu";

        public override string Domain => Domains.Gradient;

        public override Signature Signature => Unary<Relu>.Instance.Signature;

        public override IEnumerable<Sample> Samples => [];

        public static RuledRelu Of(BackwardRule rule) => rule == BackwardRule.Guided ? s_guided : s_deconvolution;

        public override void Infer(Inference inference) => Unary<Relu>.Instance.Infer(inference);

        public override void Evaluate(Evaluation evaluation) => Unary<Relu>.Instance.Evaluate(evaluation);

        public override void Differentiate(Differentiation g)
        {
            var positive = g.Gradient.Relu();
            var y = g.Output(0);
            g.Set(0, rule == BackwardRule.Deconvolution ? positive : positive * y.Greater(y.Owner.Scalar(0, y.ElementType)).Cast(y.ElementType));
        }
    }
}
