using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 7 gives a scale for each axis; before there was one for the height and one for the width.</summary>
internal sealed class UpsampleFactors() : OpsetStep(7, "Upsample")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        float[] scales = [1, 1, node.Attributes.Float("height_scale", 1), node.Attributes.Float("width_scale", 1)];
        node.Attributes = node.Attributes.Without("height_scale", "width_scale").With("scales", scales);
    }
}

/// <summary>Version 9 takes the scales as an input, before as an attribute.</summary>
internal sealed class UpsampleScales() : OpsetStep(9, "Upsample")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        float[] scales = node.Attributes.Find<float[]>("scales") ?? [];
        node.SetInput(1, scope.AddConstant(node, "scales", Tensor.From(scales, [scales.Length])));
        node.Attributes = node.Attributes.Without("scales");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        node.Attributes = node.Attributes.With("scales", ConstantInput(node, 1, scope).ToArray<float>());
        node.CutInputs(1);
    }
}

/// <summary>Version 10 calls it Resize, which may also make smaller.</summary>
internal sealed class UpsampleName() : OpsetStep(10, "Upsample", "Resize")
{
    public override void Upgrade(NodeForm node, FormScope scope) => node.Operator = "Resize";

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (scope.FactOf(node.Input(1))?.Constant is { } scales && scales.ToArray<float>().Any(s => s < 1)) throw NotBefore(node, "it makes an extent smaller");
        node.Operator = "Upsample";
    }
}
