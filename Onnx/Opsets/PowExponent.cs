using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>From version 12 on the exponent may be of another type than the base.</summary>
internal sealed class PowExponent() : OpsetStep(12, "Pow")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (scope.FactOf(node.Input(0))?.ElementType is { } type && scope.FactOf(node.Input(1))?.ElementType != type)
            node.Inputs[1] = scope.Before(node, "Cast", [node.Inputs[1]], new Attributes { ["to"] = (long)type });
    }
}
