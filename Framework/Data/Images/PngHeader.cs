using System.Buffers.Binary;

namespace Framework.Data.Images;

/// <summary>What a PNG's header says, and how the samples lie in a row.</summary>
internal sealed record PngHeader(int Rows, int Columns, int Depth, int ColourType, bool Interlaced)
{
    private const int Bytes = 13;
    private const int Indexed = 3;

    public bool IsIndexed => ColourType == Indexed;

    /// <summary>Samples of a pixel in the file.</summary>
    public int Samples => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Channels of the picture, before any that <c>tRNS</c> adds.</summary>
    public int Channels => IsIndexed ? 3 : Samples;

    /// <summary>Bytes that lie between a byte and its counterpart in the pixel before.</summary>
    public int PixelBytes => Math.Max(1, Samples * Depth / 8);

    /// <summary>Bytes of the unpacked data, the filters' included.</summary>
    public long DataBytes => Passes().Sum(p => (long)p.Rows * (RowBytes(p.Columns) + 1));

    public static PngHeader Read(ReadOnlySpan<byte> content, ref FileCursor cursor)
    {
        if (content.Length != Bytes) throw cursor.Error($"the header has {content.Length} bytes, not {Bytes}.");
        var (rows, columns) = cursor.Extents(BinaryPrimitives.ReadUInt32BigEndian(content[4..]), BinaryPrimitives.ReadUInt32BigEndian(content));
        int depth = content[8], type = content[9];
        bool exists = type switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            2 or 4 or 6 => depth is 8 or 16,
            Indexed => depth is 1 or 2 or 4 or 8,
            _ => false,
        };
        if (!exists) throw cursor.Error($"there is no colour type {type} with {depth} bits.");
        if (content[10] != 0 || content[11] != 0) throw cursor.Error($"compression {content[10]} and filtering {content[11]} are unknown; 0 and 0 exist.");
        if (content[12] > 1) throw cursor.Error($"interlacing {content[12]} is unknown; 0 and 1 exist.");
        return new PngHeader(rows, columns, depth, type, content[12] == 1);
    }

    public int RowBytes(int columns) => (int)((((long)columns * Samples * Depth) + 7) / 8);

    /// <summary>The smaller pictures that the file consists of: one, or Adam7's seven without the empty ones.</summary>
    public IEnumerable<Pass> Passes()
    {
        if (!Interlaced) return [new Pass(0, 0, 1, 1, Rows, Columns)];
        (int Row, int Column, int RowStep, int ColumnStep)[] adam7 =
            [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)];
        return adam7
            .Select(p => new Pass(p.Row, p.Column, p.RowStep, p.ColumnStep, Steps(Rows - p.Row, p.RowStep), Steps(Columns - p.Column, p.ColumnStep)))
            .Where(p => p is { Rows: > 0, Columns: > 0 });

        static int Steps(int extent, int step) => (Math.Max(0, extent) + step - 1) / step;
    }

    /// <summary>A sample of a row, in the file's depth.</summary>
    public int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (Depth == 8) return row[index];
        if (Depth == 16) return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        int bit = index * Depth;
        return (row[bit / 8] >> (8 - Depth - (bit % 8))) & ((1 << Depth) - 1);
    }

    /// <summary>Writes a pixel of a row in 8 bits; false where the palette lacks its colour.</summary>
    public bool Place(ReadOnlySpan<byte> row, int column, PngPalette? palette, PngTransparency? key, Span<byte> pixel)
    {
        if (IsIndexed)
        {
            int index = Sample(row, column);
            if (index >= palette!.Count) return false;
            palette[index].CopyTo(pixel);
            if (key is not null) pixel[3] = key.OpacityOf(index);
            return true;
        }

        bool matches = key is not null;
        for (int s = 0; s < Samples; s++)
        {
            int sample = Sample(row, (column * Samples) + s);
            matches = matches && sample == key!.Sample(s);
            pixel[s] = ToByte(sample);
        }

        if (key is not null) pixel[Samples] = matches ? (byte)0 : byte.MaxValue;
        return true;
    }

    private byte ToByte(int sample) => Depth switch
    {
        8 => (byte)sample,
        16 => (byte)(((sample * 255L) + 32767) / 65535),
        _ => (byte)(sample * 255 / ((1 << Depth) - 1)),
    };

    /// <summary>One of the smaller pictures: where its pixels lie in the whole.</summary>
    internal readonly record struct Pass(int FirstRow, int FirstColumn, int RowStep, int ColumnStep, int Rows, int Columns);
}

/// <summary>The colours of an indexed PNG.</summary>
internal sealed class PngPalette
{
    private readonly byte[] _colours;

    private PngPalette(byte[] colours) => _colours = colours;

    public int Count => _colours.Length / 3;

    public ReadOnlySpan<byte> this[int index] => _colours.AsSpan(index * 3, 3);

    public static PngPalette Read(ReadOnlySpan<byte> content, PngHeader header, ref FileCursor cursor)
    {
        if (header.ColourType is 0 or 4) throw cursor.Error("a picture in grey has no palette.");
        if (content.Length == 0 || content.Length % 3 != 0 || content.Length > 3 * 256) throw cursor.Error($"a palette of {content.Length} bytes is none.");
        return new PngPalette(content.ToArray());
    }
}

/// <summary>What <c>tRNS</c> says: an opacity for each colour of the palette, or the one colour that is transparent.</summary>
internal sealed class PngTransparency
{
    private readonly byte[] _content;

    private PngTransparency(byte[] content) => _content = content;

    public static PngTransparency? Read(ReadOnlySpan<byte> content, PngHeader header, PngPalette? palette, ref FileCursor cursor)
    {
        if (content.IsEmpty) return null;
        bool fits = header.IsIndexed ? content.Length <= palette!.Count : header.ColourType is 0 or 2 && content.Length == 2 * header.Samples;
        if (!fits) throw cursor.Error($"tRNS of {content.Length} bytes does not fit colour type {header.ColourType}.");
        return new PngTransparency(content.ToArray());
    }

    public byte OpacityOf(int index) => index < _content.Length ? _content[index] : byte.MaxValue;

    public int Sample(int channel) => BinaryPrimitives.ReadUInt16BigEndian(_content.AsSpan(2 * channel));
}
