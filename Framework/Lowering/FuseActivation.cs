using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Lets a convolution or matrix product apply the ReLU that follows it, and nothing else reads, before it stores its results: one pass over
/// memory less.
/// </summary>
internal sealed class FuseActivation() : GraphPatch("FuseActivation")
{
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator != Unary<Relu>.Instance) return null;
        foreach (var op in new Operator[] { Conv.Instance, Gemm.Instance })
        {
            if (SoleProducer(node.Inputs[0], op) is not { } producer) continue;
            return [Builder.Apply(Fused.Of(op), [.. producer.Inputs.Select(Map.Find)], producer.Attributes.With(Fused.ActivationAttribute, "Relu"), producer.Name)];
        }

        return null;
    }
}
