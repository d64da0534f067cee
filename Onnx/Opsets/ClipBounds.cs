using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 11 takes the bounds as inputs, before as attributes.</summary>
internal sealed class ClipBounds() : OpsetStep(11, "Clip")
{
    private static readonly string[] s_bounds = ["min", "max"];

    public override void Upgrade(NodeForm node, FormScope scope)
    {
        var type = scope.FactOf(node.Input(0))?.ElementType ?? ElementType.Float32;
        for (int i = 0; i < s_bounds.Length; i++)
        {
            if (node.Attributes.Has(s_bounds[i]))
                node.SetInput(i + 1, scope.AddConstant(node, s_bounds[i], Tensor.Scalar(node.Attributes.Float(s_bounds[i], 0)).To(type)));
        }

        node.Attributes = node.Attributes.Without(s_bounds);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        for (int i = 0; i < s_bounds.Length; i++)
        {
            if (node.HasInput(i + 1)) node.Attributes = node.Attributes.With(s_bounds[i], ConstantInput(node, i + 1, scope).ToArray<float>()[0]);
        }

        node.CutInputs(1);
    }
}
