using System.Runtime.InteropServices;
using System.Text;
using Framework.Graphs;
using Framework.Tensors;

namespace Interop.Tests.OnnxRuntime;

/// <summary>
/// Writes the few messages of an ONNX file that these tests need, straight in protocol buffer's wire form, so that the
/// binding is tested without the project's own exporter.
/// </summary>
internal sealed class TinyModel
{
    private readonly List<byte> _graph = [.. Field(2, "tiny")];

    public TinyModel Input(string name, ElementType type, params object[] extents) => Add(11, Value(name, type, extents));

    public TinyModel Output(string name, ElementType type, params object[] extents) => Add(12, Value(name, type, extents));

    public TinyModel Node(string op, string[] inputs, string[] outputs, Attributes? attributes = null) => Add(
        1,
        [
            .. inputs.SelectMany(i => Field(1, i)), .. outputs.SelectMany(o => Field(2, o)), .. Field(4, op),
            .. (attributes ?? Attributes.None).SelectMany(a => Field(5, Attribute(a.Key, a.Value))),
        ]);

    public TinyModel Initializer(string name, params float[] values) => Initializer(name, Tensor.From(values, [values.Length]));

    public TinyModel Initializer(string name, Tensor tensor) => Add(
        5,
        [.. tensor.Shape.SelectMany(e => Field(1, e)), .. Field(2, (long)tensor.ElementType), .. Field(8, name), .. Field(9, tensor.AsBytes())]);

    public byte[] ToBytes(int opset = 17)
    {
        const int irVersion = 8;
        return [.. Field(1, irVersion), .. Field(7, CollectionsMarshal.AsSpan(_graph)), .. Field(8, Field(2, opset))];
    }

    /// <summary>A value's message; an extent is a number, a name, or anything else for one that is left open.</summary>
    private static byte[] Value(string name, ElementType type, object[] extents)
    {
        byte[] shape =
        [
            .. extents.SelectMany(extent => Field(1, extent switch
            {
                string symbol => Field(2, symbol),
                int number => Field(1, number),
                _ => [],
            })),
        ];
        return [.. Field(1, name), .. Field(2, Field(1, [.. Field(1, (long)type), .. Field(2, shape)]))];
    }

    private static byte[] Attribute(string name, AttributeValue value)
    {
        byte[] content = value.Kind switch
        {
            AttributeKind.Int => Field(3, value.As<long>()),
            AttributeKind.Float => [(2 << 3) | 5, .. BitConverter.GetBytes(value.As<float>())],
            AttributeKind.String => Field(4, value.As<string>()),
            AttributeKind.Ints => [.. value.As<long[]>().SelectMany(i => Field(8, i))],
            _ => throw new NotSupportedException($"attributes of kind {value.Kind} are not written here"),
        };
        return [.. Field(1, name), .. content, .. Varint((20 << 3) | 0), .. Varint((ulong)value.Kind)];
    }

    private TinyModel Add(int field, byte[] message)
    {
        _graph.AddRange(Field(field, message));
        return this;
    }

    private static byte[] Field(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Field(int field, string value) => Field(field, Encoding.UTF8.GetBytes(value));

    private static byte[] Field(int field, ReadOnlySpan<byte> value) =>
        [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)value.Length), .. value];

    private static List<byte> Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }
}
