namespace Onnx.Opsets;

/// <summary>Axes may be counted from the end from version 11 on.</summary>
internal sealed class NegativeAxes() : OpsetStep(
    11,
    [
        "ArgMax", "ArgMin", "Compress", "Concat", "Flatten", "Gather", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
        "ReduceProd", "ReduceSum", "ReduceSumSquare", "Slice", "Split", "Squeeze", "Unsqueeze",
    ])
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (node.Attributes.Int("axis", 0) is < 0 and var axis) node.Attributes = node.Attributes.With("axis", axis + RankOf(node, 0, scope));
        if (node.Attributes.Ints("axes") is { } axes && axes.Any(a => a < 0))
        {
            // Unsqueeze counts the axes of its result.
            int rank = RankOf(node, 0, scope) + (node.Operator == "Unsqueeze" ? axes.Length : 0);
            node.Attributes = node.Attributes.With("axes", Array.ConvertAll(axes, a => a < 0 ? a + rank : a));
        }

        // Slice has its axes in an input, up from version 10.
        const int sliceAxes = 3;
        if (node.Operator == "Slice" && node.HasInput(sliceAxes) && ConstantInput(node, sliceAxes, scope).ToArray<long>() is var inputs && inputs.Any(a => a < 0))
            node.SetInput(sliceAxes, scope.AddIntegers(node, "axes", Array.ConvertAll(inputs, a => a < 0 ? a + RankOf(node, 0, scope) : a)));
    }
}
