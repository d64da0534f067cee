namespace Onnx.Opsets;

/// <summary>Version 8 broadcasts; before, all operands had the same shape.</summary>
internal sealed class SumBroadcast() : OpsetStep(8, "Sum", "Max", "Min", "Mean")
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        var first = scope.FactOf(node.Input(0))?.Shape;
        if (first is null || node.Inputs.Exists(i => scope.FactOf(i)?.Shape != first)) throw NotBefore(node, "its operands have different shapes");
    }
}
