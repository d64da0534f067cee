using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 11 takes pads and value as inputs, before as attributes.</summary>
internal sealed class PadInputs() : OpsetStep(11, "Pad")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        node.SetInput(1, scope.AddIntegers(node, "pads", node.Attributes.Ints("pads") ?? []));
        if (node.Attributes.Has("value"))
        {
            var type = scope.FactOf(node.Input(0))?.ElementType ?? ElementType.Float32;
            node.SetInput(2, scope.AddConstant(node, "value", Tensor.Scalar(node.Attributes.Float("value", 0)).To(type)));
        }

        node.Attributes = node.Attributes.Without("pads", "value");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        node.Attributes = node.Attributes.With("pads", ConstantInput(node, 1, scope).ToArray<long>());
        if (node.HasInput(2)) node.Attributes = node.Attributes.With("value", ConstantInput(node, 2, scope).ToArray<float>()[0]);
        node.CutInputs(1);
    }
}
