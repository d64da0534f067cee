using System.Buffers.Binary;

namespace Framework.Data.Images;

/// <summary>PNM: PBM, PGM and PPM, as text (P1 to P3) and in bytes (P4 to P6), with any largest value up to 65,535.</summary>
public sealed class PnmDecoder : IImageDecoder
{
    /// <inheritdoc/>
    public string Kind => "PNM";

    /// <inheritdoc/>
    public bool Knows(ReadOnlySpan<byte> head) => head is [(byte)'P', >= (byte)'1' and <= (byte)'6', var next, ..] && (IsSpace(next) || next == '#');

    /// <inheritdoc/>
    public Picture Decode(ReadOnlyMemory<byte> file, string place)
    {
        var cursor = new FileCursor(file.Span, Kind, place);
        cursor.Byte("the signature");
        int kind = cursor.Byte("the signature") - '0';
        if (kind is < 1 or > 6) throw cursor.Error("the signature is none of P1 to P6.");
        bool text = kind <= 3, bitmap = kind is 1 or 4;
        int width = Number(ref cursor, "the width"), height = Number(ref cursor, "the height");
        var (rows, columns) = cursor.Extents(height, width);
        int most = bitmap ? 1 : Number(ref cursor, "the largest value");
        if (most is < 1 or > ushort.MaxValue) throw cursor.Error($"the largest value is {most}; 1 to 65535 are allowed.");
        if (!text && !IsSpace(cursor.Byte("the space before the pixels"))) throw cursor.Error("a space is expected before the pixels.");

        int channels = kind is 3 or 6 ? 3 : 1;
        long samples = (long)rows * columns * channels;
        long needed = kind == 4 ? (long)rows * ((columns + 7) / 8) : samples * (text ? 1 : most > byte.MaxValue ? 2 : 1);
        if (needed > cursor.Left) throw cursor.Error($"the file ends {needed - cursor.Left} bytes before the pixels' end.", "Was it cut off on its way?");
        var picture = new Picture(rows, columns, channels);
        if (kind == 4)
        {
            for (int row = 0; row < rows; row++)
            {
                var bytes = cursor.Take((columns + 7) / 8, "the pixels");
                for (int column = 0; column < columns; column++) picture[row, column][0] = (bytes[column / 8] & (0x80 >> (column % 8))) == 0 ? byte.MaxValue : (byte)0;
            }

            return picture;
        }

        for (int i = 0; i < picture.Pixels.Length; i++)
        {
            int sample = bitmap ? Bit(ref cursor)
                : text ? Number(ref cursor, "a pixel")
                : most > byte.MaxValue ? BinaryPrimitives.ReadUInt16BigEndian(cursor.Take(2, "a pixel"))
                : cursor.Byte("a pixel");
            if (sample > most) throw cursor.Error($"a pixel is {sample}, above the largest value {most}.");
            if (bitmap) sample = 1 - sample;
            picture.Pixels[i] = (byte)(((sample * 255L) + (most / 2)) / most);
        }

        return picture;
    }

    private static int Bit(ref FileCursor cursor)
    {
        SkipSpace(ref cursor);
        int digit = cursor.Byte("a pixel") - '0';
        return digit is 0 or 1 ? digit : throw cursor.Error("a pixel is neither 0 nor 1.");
    }

    private static int Number(ref FileCursor cursor, string what)
    {
        SkipSpace(ref cursor);
        if (cursor.Left == 0 || !char.IsAsciiDigit((char)cursor.Peek)) throw cursor.Error($"{what} is missing; a number is expected.");
        int number = 0;
        while (cursor.Left > 0 && char.IsAsciiDigit((char)cursor.Peek))
        {
            number = (number * 10) + (cursor.Byte(what) - '0');
            if (number > Picture.MostPixels) throw cursor.Error($"{what} is too large.");
        }

        return number;
    }

    private static void SkipSpace(ref FileCursor cursor)
    {
        while (cursor.Left > 0)
        {
            if (cursor.Peek == '#')
            {
                while (cursor.Left > 0 && cursor.Peek is not ((byte)'\n' or (byte)'\r')) cursor.Byte("a comment");
            }
            else if (!IsSpace(cursor.Peek))
            {
                return;
            }
            else
            {
                cursor.Byte("space");
            }
        }
    }

    private static bool IsSpace(byte b) => b is (byte)' ' or (>= 9 and <= 13);
}
