using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Framework.Files;

namespace Framework.Data.Images;

/// <summary>Writes PNG, 8 bits a channel.</summary>
public static class PngEncoder
{
    private const int HeaderBytes = 13;

    /// <summary>Writes a file; never half of one.</summary>
    public static void Write(string path, Picture picture) => AtomicFile.Write(path, stream => Write(stream, picture));

    /// <summary>The bytes of a file.</summary>
    public static byte[] Encode(Picture picture)
    {
        var stream = new MemoryStream();
        Write(stream, picture);
        return stream.ToArray();
    }

    /// <summary>The file as an address that a page can hold: <c>data:image/png;base64,...</c>.</summary>
    public static string DataAddress(Picture picture) => $"data:image/png;base64,{Convert.ToBase64String(Encode(picture))}";

    /// <summary>Writes to a stream.</summary>
    public static void Write(Stream stream, Picture picture)
    {
        stream.Write(PngDecoder.Signature);
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32BigEndian(header, picture.Columns);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], picture.Rows);
        header[8] = 8;
        header[9] = picture.Channels switch { 1 => 0, 2 => 4, 3 => 2, _ => 6 };
        header[10..].Clear();
        WriteChunk(stream, "IHDR", header);

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true)) WriteRows(zlib, picture);
        WriteChunk(stream, "IDAT", packed.GetBuffer().AsSpan(0, (int)packed.Length));
        WriteChunk(stream, "IEND", []);
    }

    /// <summary>Each row by the filter whose bytes, as signed numbers, have the least sum of magnitudes: the specification's advice (section 12.8).</summary>
    private static void WriteRows(Stream stream, Picture picture)
    {
        int length = picture.Columns * picture.Channels;
        byte[] best = new byte[length + 1], tried = new byte[length + 1];
        ReadOnlySpan<byte> above = new byte[length];
        for (int row = 0; row < picture.Rows; row++)
        {
            var line = picture.Pixels.AsSpan(row * length, length);
            long least = long.MaxValue;
            for (int filter = 0; filter < PngFilter.Count; filter++)
            {
                tried[0] = (byte)filter;
                PngFilter.Do(filter, line, above, picture.Channels, tried.AsSpan(1));
                long sum = 0;
                foreach (byte b in tried.AsSpan(1)) sum += Math.Abs((int)(sbyte)b);
                if (sum >= least) continue;
                least = sum;
                (best, tried) = (tried, best);
            }

            stream.Write(best);
            above = line;
        }
    }

    private static void WriteChunk(Stream stream, string type, ReadOnlySpan<byte> content)
    {
        byte[] checkedBytes = [.. Encoding.ASCII.GetBytes(type), .. content];
        Span<byte> word = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteInt32BigEndian(word, content.Length);
        stream.Write(word);
        stream.Write(checkedBytes);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(checkedBytes));
        stream.Write(word);
    }
}
