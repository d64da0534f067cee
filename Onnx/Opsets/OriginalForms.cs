using Framework.Errors;
using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>Version 2 calls the pads <c>pads</c>, before <c>paddings</c>.</summary>
internal sealed class PadPaddings() : OpsetStep(2, "Pad")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.Ints("paddings") is { } pads) node.Attributes = node.Attributes.Without("paddings").With("pads", pads);
    }
}

/// <summary>Version 2 takes the sizes of the parts as an attribute; before they could also be an input.</summary>
internal sealed class SplitSizes() : OpsetStep(2, "Split")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.HasInput(1)) return;
        node.Attributes = node.Attributes.With("split", ConstantInput(node, 1, scope).ToArray<long>());
        node.CutInputs(1);
    }
}

/// <summary>Version 2 has a whole number as the norm's power, before a float.</summary>
internal sealed class LpPoolPower() : OpsetStep(2, "LpPool", "GlobalLpPool")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.Attributes.TryGet("p", out var p) || p.Kind != AttributeKind.Float) return;
        float power = node.Attributes.Float("p", 2);
        if (power != MathF.Truncate(power)) throw new UnsupportedModelException(node.Place, $"the power {power} of its norm is no whole number.");
        node.Attributes = node.Attributes.With("p", (long)power);
    }
}
