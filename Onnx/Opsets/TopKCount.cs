namespace Onnx.Opsets;

/// <summary>Version 10 takes the count as an input, before as an attribute.</summary>
internal sealed class TopKCount() : OpsetStep(10, "TopK")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        node.SetInput(1, scope.AddIntegers(node, "k", node.Attributes.Int("k", 0)));
        node.Attributes = node.Attributes.Without("k");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        node.Attributes = node.Attributes.With("k", ConstantInput(node, 1, scope).ToArray<long>()[0]);
        node.CutInputs(1);
    }
}
