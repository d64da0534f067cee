namespace Onnx.Opsets;

/// <summary>Version 11 calls Scatter ScatterElements.</summary>
internal sealed class ScatterName() : OpsetStep(11, "Scatter", "ScatterElements")
{
    public override void Upgrade(NodeForm node, FormScope scope) => node.Operator = "ScatterElements";

    public override void Downgrade(NodeForm node, FormScope scope) => node.Operator = "Scatter";
}
