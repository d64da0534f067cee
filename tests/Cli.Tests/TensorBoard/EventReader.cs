using System.Buffers.Binary;
using System.Text;

namespace Cli.Tests.TensorBoard;

/// <summary>An event as it was read.</summary>
internal sealed record ReadEvent(double WallTime, long Step, string? Version, IReadOnlyList<(string Tag, float Value)> Values);

/// <summary>
/// Reads TensorBoard's event files by the format's description alone, with a checksum computed bit by bit: nothing of the writer's is used.
/// </summary>
internal static class EventReader
{
    public static IReadOnlyList<ReadEvent> Read(byte[] file)
    {
        var events = new List<ReadEvent>();
        for (int at = 0; at < file.Length;)
        {
            int length = checked((int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at)));
            Check(file.AsSpan(at, 8), file.AsSpan(at + 8));
            Check(file.AsSpan(at + 12, length), file.AsSpan(at + 12 + length));
            events.Add(Event(file[(at + 12)..(at + 12 + length)]));
            at += 12 + length + 4;
        }

        return events;
    }

    private static void Check(ReadOnlySpan<byte> data, ReadOnlySpan<byte> sum)
    {
        uint crc = 0xFFFFFFFF;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F63B78u);
        }

        crc = ~crc;
        uint masked = unchecked(((crc >> 15) | (crc << 17)) + 0xA282EAD8u);
        if (masked != BinaryPrimitives.ReadUInt32LittleEndian(sum)) throw new InvalidDataException("A checksum does not fit.");
    }

    private static ReadEvent Event(byte[] message)
    {
        var fields = Fields(message);
        return new ReadEvent(
            BitConverter.ToDouble(fields.Single(f => f.Number == 1).Content),
            fields.Where(f => f.Number == 2).Select(f => BitConverter.ToInt64(f.Content)).SingleOrDefault(),
            fields.Where(f => f.Number == 3).Select(f => Encoding.UTF8.GetString(f.Content)).SingleOrDefault(),
            [.. fields.Where(f => f.Number == 5).SelectMany(s => Fields(s.Content)).Where(v => v.Number == 1).Select(v => Value(v.Content))]);
    }

    private static (string, float) Value(byte[] message)
    {
        var fields = Fields(message);
        return (Encoding.UTF8.GetString(fields.Single(f => f.Number == 1).Content), BitConverter.ToSingle(fields.Single(f => f.Number == 2).Content));
    }

    private static List<(int Number, byte[] Content)> Fields(byte[] message)
    {
        var fields = new List<(int, byte[])>();
        for (int at = 0; at < message.Length;)
        {
            ulong key = Varint(message, ref at);
            int size = (key & 7) switch { 1 => 8, 2 => (int)Varint(message, ref at), 5 => 4, 0 => -1, _ => throw new InvalidDataException("wire type") };
            byte[] content = size < 0 ? BitConverter.GetBytes(Varint(message, ref at)) : message[at..(at += size)];
            fields.Add(((int)(key >> 3), content));
        }

        return fields;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
    }
}
