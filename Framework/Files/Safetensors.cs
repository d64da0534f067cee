using System.Buffers.Binary;
using System.Text.Json;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Files;

/// <summary>
/// Files of named tensors in the safetensors format: eight bytes with the length of a header, the header (JSON: for each name type, shape and place), then the
/// tensors' bytes, little-endian, end to end. Nothing in such a file can be executed.
/// </summary>
/// <remarks>A file is untrusted: every number is checked against the file's own length before it is used or memory is taken.</remarks>
public static class Safetensors
{
    private const string Metadata = "__metadata__";
    private const int Alignment = 8;
    private const int LongestHeader = 100_000_000; // as the format's own readers have it

    private static readonly (string Name, ElementType Type)[] s_types =
    [
        ("F64", ElementType.Float64), ("F32", ElementType.Float32), ("F16", ElementType.Float16), ("BF16", ElementType.BFloat16),
        ("I64", ElementType.Int64), ("I32", ElementType.Int32), ("I16", ElementType.Int16), ("I8", ElementType.Int8),
        ("U64", ElementType.UInt64), ("U32", ElementType.UInt32), ("U16", ElementType.UInt16), ("U8", ElementType.UInt8), ("BOOL", ElementType.Bool),
    ];

    /// <summary>Writes tensors, in the given order.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="tensors">Names, each once, and tensors.</param>
    /// <param name="metadata">Texts that the header holds beside them.</param>
    /// <exception cref="UsageException">The format has no such element type.</exception>
    public static void Write(Stream stream, IReadOnlyCollection<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 }) WriteMetadata(json, metadata);
            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", NameOf(name, tensor.ElementType));
                json.WriteStartArray("shape");
                foreach (int extent in tensor.Shape) json.WriteNumberValue(extent);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                json.WriteNumberValue(offset += tensor.ByteCount);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % Alignment != 0) header.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        header.WriteTo(stream);
        foreach (var (_, tensor) in tensors) stream.Write(tensor.AsBytes());
    }

    /// <summary>Reads all tensors.</summary>
    /// <param name="stream">The file, at its beginning; one whose length is known.</param>
    /// <param name="place">How messages name it.</param>
    /// <exception cref="DataFormatException">The file breaks the format's rules.</exception>
    public static IReadOnlyDictionary<string, Tensor> Read(Stream stream, string place)
    {
        long left = stream.Length - stream.Position;
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        if (left < prefix.Length) throw Broken(place, "is too short for a header.");
        stream.ReadExactly(prefix);
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        left -= prefix.Length;
        if (headerLength is < 2 or > LongestHeader || headerLength > left) throw Broken(place, $"says that its header has {headerLength} bytes; {left} follow.");
        byte[] header = new byte[headerLength];
        stream.ReadExactly(header);
        left -= headerLength;

        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        long next = 0;
        foreach (var entry in Entries(header, place).OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            // Without holes and overlaps a file has one meaning, and is no larger than what it holds.
            if (entry.Begin != next || entry.End > left) throw Broken($"{place}, tensor '{entry.Name}'", "does not lie behind the one before it and within the file.");
            var tensor = Tensor.Uninitialized(entry.Type, entry.Shape);
            stream.ReadExactly(tensor.AsBytes());
            if (!tensors.TryAdd(entry.Name, tensor)) throw Broken(place, $"has two tensors '{entry.Name}'.");
            next = entry.End;
        }

        return next == left ? tensors : throw Broken(place, $"has {left - next} bytes behind its last tensor.");
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string> metadata)
    {
        json.WriteStartObject(Metadata);
        foreach (var (key, value) in metadata) json.WriteString(key, value);
        json.WriteEndObject();
    }

    private static List<Entry> Entries(byte[] header, string place)
    {
        try
        {
            using var json = JsonDocument.Parse(header);
            return [.. json.RootElement.EnumerateObject().Where(p => p.Name != Metadata).Select(p => Read(p.Name, p.Value, place))];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw Broken(place, $"has a header that cannot be read: {error.Message}", error);
        }
    }

    private static Entry Read(string name, JsonElement value, string place)
    {
        string here = $"{place}, tensor '{name}'";
        string? dtype = value.GetProperty("dtype").GetString();
        var type = Array.Find(s_types, t => t.Name == dtype).Type;
        if (type == ElementType.Undefined) throw Broken(here, $"has the element type {dtype}, which is unknown.");
        Shape shape;
        try
        {
            shape = Shape.From([.. value.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())]);
        }
        catch (ShapeException error)
        {
            throw Broken(here, error.Problem, error);
        }

        var offsets = value.GetProperty("data_offsets");
        if (offsets.GetArrayLength() != 2) throw Broken(here, "must have two offsets.");
        var entry = new Entry(name, type, shape, offsets[0].GetInt64(), offsets[1].GetInt64());
        if (entry.Begin < 0 || entry.End - entry.Begin != (long)shape.ElementCount * type.Size() || entry.End < entry.Begin)
            throw Broken(here, $"takes bytes {entry.Begin} to {entry.End}, which do not fit {type}{shape}.");
        if (entry.End - entry.Begin > int.MaxValue) throw Broken(here, "is larger than 2 GB.");
        return entry;
    }

    private static string NameOf(string name, ElementType type) => Array.Find(s_types, t => t.Type == type).Name
        ?? throw new UsageException($"tensor '{name}'", $"is {type}, which safetensors cannot hold.");

    private static DataFormatException Broken(string place, string problem, Exception? inner = null) => new(place, problem, inner: inner);

    private readonly record struct Entry(string Name, ElementType Type, Shape Shape, long Begin, long End);
}
