using Framework.Tensors;

namespace Onnx.Tests.Fuzz;

/// <summary>
/// Changes a protocol buffer message in ways that mostly keep it one: fields go, come twice, change places, take values from the edges or from
/// other models; lengths follow. Now and then it breaks the wire form itself.
/// </summary>
internal sealed class WireMutator(CounterRandom random, IReadOnlyList<byte[]> corpus)
{
    private const int DeepestMessage = 40;

    private static readonly ulong[] s_edges =
    [
        0, 1, 2, 3, 7, 8, 255, 256, 65535, int.MaxValue, 1UL + int.MaxValue, uint.MaxValue, long.MaxValue, 1UL + long.MaxValue, ulong.MaxValue, ulong.MaxValue - 1,
        1UL << 40, 1_000_000,
    ];

    /// <summary>A changed copy of a message.</summary>
    public byte[] Mutate(byte[] message)
    {
        byte[] result = message;
        for (int n = random.NextInt(3); n >= 0; n--)
        {
            result = random.NextInt(10) switch
            {
                0 => FlipBits(result),
                1 => Truncate(result),
                _ => MutateMessage(result, 0),
            };
        }

        return result;
    }

    private byte[] FlipBits(byte[] bytes)
    {
        if (bytes.Length == 0) return bytes;
        byte[] copy = (byte[])bytes.Clone();
        for (int n = random.NextInt(8); n >= 0; n--) copy[random.NextInt(copy.Length)] ^= (byte)(1 << random.NextInt(8));
        return copy;
    }

    private byte[] Truncate(byte[] bytes) => bytes[..random.NextInt(bytes.Length + 1)];

    private byte[] MutateMessage(byte[] message, int depth)
    {
        if (Fields(message) is not { Count: > 0 } fields) return FlipBits(message);
        int chosen = random.NextInt(fields.Count);
        var field = fields[chosen];
        bool isMessage = field.IsDelimited && field.Payload.Length > 0 && depth < DeepestMessage && Fields(field.Payload) is { Count: > 0 };

        // Mostly deeper: the outermost message has few fields.
        if (isMessage && random.NextInt(5) > 0)
        {
            fields[chosen] = field with { Payload = MutateMessage(field.Payload, depth + 1) };
            return Join(fields);
        }

        switch (random.NextInt(9))
        {
            case 0: fields.RemoveAt(chosen); break;
            case 1: fields.Insert(random.NextInt(fields.Count + 1), field); break;
            case 2: (fields[chosen], fields[random.NextInt(fields.Count)]) = (fields[random.NextInt(fields.Count)], field); break;
            case 3: fields[chosen] = field with { Number = random.NextInt(30) + 1 }; break;
            case 4: fields[chosen] = field with { Payload = fields[random.NextInt(fields.Count)].Payload }; break;
            case 5: fields[chosen] = field with { Payload = Foreign() }; break;
            case 6 when field.IsDelimited: fields[chosen] = field with { Payload = random.NextInt(2) == 0 ? Truncate(field.Payload) : FlipBits(field.Payload) }; break;
            case 7: fields.Add(new Field(random.NextInt(30) + 1, false, Varint(s_edges[random.NextInt(s_edges.Length)]))); break;
            default:
                fields[chosen] = field.IsDelimited
                    ? field with { Payload = [.. field.Payload, .. field.Payload] }
                    : field with { Payload = Varint(s_edges[random.NextInt(s_edges.Length)]) };
                break;
        }

        return Join(fields);
    }

    // Some part of some model.
    private byte[] Foreign()
    {
        byte[] part = corpus[random.NextInt(corpus.Count)];
        for (int n = random.NextInt(6); n > 0 && Fields(part) is { Count: > 0 } fields; n--)
        {
            var field = fields[random.NextInt(fields.Count)];
            if (!field.IsDelimited) break;
            part = field.Payload;
        }

        return part.Length < 4096 ? part : part[..4096];
    }

    private readonly record struct Field(int Number, bool IsDelimited, byte[] Payload, int FixedBytes = 0);

    private static List<Field>? Fields(byte[] message)
    {
        var fields = new List<Field>();
        int at = 0;
        while (at < message.Length)
        {
            if (ReadVarint(message, ref at) is not { } tag || tag >> 3 is 0 or > 1 << 28) return null;
            int number = (int)(tag >> 3), start = at;
            switch (tag & 7)
            {
                case 0 when ReadVarint(message, ref at) is not null: fields.Add(new Field(number, false, message[start..at])); break;
                case 1 when at + 8 <= message.Length: fields.Add(new Field(number, false, message[at..(at += 8)], 8)); break;
                case 5 when at + 4 <= message.Length: fields.Add(new Field(number, false, message[at..(at += 4)], 4)); break;
                case 2 when ReadVarint(message, ref at) is { } length && length <= (ulong)(message.Length - at):
                    fields.Add(new Field(number, true, message[at..(at += (int)length)]));
                    break;
                default: return null;
            }
        }

        return fields;
    }

    private static byte[] Join(List<Field> fields)
    {
        var bytes = new List<byte>();
        foreach (var field in fields)
        {
            bool fits = field.FixedBytes > 0 && field.Payload.Length == field.FixedBytes;
            uint type = field.IsDelimited ? 2u : !fits ? 0u : field.FixedBytes == 8 ? 1u : 5u;
            bytes.AddRange(Varint(((ulong)field.Number << 3) | type));
            if (field.IsDelimited) bytes.AddRange(Varint((ulong)field.Payload.Length));
            bytes.AddRange(type == 0 && field.Payload.Length == 0 ? [0] : field.Payload);
        }

        return [.. bytes];
    }

    private static ulong? ReadVarint(byte[] message, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && at < message.Length; shift += 7)
        {
            byte b = message[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80) return value;
        }

        return null;
    }

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
