using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 10 gives the mask as booleans, before in the type of the data.</summary>
internal sealed class DropoutMask() : OpsetStep(10, "Dropout")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.HasOutput(1)) return;
        var type = scope.FactOf(node.Input(0))?.ElementType ?? ElementType.Float32;
        string mask = node.Outputs[1];
        scope.After(node, "Cast", [scope.Divert(node, 1)], mask, new Attributes { ["to"] = (long)type });
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.HasOutput(1)) throw NotBefore(node, "its mask is of booleans");
    }
}
