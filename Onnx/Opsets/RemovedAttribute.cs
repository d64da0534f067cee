namespace Onnx.Opsets;

/// <summary>An attribute that said nothing about the result and is gone.</summary>
internal sealed class RemovedAttribute(int version, string attribute, params string[] operators) : OpsetStep(version, operators)
{
    public override void Upgrade(NodeForm node, FormScope scope) => node.Attributes = node.Attributes.Without(attribute);

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        // It may be left out in the older form.
    }
}
