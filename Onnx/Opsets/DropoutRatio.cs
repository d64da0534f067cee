using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 12 takes the ratio as an input, and another input says whether the node trains; before it never did.</summary>
internal sealed class DropoutRatio() : OpsetStep(12, "Dropout")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.Attributes.Has("ratio")) return;
        node.SetInput(1, scope.AddConstant(node, "ratio", Tensor.Scalar(node.Attributes.Float("ratio", 0.5f))));
        node.Attributes = node.Attributes.Without("ratio");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.HasInput(2) && ConstantInput(node, 2, scope).ToArray<long>()[0] != 0) throw NotBefore(node, "it drops at random, as in training");
        if (node.HasInput(1)) node.Attributes = node.Attributes.With("ratio", ConstantInput(node, 1, scope).ToArray<float>()[0]);
        node.Attributes = node.Attributes.Without("seed");
        node.CutInputs(1);
    }
}
