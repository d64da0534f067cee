namespace Onnx.Opsets;

/// <summary>Version 18 may smooth before it makes smaller, name the axes that it resizes, and keep the aspect ratio.</summary>
internal sealed class ResizeAxes() : OpsetStep(18, "Resize")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.Int("antialias", 0) != 0) throw NotBefore(node, "its antialias is 1");
        if (node.Attributes.Has("axes")) throw NotBefore(node, "it names axes");
        if (node.Attributes.String("keep_aspect_ratio_policy", "stretch") is var policy && policy != "stretch") throw NotBefore(node, $"its keep_aspect_ratio_policy is {policy}");
        node.Attributes = node.Attributes.Without("antialias", "keep_aspect_ratio_policy");
    }
}
