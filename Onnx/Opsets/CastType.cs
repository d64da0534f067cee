using Framework.Errors;
using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>Version 6 names the type by its number, before by its name.</summary>
internal sealed class CastType() : OpsetStep(6, "Cast")
{
    public override void Upgrade(NodeForm node, FormScope scope)
    {
        if (!node.Attributes.TryGet("to", out var to) || to.Kind != Framework.Graphs.AttributeKind.String) return;
        var type = to.As<string>().ToUpperInvariant() switch
        {
            "FLOAT" => ElementType.Float32,
            "DOUBLE" => ElementType.Float64,
            "FLOAT16" => ElementType.Float16,
            "INT8" => ElementType.Int8,
            "INT16" => ElementType.Int16,
            "INT32" => ElementType.Int32,
            "INT64" => ElementType.Int64,
            "UINT8" => ElementType.UInt8,
            "UINT16" => ElementType.UInt16,
            "UINT32" => ElementType.UInt32,
            "UINT64" => ElementType.UInt64,
            "BOOL" => ElementType.Bool,
            var name => throw new UnsupportedModelException(node.Place, $"it casts to '{name}'.", "Only numbers and booleans are supported."),
        };
        node.Attributes = node.Attributes.With("to", (long)type);
    }
}
