namespace Onnx.Opsets;

/// <summary>Version 16 says how places correspond, by default half a pixel off; before they did without.</summary>
internal sealed class RoiAlignPixels() : OpsetStep(16, "RoiAlign")
{
    private const string Transformation = "coordinate_transformation_mode";

    public override void Upgrade(NodeForm node, FormScope scope) => node.Attributes = node.Attributes.With(Transformation, "output_half_pixel");

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.String(Transformation, "half_pixel") != "output_half_pixel") throw NotBefore(node, $"its {Transformation} is half_pixel");
        node.Attributes = node.Attributes.Without(Transformation);
    }
}
