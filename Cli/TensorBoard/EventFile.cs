using System.Buffers.Binary;
using System.Numerics;
using Google.Protobuf;

namespace Cli.TensorBoard;

/// <summary>
/// A file of TensorBoard's: records, each framed by its length and two checksums, that hold messages <c>Event</c> (fields 1 wall time, 2 step, 3 file version,
/// 5 summary) with a <c>Summary</c> of values (1 tag, 2 number).
/// </summary>
internal sealed class EventFile : IDisposable
{
    private const string Version = "brain.Event:2";
    private const uint MaskDelta = 0xA282EAD8;

    private const int WallTime = 1, Step = 2, FileVersion = 3, Summary = 5;
    private const int SummaryValue = 1, Tag = 1, SimpleValue = 2;

    private readonly Stream _stream;
    private readonly TimeProvider _time;

    /// <summary>Begins a file.</summary>
    public EventFile(Stream stream, TimeProvider? time = null)
    {
        _stream = stream;
        _time = time ?? TimeProvider.System;
        Write(Message(output =>
        {
            Time(output);
            output.WriteTag(FileVersion, WireFormat.WireType.LengthDelimited);
            output.WriteString(Version);
        }));
    }

    /// <summary>Adds numbers that belong to a step, and hands them to the operating system.</summary>
    public void Add(long step, params IReadOnlyList<(string Tag, double Value)> values)
    {
        Write(Message(output =>
        {
            Time(output);
            output.WriteTag(Step, WireFormat.WireType.Varint);
            output.WriteInt64(step);
            output.WriteTag(Summary, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(Message(summary =>
            {
                foreach (var (tag, value) in values) WriteValue(summary, tag, value);
            })));
        }));
        _stream.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void WriteValue(CodedOutputStream summary, string tag, double value)
    {
        summary.WriteTag(SummaryValue, WireFormat.WireType.LengthDelimited);
        summary.WriteBytes(ByteString.CopyFrom(Message(output =>
        {
            output.WriteTag(Tag, WireFormat.WireType.LengthDelimited);
            output.WriteString(tag);
            output.WriteTag(SimpleValue, WireFormat.WireType.Fixed32);
            output.WriteFloat((float)value);
        })));
    }

    private static byte[] Message(Action<CodedOutputStream> write)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream, leaveOpen: true)) write(output);
        return stream.ToArray();
    }

    private void Time(CodedOutputStream output)
    {
        output.WriteTag(WallTime, WireFormat.WireType.Fixed64);
        output.WriteDouble((_time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds);
    }

    private void Write(ReadOnlySpan<byte> message)
    {
        Span<byte> head = stackalloc byte[sizeof(long) + sizeof(uint)];
        BinaryPrimitives.WriteInt64LittleEndian(head, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(long)..], Masked(head[..sizeof(long)]));
        Span<byte> tail = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, Masked(message));
        _stream.Write(head);
        _stream.Write(message);
        _stream.Write(tail);
    }

    /// <summary>CRC-32C, turned and shifted, since a checksum of data that holds its own checksum would be weak.</summary>
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data) crc = BitOperations.Crc32C(crc, b);
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }
}
