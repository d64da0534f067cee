using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>Version 12 may hold numbers as plain attributes; before there was only the tensor.</summary>
internal sealed class ConstantForms() : OpsetStep(12, "Constant")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.Has("value")) return;
        var tensor = scope.FactOf(node.Outputs[0])?.Constant ?? throw NotBefore(node, "it has no attribute 'value'");
        node.Attributes = new Attributes { ["value"] = tensor };
    }
}
