using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Element types of the first input that an operator does not take before a version.</summary>
internal sealed class NewTypes(int version, Func<ElementType, bool> isNew, params string[] operators) : OpsetStep(version, operators)
{
    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (scope.FactOf(node.Input(0))?.ElementType is { } type && type != ElementType.Undefined && isNew(type)) throw NotBefore(node, $"it works on {type}");
    }
}
