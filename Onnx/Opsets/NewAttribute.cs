using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>An attribute that an operator had not before; left out, or with the value that stands for the old meaning, it can be taken away.</summary>
internal sealed class NewAttribute(int version, string attribute, AttributeValue old, params string[] operators) : OpsetStep(version, operators)
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (!node.Attributes.TryGet(attribute, out var value)) return;
        if (value.ToString() != old.ToString() && !IsFilledWithOld(value)) throw NotBefore(node, $"its attribute {attribute} is {value}");
        node.Attributes = node.Attributes.Without(attribute);
    }

    // Dilations of 1 along every axis are the old meaning, however many there are.
    private bool IsFilledWithOld(AttributeValue value) =>
        value.Kind == AttributeKind.Ints && old.Kind == AttributeKind.Int && value.As<long[]>().All(v => v == old.As<long>());
}
