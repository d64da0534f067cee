using Framework.Graphs;

namespace Onnx.Opsets.WrittenOut;

/// <summary>The instance normalisation of groups of channels taken as one, its scales and shifts those of the groups.</summary>
internal sealed class GroupNormalization() : WrittenOut(18, "GroupNormalization")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        long groups = node.Attributes.Int("num_groups", 1);
        string x = node.Inputs[0], scale = node.Inputs[1], shift = node.Inputs[2];
        string grouped = scope.Before(node, "Reshape", [x, scope.AddIntegers(node, "groups", 0, groups, -1)]);
        string normal = scope.Before(
            node, "InstanceNormalization", [grouped, scale, shift], new Attributes { ["epsilon"] = node.Attributes.Float("epsilon", 1e-5f) });
        Become(node, "Reshape", [normal, scope.Before(node, "Shape", [x])]);
    }
}
