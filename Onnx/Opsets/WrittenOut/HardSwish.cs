using Framework.Graphs;

namespace Onnx.Opsets.WrittenOut;

/// <summary>x max(0, min(1, x / 6 + 1/2)).</summary>
internal sealed class HardSwish() : WrittenOut(14, "HardSwish")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        string x = node.Inputs[0];
        Become(node, "Mul", [x, scope.Before(node, "HardSigmoid", [x], new Attributes { ["alpha"] = 1f / 6, ["beta"] = 0.5f })]);
    }
}
