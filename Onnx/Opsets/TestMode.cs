using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Before version 7 an attribute said whether the model is tested; left out, it was being trained.</summary>
internal sealed class TestMode() : OpsetStep(7, "BatchNormalization", "Dropout")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        bool training = node.Attributes.Int("is_test", 0) == 0;
        node.Attributes = node.Attributes.Without("is_test");
        if (!training) return;

        // What says so today came to BatchNormalization in version 14 and to Dropout in 12; nothing on the way looks at it.
        if (node.Operator == "BatchNormalization") node.Attributes = node.Attributes.With("training_mode", 1);
        else node.SetInput(2, scope.AddConstant(node, "training_mode", Tensor.Scalar(true)));
    }
}
