using System.Numerics;

namespace Framework.Data.Images;

/// <summary>BMP of 1, 4, 8, 16, 24 and 32 bits, with palette, bit masks or run lengths, either way up.</summary>
/// <remarks>The file's own structures: BITMAPFILEHEADER, then BITMAPCOREHEADER or BITMAPINFOHEADER and its later editions.</remarks>
public sealed class BmpDecoder : IImageDecoder
{
    private const int CoreHeader = 12;
    private const int InfoHeader = 40;

    private const uint Plain = 0;
    private const uint Runs8 = 1;
    private const uint Runs4 = 2;
    private const uint Masks = 3;
    private const uint MasksWithOpacity = 6;

    /// <inheritdoc/>
    public string Kind => "BMP";

    /// <inheritdoc/>
    public bool Knows(ReadOnlySpan<byte> head) => head.StartsWith("BM"u8);

    /// <inheritdoc/>
    public Picture Decode(ReadOnlyMemory<byte> file, string place)
    {
        var cursor = new FileCursor(file.Span, Kind, place);
        if (!cursor.Take(2, "the signature").SequenceEqual("BM"u8)) throw cursor.Error("the signature is not BM.");
        cursor.Take(8, "the file's header");
        uint pixels = cursor.Little32("the pixels' place");
        uint size = cursor.Little32("the header's size");
        if (size != CoreHeader && size is < InfoHeader or > 1024) throw cursor.Error($"a header of {size} bytes is unknown.");
        bool core = size == CoreHeader;
        int columns = core ? cursor.Little16("the width") : (int)cursor.Little32("the width");
        int height = core ? cursor.Little16("the height") : (int)cursor.Little32("the height");
        cursor.Little16("the planes");
        int bits = cursor.Little16("the depth");
        uint packing = core ? Plain : cursor.Little32("the packing");
        (int rows, columns) = cursor.Extents(Math.Abs((long)height), columns);
        if (!core) cursor.Take(12, "the header");
        uint colours = core ? 0 : cursor.Little32("the number of colours");
        if (!core) cursor.Take(4, "the header");
        bool exists = packing switch
        {
            Plain => bits is 1 or 4 or 8 or 16 or 24 or 32,
            Runs8 => bits == 8 && height > 0,
            Runs4 => bits == 4 && height > 0,
            Masks or MasksWithOpacity => bits is 16 or 32,
            _ => false,
        };
        if (!exists) throw cursor.Error($"{bits} bits with packing {packing} are not read.", "Save the picture as PNG.");

        uint[] masks = ReadMasks(ref cursor, bits, packing, size);
        cursor.MoveTo(14L + size + (size == InfoHeader ? packing switch { Masks => 12, MasksWithOpacity => 16, _ => 0 } : 0), "the palette");
        byte[] palette = bits > 8 ? [] : ReadPalette(ref cursor, colours, bits, core ? 3 : 4);
        cursor.MoveTo(pixels, "the pixels");
        var picture = new Picture(rows, columns, masks is [.., not 0] ? 4 : 3);
        if (packing is Runs8 or Runs4) ReadRuns(ref cursor, picture, palette, bits);
        else if (bits <= 8) ReadIndices(ref cursor, picture, palette, bits, height < 0);
        else ReadColours(ref cursor, picture, masks, bits, height < 0);
        return picture;
    }

    // Red, green, blue, opacity.
    private static uint[] ReadMasks(ref FileCursor cursor, int bits, uint packing, uint size)
    {
        if (packing is not (Masks or MasksWithOpacity)) return bits == 16 ? [0x7C00, 0x03E0, 0x001F, 0] : [0xFF0000, 0xFF00, 0xFF, 0];
        uint[] masks = [cursor.Little32("a mask"), cursor.Little32("a mask"), cursor.Little32("a mask"), 0];
        if (packing == MasksWithOpacity || size >= 56) masks[3] = cursor.Little32("a mask");
        foreach (uint mask in masks)
        {
            uint low = mask >> BitOperations.TrailingZeroCount(mask | 0x80000000);
            if ((low & (low + 1)) != 0) throw cursor.Error($"the mask {mask:X8} has gaps.");
        }

        return masks;
    }

