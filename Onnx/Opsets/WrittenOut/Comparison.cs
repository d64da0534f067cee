namespace Onnx.Opsets.WrittenOut;

/// <summary>Greater or equal, less or equal: one of both holds, which not-a-number fulfils neither.</summary>
internal sealed class Comparison() : WrittenOut(12, "GreaterOrEqual", "LessOrEqual")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        string strict = scope.Before(node, node.Operator == "GreaterOrEqual" ? "Greater" : "Less", node.Inputs);
        Become(node, "Or", [strict, scope.Before(node, "Equal", node.Inputs)]);
    }
}
