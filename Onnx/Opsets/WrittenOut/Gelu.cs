namespace Onnx.Opsets.WrittenOut;

/// <summary>x (1 + erf(x / sqrt 2)) / 2, or with <c>approximate</c> x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.</summary>
internal sealed class Gelu() : WrittenOut(20, "Gelu")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        string x = node.Inputs[0], inner;
        if (node.Attributes.String("approximate", "none") == "tanh")
        {
            string cube = scope.Before(node, "Mul", [scope.Before(node, "Mul", [x, x]), x]);
            string bent = scope.Before(node, "Add", [x, scope.Before(node, "Mul", [cube, Number(node, scope, "bend", 0.044715)])]);
            inner = scope.Before(node, "Tanh", [scope.Before(node, "Mul", [bent, Number(node, scope, "slope", Math.Sqrt(2 / Math.PI))])]);
        }
        else
        {
            inner = scope.Before(node, "Erf", [scope.Before(node, "Mul", [x, Number(node, scope, "slope", Math.Sqrt(0.5))])]);
        }

        string half = scope.Before(node, "Mul", [x, Number(node, scope, "half", 0.5)]);
        Become(node, "Mul", [half, scope.Before(node, "Add", [inner, Number(node, scope, "one", 1)])]);
    }
}