    private static byte[] ReadPalette(ref FileCursor cursor, uint colours, int bits, int entry)
    {
        int most = 1 << bits;
        if (colours > most) throw cursor.Error($"{colours} colours are declared, but {bits} bits tell {most} apart.");
        int count = colours == 0 ? most : (int)colours;
        var palette = new byte[most * 3]; // what is left out is black
        for (int i = 0; i < count; i++)
        {
            var colour = cursor.Take(entry, "the palette");
            (palette[3 * i], palette[(3 * i) + 1], palette[(3 * i) + 2]) = (colour[2], colour[1], colour[0]);
        }

        return palette;
    }

    private static void ReadIndices(ref FileCursor cursor, Picture picture, byte[] palette, int bits, bool topDown)
    {
        for (int line = 0; line < picture.Rows; line++)
        {
            var bytes = cursor.Take(RowBytes(picture, bits), "the pixels");
            int row = topDown ? line : picture.Rows - 1 - line;
            for (int column = 0; column < picture.Columns; column++)
            {
                int bit = column * bits;
                int index = (bytes[bit / 8] >> (8 - bits - (bit % 8))) & ((1 << bits) - 1);
                palette.AsSpan(3 * index, 3).CopyTo(picture[row, column]);
            }
        }
    }

    private static void ReadColours(ref FileCursor cursor, Picture picture, uint[] masks, int bits, bool topDown)
    {
        int size = bits / 8;
        for (int line = 0; line < picture.Rows; line++)
        {
            var bytes = cursor.Take(RowBytes(picture, bits), "the pixels");
            int row = topDown ? line : picture.Rows - 1 - line;
            for (int column = 0; column < picture.Columns; column++)
            {
                uint word = 0;
                for (int b = size - 1; b >= 0; b--) word = (word << 8) | bytes[(column * size) + b];
                var pixel = picture[row, column];
                for (int c = 0; c < pixel.Length; c++) pixel[c] = Part(word, masks[c]);
            }
        }
    }

    private static void ReadRuns(ref FileCursor cursor, Picture picture, byte[] palette, int bits)
    {
        int row = picture.Rows - 1, column = 0;
        for (int i = 0; i < picture.Rows * picture.Columns; i++) palette.AsSpan(0, 3).CopyTo(picture.Pixels.AsSpan(3 * i));
        while (true)
        {
            int count = cursor.Byte("a run"), value = cursor.Byte("a run");
            if (count > 0)
            {
                for (int i = 0; i < count; i++) Put(ref cursor, bits == 8 ? value : i % 2 == 0 ? value >> 4 : value & 15);
            }
            else if (value == 0)
            {
                (row, column) = (row - 1, 0);
            }
            else if (value == 1)
            {
                return;
            }
            else if (value == 2)
            {
                column += cursor.Byte("a move");
                row -= cursor.Byte("a move");
            }
            else
            {
                int length = ((value * bits) + 7) / 8;
                var bytes = cursor.Take(length + (length % 2), "pixels");
                for (int i = 0; i < value; i++) Put(ref cursor, bits == 8 ? bytes[i] : i % 2 == 0 ? bytes[i / 2] >> 4 : bytes[i / 2] & 15);
            }
        }

        void Put(ref FileCursor at, int index)
        {
            if (row < 0 || column >= picture.Columns) throw at.Error($"a run leaves the picture, at row {picture.Rows - 1 - row} from below, column {column}.");
            palette.AsSpan(3 * index, 3).CopyTo(picture[row, column++]);
        }
    }

    private static int RowBytes(Picture picture, int bits) => (int)((((long)picture.Columns * bits) + 31) / 32 * 4);

    private static byte Part(uint word, uint mask)
    {
        if (mask == 0) return 0;
        int shift = BitOperations.TrailingZeroCount(mask);
        ulong most = mask >> shift;
        return (byte)((((ulong)((word & mask) >> shift) * 255) + (most / 2)) / most);
    }
}
