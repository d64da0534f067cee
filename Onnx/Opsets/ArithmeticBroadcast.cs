using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>
/// Version 7 broadcasts as NumPy does. Before, operands had equal shapes unless <c>broadcast</c> was 1; then the second one's axes stood for some of the
/// first one's: the last ones, or those from <c>axis</c> on.
/// </summary>
internal sealed class ArithmeticBroadcast() : OpsetStep(7, "Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        bool broadcast = node.Attributes.Int("broadcast", 0) != 0;
        if (broadcast && node.Attributes.Has("axis"))
        {
            int rank = RankOf(node, 0, scope), second = RankOf(node, 1, scope);
            int axis = (int)node.Attributes.Int("axis", 0);
            if (axis < 0) axis += rank;
            long[] missing = [.. Enumerable.Range(second, Math.Max(0, rank - axis - second)).Select(a => (long)a)];
            if (missing.Length > 0) node.Inputs[1] = scope.Before(node, "Unsqueeze", [node.Inputs[1]], new Attributes { ["axes"] = missing });
        }

        node.Attributes = node.Attributes.Without("broadcast", "axis");
    }
}
