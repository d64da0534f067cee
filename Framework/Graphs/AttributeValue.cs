using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>The kind of an attribute; the numbers are those of ONNX's <c>AttributeProto.AttributeType</c>.</summary>
public enum AttributeKind
{
    /// <summary>No kind.</summary>
    Undefined = 0,

    /// <summary>A binary32.</summary>
    Float = 1,

    /// <summary>A 64-bit integer.</summary>
    Int = 2,

    /// <summary>A text.</summary>
    String = 3,

    /// <summary>A tensor.</summary>
    Tensor = 4,

    /// <summary>A sub-graph, the body of <c>If</c> or <c>Loop</c>.</summary>
    Graph = 5,

    /// <summary>Several binary32.</summary>
    Floats = 6,

    /// <summary>Several 64-bit integers.</summary>
    Ints = 7,

    /// <summary>Several texts.</summary>
    Strings = 8,
}

/// <summary>The value of an attribute of a node.</summary>
public readonly struct AttributeValue
{
    private readonly object? _value;

    private AttributeValue(AttributeKind kind, object value)
    {
        Kind = kind;
        _value = value;
    }

    /// <summary>Which kind of value this is.</summary>
    public AttributeKind Kind { get; }

    /// <summary>The value as <typeparamref name="T"/>: <c>long</c>, <c>float</c>, <c>string</c>, arrays of these, <see cref="Tensor"/> or <see cref="Graph"/>.</summary>
    /// <exception cref="InvalidCastException">The attribute is of another kind.</exception>
    public T As<T>() => _value is T value ? value : throw new InvalidCastException($"the attribute is of kind {Kind}");

    /// <summary>An integer.</summary>
    public static implicit operator AttributeValue(long value) => new(AttributeKind.Int, value);

    /// <summary>An integer, 0 or 1.</summary>
    public static implicit operator AttributeValue(bool value) => new(AttributeKind.Int, value ? 1L : 0L);

    /// <summary>A float.</summary>
    public static implicit operator AttributeValue(float value) => new(AttributeKind.Float, value);

    /// <summary>A text.</summary>
    public static implicit operator AttributeValue(string value) => new(AttributeKind.String, value);

    /// <summary>Integers.</summary>
    public static implicit operator AttributeValue(long[] value) => new(AttributeKind.Ints, value);

    /// <summary>Floats.</summary>
    public static implicit operator AttributeValue(float[] value) => new(AttributeKind.Floats, value);

    /// <summary>Texts.</summary>
    public static implicit operator AttributeValue(string[] value) => new(AttributeKind.Strings, value);

    /// <summary>A tensor.</summary>
    public static implicit operator AttributeValue(Tensor value) => new(AttributeKind.Tensor, value);

    /// <summary>A sub-graph.</summary>
    public static implicit operator AttributeValue(Graph value) => new(AttributeKind.Graph, value);

    /// <summary>The value as text, as in the text form of a graph.</summary>
    public override string ToString() => _value switch
    {
        null => "?",
        long[] values => $"[{string.Join(',', values)}]",
        float[] values => $"[{string.Join(',', values)}]",
        string[] values => $"[{string.Join(',', values)}]",
        string text => $"\"{text}\"",
        Graph => "{graph}",
        _ => FormattableString.Invariant($"{_value}"),
    };
}
