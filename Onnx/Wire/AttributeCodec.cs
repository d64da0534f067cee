using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;
using Google.Protobuf;
using Type = Onnx.Wire.AttributeProto.Types.AttributeType;

namespace Onnx.Wire;

/// <summary>Attributes, from and to a file.</summary>
internal static class AttributeCodec
{
    /// <summary>The value of an attribute.</summary>
    /// <param name="message">The attribute.</param>
    /// <param name="place">How messages name it.</param>
    /// <param name="tensors">Makes its tensor.</param>
    /// <exception cref="ModelFormatException">It has no value, or text that is none.</exception>
    /// <exception cref="UnsupportedModelException">It is of a kind that no implemented operator takes.</exception>
    public static AttributeValue Read(AttributeProto message, string place, TensorReader tensors) => KindOf(message) switch
    {
        Type.Float => message.F,
        Type.Int => message.I,
        Type.String => Text(message.S, place),
        Type.Tensor => tensors.Read(message.T ?? throw Empty(place), place),
        Type.Floats => message.Floats.ToArray(),
        Type.Ints => message.Ints.ToArray(),
        Type.Strings => message.Strings.Select(s => Text(s, place)).ToArray(),
        Type.Undefined => throw Empty(place),
        var kind => throw new UnsupportedModelException(place, $"is of the kind {kind}, which no implemented operator takes."),
    };

    /// <summary>An attribute as a file holds it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <param name="body">Writes a sub-graph.</param>
    public static AttributeProto Write(string name, AttributeValue value, Func<Graph, GraphProto> body)
    {
        var message = new AttributeProto { Name = name, Type = (Type)value.Kind };
        switch (value.Kind)
        {
            case AttributeKind.Float: message.F = value.As<float>(); break;
            case AttributeKind.Int: message.I = value.As<long>(); break;
            case AttributeKind.String: message.S = ByteString.CopyFromUtf8(value.As<string>()); break;
            case AttributeKind.Tensor: message.T = TensorWriter.Write(value.As<Tensor>(), null); break;
            case AttributeKind.Graph: message.G = body(value.As<Graph>()); break;
            case AttributeKind.Floats: message.Floats.Add(value.As<float[]>()); break;
            case AttributeKind.Ints: message.Ints.Add(value.As<long[]>()); break;
            case AttributeKind.Strings: message.Strings.Add(value.As<string[]>().Select(ByteString.CopyFromUtf8)); break;
            default: throw new ArgumentOutOfRangeException(nameof(value), value.Kind, "has no form in a file");
        }

        return message;
    }

    /// <summary>The kind of an attribute; files of the first format version do not say it.</summary>
    public static Type KindOf(AttributeProto message) =>
        message.HasType && message.Type != Type.Undefined ? message.Type
        : message.HasF ? Type.Float
        : message.HasI ? Type.Int
        : message.HasS ? Type.String
        : message.T is not null ? Type.Tensor
        : message.G is not null ? Type.Graph
        : message.Floats.Count > 0 ? Type.Floats
        : message.Ints.Count > 0 ? Type.Ints
        : message.Strings.Count > 0 ? Type.Strings
        : message.Tensors.Count > 0 ? Type.Tensors
        : message.Graphs.Count > 0 ? Type.Graphs
        : Type.Undefined;

    private static string Text(ByteString bytes, string place)
    {
        try
        {
            return s_utf8.GetString(bytes.Span);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException(place, "is no text in UTF-8.", null, e);
        }
    }

    private static readonly System.Text.UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private static ModelFormatException Empty(string place) => new(place, "has no value.");
}
