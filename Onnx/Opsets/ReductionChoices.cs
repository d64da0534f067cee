namespace Onnx.Opsets;

/// <summary>Version 18 may also keep the largest or the smallest of what is scattered to a place.</summary>
internal sealed class ReductionChoices() : OpsetStep(18, "ScatterElements", "ScatterND")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.String("reduction", "none") is "max" or "min") throw NotBefore(node, $"its reduction is {node.Attributes.String("reduction", "none")}");
    }
}
