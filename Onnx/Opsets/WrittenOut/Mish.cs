namespace Onnx.Opsets.WrittenOut;

/// <summary>x tanh(softplus(x)).</summary>
internal sealed class Mish() : WrittenOut(18, "Mish")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        string x = node.Inputs[0];
        Become(node, "Mul", [x, scope.Before(node, "Tanh", [scope.Before(node, "Softplus", [x])])]);
    }
}
