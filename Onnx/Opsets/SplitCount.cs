namespace Onnx.Opsets;

/// <summary>
/// Version 18 says how many parts there are where it does not say their sizes, and the last may be smaller; before, parts without sizes were equal.
/// </summary>
internal sealed class SplitCount() : OpsetStep(18, "Split")
{
    private const int Sizes = 1;

    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.HasInput(Sizes)) node.Attributes = node.Attributes.With("num_outputs", node.Outputs.Count);
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        node.Attributes = node.Attributes.Without("num_outputs");
        if (node.HasInput(Sizes)) return;
        int rank = RankOf(node, 0, scope);
        long axis = node.Attributes.Int("axis", 0);
        var extent = scope.FactOf(node.Input(0))!.Shape![(int)(axis < 0 ? axis + rank : axis)];
        if (!extent.IsKnown) throw NotBefore(node, "the extent that it divides is open and may leave a smaller last part");
        long count = node.Outputs.Count, size = (extent.Value + count - 1) / count;
        if (extent.Value % count != 0)
            node.SetInput(Sizes, scope.AddIntegers(node, "split", [.. Enumerable.Range(0, (int)count).Select(i => Math.Clamp(extent.Value - (i * size), 0, size))]));
    }
}
