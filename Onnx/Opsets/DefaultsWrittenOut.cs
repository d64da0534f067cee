using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>Attributes whose default changed: the old one is written out.</summary>
internal sealed class DefaultsWrittenOut(int version, string op, params (string Attribute, AttributeValue Value)[] defaults) : OpsetStep(version, op)
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        foreach (var (attribute, value) in defaults)
        {
            if (!node.Attributes.Has(attribute)) node.Attributes = node.Attributes.With(attribute, value);
        }
    }
}
