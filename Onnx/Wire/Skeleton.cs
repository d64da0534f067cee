using System.Buffers;
using System.Runtime.InteropServices;
using Framework.Errors;
using Google.Protobuf;

namespace Onnx.Wire;

/// <summary>A run of a tensor's elements that stayed in the source: one occurrence of a data field.</summary>
/// <param name="Field">The number of the field of <c>TensorProto</c>.</param>
/// <param name="Offset">Where its bytes start in the source.</param>
/// <param name="Length">How many they are.</param>
internal readonly record struct Cut(int Field, long Offset, long Length);

/// <summary>
/// A model's messages without the elements of its tensors. The generated classes would hold every weight twice before a tensor gets it
/// (the file's bytes and their own copy), and cannot read more than 2 GB; so the wire form is gone through first, elements are left where
/// they are, and each <c>TensorProto</c> notes in its field <c>cut</c> which entry of <see cref="Cuts"/> says where. Going through also
/// finds the byte at which a damaged file breaks off.
/// </summary>
internal sealed class Skeleton
{
    // Elements that take no more bytes than this stay in the message.
    private const int SmallestCut = 256;

    // Each model in a graph's attribute is three messages deep; the generated parser stops at 100 too.
    private const int DeepestMessage = 96;

    // What a parsed message and a parsed field cost in memory at least, and what all may cost beyond three times the file. A file of
    // nothing but empty messages would otherwise grow a hundredfold.
    private const int BytesOfMessage = 128;
    private const int BytesOfField = 16;
    private const long FreeBytes = 48L << 20;

    private static readonly int[] s_dataFields =
    [
        TensorProto.FloatDataFieldNumber, TensorProto.Int32DataFieldNumber, TensorProto.Int64DataFieldNumber, TensorProto.RawDataFieldNumber,
        TensorProto.DoubleDataFieldNumber, TensorProto.Uint64DataFieldNumber,
    ];

    private readonly ByteSource _source;
    private readonly ArrayBufferWriter<byte> _bytes = new(1 << 12);
    private readonly List<Cut[]> _cuts = [];
    private readonly List<(int Here, long There)> _places = [];
    private long _cost;

    private enum Kind
    {
        Leaf,
        Model,
        Graph,
        Node,
        Attribute,
        Tensor,
        Sparse,
        Function,
        Training,
    }

    private Skeleton(ByteSource source) => _source = source;

    /// <summary>What was cut out, by tensor; a tensor's <c>cut</c> less one is its place here.</summary>
    public IReadOnlyList<Cut[]> Cuts => _cuts;

    /// <summary>Reads a model.</summary>
    /// <exception cref="ModelFormatException">The source is not such a message; the place is the byte.</exception>
    public static (ModelProto Message, IReadOnlyList<Cut[]> Cuts) ReadModel(ByteSource source)
    {
        var message = new ModelProto();
        return (message, Read(source, Kind.Model, message));
    }

    /// <summary>Reads a tensor.</summary>
    /// <inheritdoc cref="ReadModel"/>
    public static (TensorProto Message, IReadOnlyList<Cut[]> Cuts) ReadTensor(ByteSource source)
    {
        var message = new TensorProto();
        return (message, Read(source, Kind.Tensor, message));
    }

    private static List<Cut[]> Read(ByteSource source, Kind kind, IMessage message)
    {
        var skeleton = new Skeleton(source);
        using (var reader = new ByteReader(source, 0, source.Length)) skeleton.Walk(reader, kind, source.Length, 0);
        var input = new CodedInputStream(skeleton._bytes.WrittenSpan.ToArray());
        try
        {
            message.MergeFrom(input);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new ModelFormatException(
                source.Place(skeleton.PlaceOf((int)input.Position)), "the protocol buffer message is damaged.", "The file is damaged, or no ONNX file.", e);
        }

        return skeleton._cuts;
    }

    private void Walk(ByteReader reader, Kind kind, long end, int depth)
    {
        if (depth > DeepestMessage) throw new ModelFormatException(_source.Place(reader.Position), $"messages are nested more than {DeepestMessage} deep.");
        Charge(BytesOfMessage);
        List<Cut>? cuts = null;
        while (reader.Position < end)
        {
            Charge(BytesOfField);
            long start = reader.Position;
            ulong tag = reader.ReadVarint();
            var type = (WireFormat.WireType)(tag & 7);
            ulong field = tag >> 3;
            if (field is 0 or > int.MaxValue >> 2) throw Damaged(start, "a field has an impossible number");
            long length = type switch
            {
                WireFormat.WireType.Varint => 0,
                WireFormat.WireType.Fixed32 => sizeof(uint),
                WireFormat.WireType.Fixed64 => sizeof(ulong),
                WireFormat.WireType.LengthDelimited => (long)reader.ReadVarint(),
                _ => throw Damaged(start, $"a field is of the wire type {(int)type}, which no ONNX file uses"),
            };
            if (length < 0 || length > end - reader.Position)
                throw Damaged(start, FormattableString.Invariant($"a field promises {(ulong)length} bytes where {end - reader.Position} are left"));

            var child = type == WireFormat.WireType.LengthDelimited ? ChildOf(kind, (int)field) : Kind.Leaf;
            if (kind == Kind.Tensor && field == TensorProto.CutFieldNumber) Skip(reader, type, length);
            else if (kind == Kind.Tensor && IsCut((int)field, length, cuts)) Cut(reader, (int)field, type, length, cuts ??= [], start);
            else if (child != Kind.Leaf) CopyMessage(reader, child, tag, length, depth);
            else Copy(reader, start, tag, type, length, end);
        }

        if (reader.Position != end) throw Damaged(end, "a number reaches over the end of its message");
        if (cuts is null) return;
        _cuts.Add([.. cuts]);
        WriteVarint(((ulong)TensorProto.CutFieldNumber << 3) | (ulong)WireFormat.WireType.Varint);
        WriteVarint((ulong)_cuts.Count);
    }

