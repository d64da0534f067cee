using Framework.Graphs;

namespace Onnx.Opsets.WrittenOut;

/// <summary>(x - mean) / sqrt(variance + epsilon) scale + shift, mean and variance over the axes from <c>axis</c> on.</summary>
internal sealed class LayerNormalization() : WrittenOut(17, "LayerNormalization")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        int rank = RankOf(node, 0, scope);
        long axis = node.Attributes.Int("axis", -1);
        var over = new Attributes { ["axes"] = Enumerable.Range((int)(axis < 0 ? axis + rank : axis), rank - (int)(axis < 0 ? axis + rank : axis)).Select(a => (long)a).ToArray() };
        string x = node.Inputs[0], scale = node.Inputs[1], shift = node.Input(2);
        string mean = scope.Before(node, "ReduceMean", [x], over);
        string centred = scope.Before(node, "Sub", [x, mean]);
        string variance = scope.Before(node, "ReduceMean", [scope.Before(node, "Mul", [centred, centred])], over);
        string deviation = scope.Before(node, "Sqrt", [scope.Before(node, "Add", [variance, Number(node, scope, "epsilon", node.Attributes.Float("epsilon", 1e-5f))])]);
        string scaled = scope.Before(node, "Div", [centred, deviation]);
        if (node.HasOutput(1)) scope.After(node, "Identity", [mean], node.Outputs[1]);
        if (node.HasOutput(2)) scope.After(node, "Reciprocal", [deviation], node.Outputs[2]);
        node.Outputs.RemoveRange(1, node.Outputs.Count - 1);
        if (shift.Length == 0) Become(node, "Mul", [scaled, scale]);
        else Become(node, "Add", [scope.Before(node, "Mul", [scaled, scale]), shift]);
    }
}
