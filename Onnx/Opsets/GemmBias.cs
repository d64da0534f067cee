using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 11 may leave the third operand out; before, zero stands for it.</summary>
internal sealed class GemmBias() : OpsetStep(11, "Gemm")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        var type = scope.FactOf(node.Input(0))?.ElementType ?? ElementType.Float32;
        if (!node.HasInput(2)) node.SetInput(2, scope.AddConstant(node, "bias", new Tensor(type, [1])));
    }
}
