using Framework.Errors;
using Framework.Tensors;

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

    // The groups' scale is 1 and their shift 0; the channels' own follow as arithmetic.
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        int rank = RankOf(node, 0, scope);
        int groups = (int)node.Attributes.Int("num_groups", 1);
        var type = scope.FactOf(node.Input(0))!.ElementType;
        var ones = new float[groups];
        Array.Fill(ones, 1);
        string column = scope.AddIntegers(node, "column", [-1, .. Enumerable.Repeat(1L, rank - 2)]);
        string scale = scope.Before(node, "Reshape", [node.Inputs[1], column]), shift = scope.Before(node, "Reshape", [node.Inputs[2], column]);
        node.Inputs[1] = scope.AddConstant(node, "ones", Tensor.From(ones, [groups]).To(type));
        node.Inputs[2] = scope.AddConstant(node, "zeros", new Tensor(type, [groups]));
        node.Attributes = node.Attributes.Without("stash_type");
        string output = node.Outputs[0], scaled = scope.Fresh(node, "scaled");
        scope.After(node, "Mul", [scope.Divert(node, 0), scale], scaled);
        scope.After(node, "Add", [scaled, shift], output);
    }
}
