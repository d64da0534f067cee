using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>Version 7 broadcasts the slope to the input. Before, a vector of slopes held one for each channel.</summary>
internal sealed class PReluSlope() : OpsetStep(7, "PRelu")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (scope.FactOf(node.Input(1))?.Shape is not { Rank: 1 } slope || slope[0] == 1) return;
        int rank = RankOf(node, 0, scope);
        if (rank <= 2) return;
        long[] axes = [.. Enumerable.Range(1, rank - 2).Select(a => (long)a)];
        node.Inputs[1] = scope.Before(node, "Unsqueeze", [node.Inputs[1]], new Attributes { ["axes"] = axes });
    }
}
