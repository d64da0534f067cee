using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Framework.Tests.Data.Images;

/// <summary>A PNG written the longest way, bit by bit, for any colour type and depth: what the decoder is held against.</summary>
internal sealed class PlainPng(int rows, int columns, int type, int depth, Func<int, int, int[]> samples)
{
    // The pass of each pixel of an 8 x 8 field, as the specification prints it.
    private static readonly string[] s_adam7 = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"];

    public bool Interlaced { get; init; }

    public int Filter { get; init; }

    public byte[]? Palette { get; init; }

    public byte[]? Transparency { get; init; }

    public byte[] Bytes()
    {
        var file = new MemoryStream();
        file.Write(HeaderOnly());
        file.Write(Chunk("tEXt", "a text that nobody needs"u8.ToArray()));
        if (Palette is not null) file.Write(Chunk("PLTE", Palette));
        if (Transparency is not null) file.Write(Chunk("tRNS", Transparency));
        byte[] data = Pack();
        file.Write(Chunk("IDAT", data[..3])); // cut where it pleases
        file.Write(Chunk("IDAT", data[3..]));
        file.Write(Chunk("IEND", []));
        return file.ToArray();
    }

    public byte[] HeaderOnly()
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, columns);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), rows);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)type, Interlaced ? (byte)1 : (byte)0);
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. Chunk("IHDR", header)];
    }

    public static byte[] Chunk(string name, byte[] content)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(name), .. content];
        var chunk = new byte[named.Length + 8];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        named.CopyTo(chunk, 4);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(4 + named.Length), Sum(named));
        return chunk;
    }

    // CRC-32 bit by bit.
    private static uint Sum(byte[] bytes)
    {
        uint sum = 0xFFFFFFFF;
        foreach (byte b in bytes)
        {
            sum ^= b;
            for (int bit = 0; bit < 8; bit++) sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
        }

        return sum ^ 0xFFFFFFFF;
    }

    private byte[] Pack()
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (char pass = '1'; pass <= (Interlaced ? '7' : '1'); pass++) WritePass(zlib, pass);
        }

        return packed.ToArray();
    }

    private void WritePass(Stream stream, char pass)
    {
        byte[]? above = null;
        for (int row = 0; row < rows; row++)
        {
            var bits = new List<bool>();
            for (int column = 0; column < columns; column++)
            {
                if (Interlaced && s_adam7[row % 8][column % 8] != pass) continue;
                foreach (int sample in samples(row, column))
                    for (int bit = depth - 1; bit >= 0; bit--) bits.Add(((sample >> bit) & 1) == 1);
            }

            if (bits.Count == 0) continue;
            var line = new byte[(bits.Count + 7) / 8];
            for (int i = 0; i < bits.Count; i++) line[i / 8] |= (byte)(bits[i] ? 0x80 >> (i % 8) : 0);
            stream.WriteByte((byte)Filter);
            stream.Write(Filtered(line, above ?? new byte[line.Length]));
            above = line;
        }
    }

    private byte[] Filtered(byte[] line, byte[] above)
    {
        int step = Math.Max(1, samples(0, 0).Length * depth / 8);
        var result = new byte[line.Length];
        for (int i = 0; i < line.Length; i++)
        {
            int a = i >= step ? line[i - step] : 0, b = above[i], c = i >= step ? above[i - step] : 0;
            int p = a + b - c;
            int nearest = ((int[])[a, b, c]).MinBy(v => Math.Abs(p - v));
            result[i] = (byte)(line[i] - Filter switch { 1 => a, 2 => b, 3 => (a + b) / 2, 4 => nearest, _ => 0 });
        }

        return result;
    }
}
