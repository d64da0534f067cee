using Framework.Graphs;

namespace Onnx.Opsets;

/// <summary>Integers (axes, extents, sizes) that were an attribute and are an input.</summary>
internal sealed class IntegersToInput(int version, string attribute, int input, params string[] operators) : OpsetStep(version, operators)
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        // A single integer was allowed where one axis was meant.
        if (!node.Attributes.TryGet(attribute, out var value)) return;
        long[] values = value.Kind == AttributeKind.Int ? [value.As<long>()] : node.Attributes.Ints(attribute)!;
        node.Attributes = node.Attributes.Without(attribute);
        node.SetInput(input, scope.AddIntegers(node, attribute, values));
    }

    public override void Downgrade(NodeForm node, FormScope scope)
    {
        if (!node.HasInput(input)) return;
        long[] values = ConstantInput(node, input, scope).ToArray<long>();
        if (values.Length > 0) node.Attributes = node.Attributes.With(attribute, values);
        node.SetInput(input, "");
    }
}
