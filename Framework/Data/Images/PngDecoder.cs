using System.IO.Compression;
using System.Text;

namespace Framework.Data.Images;

/// <summary>
/// PNG of every colour type and depth, plain and interlaced; 16 bits are rounded to 8. Every chunk's check sum must be right.
/// </summary>
/// <remarks>W3C, "Portable Network Graphics (PNG) Specification (Second Edition)".</remarks>
public sealed class PngDecoder : IImageDecoder
{
    // The most that a byte of deflate can unpack to (zlib's technical notes); a header that promises more is known to lie.
    private const long MostExpansion = 1032;

    /// <inheritdoc/>
    public string Kind => "PNG";

    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <inheritdoc/>
    public bool Knows(ReadOnlySpan<byte> head) => head.StartsWith(Signature);

    /// <inheritdoc/>
    public Picture Decode(ReadOnlyMemory<byte> file, string place)
    {
        var cursor = new FileCursor(file.Span, Kind, place);
        if (!cursor.Take(Signature.Length, "the signature").SequenceEqual(Signature)) throw cursor.Error("the signature is not PNG's.");
        PngHeader? header = null;
        PngPalette? palette = null;
        ReadOnlySpan<byte> transparency = default;
        var data = new MemoryStream();
        bool dataEnded = false;
        while (true)
        {
            uint length = cursor.Big32("a chunk's length");
            int start = cursor.Position;
            string type = Encoding.Latin1.GetString(cursor.Take(4, "a chunk's type"));
            if (length > int.MaxValue) throw cursor.Error($"chunk {type} declares {length} bytes.");
            var content = cursor.Take((int)length, $"chunk {type}");
            uint sum = Crc32.Of(file.Span[start..cursor.Position]);
            if (cursor.Big32($"the check sum of chunk {type}") != sum) throw cursor.Error($"the check sum of chunk {type} is wrong.", "The file is damaged.");
            if (header is null && type != "IHDR") throw cursor.Error($"chunk {type} comes before IHDR.");
            switch (type)
            {
                case "IHDR" when header is null: header = PngHeader.Read(content, ref cursor); break;
                case "PLTE" when palette is null && data.Length == 0: palette = PngPalette.Read(content, header!, ref cursor); break;
                case "tRNS" when data.Length == 0: transparency = content; break;
                case "IDAT" when !dataEnded: data.Write(content); break;
                case "IEND": return Unpack(header!, palette, transparency, data, ref cursor);
                case "IHDR" or "PLTE" or "IDAT" or "tRNS": throw cursor.Error($"chunk {type} is not allowed here.");
                default:
                    // A capital first letter: nobody can show the picture without understanding the chunk.
                    if (char.IsAsciiLetterUpper(type[0])) throw cursor.Error($"the critical chunk {type} is unknown.");
                    break;
            }

            dataEnded |= data.Length > 0 && type != "IDAT";
        }
    }

    private static Picture Unpack(PngHeader header, PngPalette? palette, ReadOnlySpan<byte> transparency, MemoryStream data, ref FileCursor cursor)
    {
        if (header.IsIndexed && palette is null) throw cursor.Error("the colours are a palette's, but there is none.");
        long bytes = header.DataBytes;
        if (data.Length * MostExpansion < bytes)
            throw cursor.Error($"{data.Length} packed bytes cannot hold the {bytes} that {header.Columns} x {header.Rows} pixels need.", "Was it cut off on its way?");
        var raw = new byte[bytes];
        data.Position = 0;
        try
        {
            using var unpacked = new ZLibStream(data, CompressionMode.Decompress);
            int read = unpacked.ReadAtLeast(raw, raw.Length, throwOnEndOfStream: false);
            if (read < raw.Length) throw cursor.Error($"the pixels end after {read} of {raw.Length} bytes.", "Was it cut off on its way?");
        }
        catch (Exception error) when (error is InvalidDataException or IOException) // a preset dictionary is an IOException
        {
            throw cursor.Error($"the packing of the pixels is damaged: {error.Message}", inner: error);
        }

        var key = PngTransparency.Read(transparency, header, palette, ref cursor);
        var picture = new Picture(header.Rows, header.Columns, header.Channels + (key is null ? 0 : 1));
        int at = 0;
        foreach (var pass in header.Passes())
        {
            int length = header.RowBytes(pass.Columns);
            var above = new ReadOnlySpan<byte>(new byte[length]);
            for (int row = 0; row < pass.Rows; row++)
            {
                int filter = raw[at];
                if (filter >= PngFilter.Count) throw cursor.Error($"row {row} has the filter {filter}; 0 to {PngFilter.Count - 1} exist.");
                var line = raw.AsSpan(at + 1, length);
                PngFilter.Undo(filter, line, above, header.PixelBytes);
                above = line;
                at += length + 1;
                if (header is { Depth: 8, Interlaced: false, IsIndexed: false } && key is null)
                {
                    line.CopyTo(picture.Pixels.AsSpan(row * length));
                    continue;
                }

                for (int column = 0; column < pass.Columns; column++)
                {
                    var pixel = picture[pass.FirstRow + (row * pass.RowStep), pass.FirstColumn + (column * pass.ColumnStep)];
                    if (!header.Place(line, column, palette, key, pixel))
                        throw cursor.Error($"a pixel names colour {header.Sample(line, column)}, but the palette has {palette!.Count}.");
                }
            }
        }

        return picture;
    }
}
