namespace Onnx.Opsets;

/// <summary>Version 20 calls the modes linear and cubic, since they work over any number of axes; before bilinear and bicubic.</summary>
internal sealed class GridSampleMode() : OpsetStep(20, "GridSample")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        string mode = node.Attributes.String("mode", "linear");
        if (mode.StartsWith("bi", StringComparison.Ordinal)) node.Attributes = node.Attributes.With("mode", mode[2..]);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (RankOf(node, 0, scope) != 4) throw NotBefore(node, "its input is no image");
        string mode = node.Attributes.String("mode", "linear");
        node.Attributes = node.Attributes.With("mode", mode == "nearest" ? mode : $"bi{mode}");
    }
}
