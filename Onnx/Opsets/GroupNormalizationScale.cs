using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>Version 21 has a scale and a bias for each channel; before for each group.</summary>
internal sealed class GroupNormalizationScale() : OpsetStep(21, "GroupNormalization")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        long groups = node.Attributes.Int("num_groups", 1);
        if (scope.FactOf(node.Input(0))?.Shape is not { Rank: >= 2 } shape || !shape[1].IsKnown || groups < 1)
            throw new UnsupportedModelException(node.Place, "the number of its channels is unknown, and before operator set 21 it has a scale for each group of them.");
        for (int i = 1; i <= 2; i++)
        {
            string what = i == 1 ? "scale" : "bias";
            string column = scope.Before(node, "Reshape", [node.Inputs[i], scope.AddIntegers(node, $"{what}.column", groups, 1)]);
            string spread = scope.Before(node, "Expand", [column, scope.AddIntegers(node, $"{what}.spread", groups, shape[1].Value / groups)]);
            node.Inputs[i] = scope.Before(node, "Reshape", [spread, scope.AddIntegers(node, $"{what}.channels", shape[1].Value)]);
        }
    }
}