    private static Kind ChildOf(Kind parent, int field) => (parent, field) switch
    {
        (Kind.Model, ModelProto.GraphFieldNumber) => Kind.Graph,
        (Kind.Model, ModelProto.TrainingInfoFieldNumber) => Kind.Training,
        (Kind.Model, ModelProto.FunctionsFieldNumber) => Kind.Function,
        (Kind.Training, TrainingInfoProto.InitializationFieldNumber or TrainingInfoProto.AlgorithmFieldNumber) => Kind.Graph,
        (Kind.Function, FunctionProto.NodeFieldNumber) => Kind.Node,
        (Kind.Function, FunctionProto.AttributeProtoFieldNumber) => Kind.Attribute,
        (Kind.Graph, GraphProto.NodeFieldNumber) => Kind.Node,
        (Kind.Graph, GraphProto.InitializerFieldNumber) => Kind.Tensor,
        (Kind.Graph, GraphProto.SparseInitializerFieldNumber) => Kind.Sparse,
        (Kind.Node, NodeProto.AttributeFieldNumber) => Kind.Attribute,
        (Kind.Attribute, AttributeProto.TFieldNumber or AttributeProto.TensorsFieldNumber) => Kind.Tensor,
        (Kind.Attribute, AttributeProto.GFieldNumber or AttributeProto.GraphsFieldNumber) => Kind.Graph,
        (Kind.Attribute, AttributeProto.SparseTensorFieldNumber or AttributeProto.SparseTensorsFieldNumber) => Kind.Sparse,
        (Kind.Sparse, SparseTensorProto.ValuesFieldNumber or SparseTensorProto.IndicesFieldNumber) => Kind.Tensor,
        _ => Kind.Leaf,
    };

    // Once a field's elements were cut, so are all that follow them in the same field: they stay in order.
    private static bool IsCut(int field, long length, List<Cut>? cuts) =>
        s_dataFields.Contains(field) && (length > SmallestCut || (cuts is not null && cuts.Exists(c => c.Field == field)));

    private void Cut(ByteReader reader, int field, WireFormat.WireType type, long length, List<Cut> cuts, long start)
    {
        if (type != WireFormat.WireType.LengthDelimited) throw Damaged(start, "elements of a tensor stand alone after others that are packed");
        cuts.Add(new Cut(field, reader.Position, length));
        reader.Skip(length);
        Note(reader.Position);
    }

    private static void Skip(ByteReader reader, WireFormat.WireType type, long length)
    {
        if (type == WireFormat.WireType.Varint) reader.ReadVarint();
        else reader.Skip(length);
    }

    private void Copy(ByteReader reader, long start, ulong tag, WireFormat.WireType type, long length, long end)
    {
        WriteVarint(tag);
        if (type == WireFormat.WireType.Varint)
        {
            WriteVarint(reader.ReadVarint());
            if (reader.Position > end) throw Damaged(start, "a number reaches over the end of its message");
            return;
        }

        if (type == WireFormat.WireType.LengthDelimited) WriteVarint((ulong)length);
        if (length > Array.MaxLength - (1 << 20) - _bytes.WrittenCount) throw Damaged(start, "the model without its tensors is larger than 2 GB");
        reader.Read(_bytes.GetSpan((int)length)[..(int)length]);
        _bytes.Advance((int)length);
    }

    // The length is known only once the message has been gone through, so five bytes are kept free for it: the wire form allows a number
    // to be longer than it has to.
    private void CopyMessage(ByteReader reader, Kind kind, ulong tag, long length, int depth)
    {
        const int lengthBytes = 5;
        WriteVarint(tag);
        int place = _bytes.WrittenCount;
        _bytes.GetSpan(lengthBytes)[..lengthBytes].Clear();
        _bytes.Advance(lengthBytes);
        Note(reader.Position);
        Walk(reader, kind, reader.Position + length, depth + 1);
        uint written = (uint)(_bytes.WrittenCount - place - lengthBytes);
        var target = MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span.Slice(place, lengthBytes);
        for (int i = 0; i < lengthBytes; i++) target[i] = (byte)(((written >> (7 * i)) & 0x7f) | (i < lengthBytes - 1 ? 0x80u : 0));
        Note(reader.Position);
    }

    private void WriteVarint(ulong value)
    {
        var target = _bytes.GetSpan(10);
        int count = 0;
        for (; value >= 0x80; value >>= 7) target[count++] = (byte)(value | 0x80);
        target[count++] = (byte)value;
        _bytes.Advance(count);
    }

    private void Charge(int bytes)
    {
        _cost += bytes;
        if (_cost > FreeBytes + (3 * _source.Length))
            throw new ModelFormatException(_source.Name, $"holds so many small messages that they would take far more memory than its {_source.Length} bytes.");
    }

    // From here on what is written follows what is read byte by byte, until the next note.
    private void Note(long there) => _places.Add((_bytes.WrittenCount, there));

    private long PlaceOf(int here)
    {
        int index = _places.FindLastIndex(p => p.Here <= here);
        return index < 0 ? here : _places[index].There + (here - _places[index].Here);
    }

    private ModelFormatException Damaged(long offset, string problem) =>
        new(_source.Place(offset), $"{problem}.", "The file is truncated or damaged, or no ONNX file.");
}
