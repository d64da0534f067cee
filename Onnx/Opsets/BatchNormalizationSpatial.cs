using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>Version 9 always normalises whole channels; before, <c>spatial</c> 0 asked for every place by itself.</summary>
internal sealed class BatchNormalizationSpatial() : OpsetStep(9, "BatchNormalization")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        // Without spatial axes both are the same.
        if (node.Attributes.Int("spatial", 1) == 0 && RankOf(node, 0, scope) > 2)
            throw new UnsupportedModelException(node.Place, "it normalises every place by itself (spatial is 0).", "Write it out in arithmetic operators.");
        node.Attributes = node.Attributes.Without("spatial");
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        // Left out, spatial is 1.
    }
}
