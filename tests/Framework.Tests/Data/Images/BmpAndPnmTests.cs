using System.Buffers.Binary;
using System.Text;
using Framework.Data.Images;
using Framework.Errors;

namespace Framework.Tests.Data.Images;

public sealed class BmpAndPnmTests
{
    [Fact]
    public void What_another_program_wrote_is_read()
    {
        Each(Foreign.ColourBmp, Foreign.Colour);
        Each(Foreign.PaletteBmp, Foreign.Palette);

        static void Each(byte[] file, Func<int, int, byte[]> expected)
        {
            var picture = Decode(file);
            (picture.Rows, picture.Columns, picture.Channels).Should().Be((Foreign.Rows, Foreign.Columns, 3));
            for (int row = 0; row < picture.Rows; row++)
                for (int column = 0; column < picture.Columns; column++) picture[row, column].ToArray().Should().Equal(expected(row, column));
        }
    }

    [Fact]
    public void Rows_may_lie_either_way_up()
    {
        byte[] pixels = [1, 2, 3, 0, 4, 5, 6, 0];
        Decode(Bmp(1, 2, 24, 0, [], pixels)).Pixels.Should().Equal(6, 5, 4, 3, 2, 1);
        Decode(Bmp(1, -2, 24, 0, [], pixels)).Pixels.Should().Equal(3, 2, 1, 6, 5, 4);
    }

    [Fact]
    public void Sixteen_bits_are_five_each_unless_masks_say_otherwise()
    {
        Decode(Bmp(2, 1, 16, 0, [], [0x00, 0x7C, 0x1F, 0x02])).Pixels.Should().Equal(255, 0, 0, 0, 132, 255);
        byte[] masks = [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0];
        Decode(Bmp(2, 1, 16, 3, masks, [0x00, 0xF8, 0xE0, 0x07])).Pixels.Should().Equal(255, 0, 0, 0, 255, 0);
    }

    [Fact]
    public void Runs_are_read()
    {
        byte[] palette = [0, 0, 0, 0, 10, 20, 30, 0, 40, 50, 60, 0, .. new byte[253 * 4]];
        // Three of colour 1; the next row: one pixel passed over, then 2, 1 as they are; end.
        byte[] runs = [3, 1, 0, 0, 0, 2, 1, 0, 0, 3, 2, 1, 2, 0, 0, 1];
        var picture = Decode(Bmp(4, 2, 8, 1, palette, runs));
        Enumerable.Range(0, 8).Select(i => picture.Pixels[3 * i]).Should().Equal(0, 60, 30, 60, 30, 30, 30, 0);
        Refuses(Bmp(2, 2, 8, 1, palette, [3, 1, 0, 1])).Should().Contain("leaves the picture");
        Refuses(Bmp(2, 1, 8, 1, palette, [2, 1, 0, 0, 1, 1])).Should().Contain("leaves the picture");

        byte[] four = palette[..64];
        Decode(Bmp(5, 1, 4, 2, four, [5, 0x12, 0, 1])).Pixels.Where((_, i) => i % 3 == 0).Should().Equal(30, 60, 30, 60, 30);
    }

    [Theory]
    [InlineData("P2\n# a comment\n3 1\n# another\n10\n0 5 10", 3, 1, new byte[] { 0, 128, 255 })]
    [InlineData("P1 3 2 10 1\n0 1 0", 3, 2, new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData("P1 3 1 101", 3, 1, new byte[] { 0, 255, 0 })]
    [InlineData("P3 1 1 255 1 2 3", 1, 1, new byte[] { 1, 2, 3 })]
    [InlineData("P5 2 1 255\nAB", 2, 1, new byte[] { 65, 66 })]
    [InlineData("P5 1 1 65535\n\u0001\u0001", 1, 1, new byte[] { 1 })]
    [InlineData("P6 1 1 255\nABC", 1, 1, new byte[] { 65, 66, 67 })]
    [InlineData("P4 3 2\n@@", 3, 2, new byte[] { 255, 0, 255, 255, 0, 255 })]
    public void Portable_maps_are_read(string file, int columns, int rows, byte[] pixels)
    {
        var picture = Decode(Encoding.Latin1.GetBytes(file));
        (picture.Columns, picture.Rows).Should().Be((columns, rows));
        picture.Pixels.Should().Equal(pixels);
    }

    [Theory]
    [InlineData("P5 2 2 255\nABC", "byte 11: the file ends 1 bytes before")]
    [InlineData("P2 1 1 9 11", "above the largest value 9")]
    [InlineData("P2 x 1 9 11", "byte 3: the width is missing")]
    [InlineData("P5 99999 99999 255\n", "99999 x 99999 pixels")]
    [InlineData("P5 99999999999999999 1 255\n", "too large")]
    [InlineData("P5 0 1 255\n", "0 x 1 pixels")]
    [InlineData("P5 1 1 0\nA", "largest value is 0")]
    [InlineData("P7\nWIDTH 1", "no picture that is known")]
    [InlineData("", "is empty")]
    [InlineData("GIF89a", "Known are PNG, BMP, PNM")]
    public void Bad_files_are_refused_with_their_place(string file, string message) => Refuses(Encoding.Latin1.GetBytes(file)).Should().Contain(message);

    [Fact]
    public void Whatever_a_file_holds_it_is_a_picture_or_refused()
    {
        byte[][] files =
        [
            Foreign.ColourPng, Foreign.InterlacedPng, Foreign.PalettePng, Foreign.ColourBmp, Foreign.PaletteBmp, Bmp(4, 2, 8, 1, new byte[1024], [3, 1, 0, 1]),
            Bmp(2, 1, 16, 3, [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0], [0, 1, 2, 3]), "P3 2 1 255 1 2 3 4 5 6"u8.ToArray(), "P6 2 1 255\n123456"u8.ToArray(),
        ];
        var random = new Random(7);
        int read = 0, refused = 0;
        foreach (byte[] file in files)
        {
            for (int length = 0; length < file.Length; length++) Try(file[..length]);
            for (int i = 0; i < 2000; i++)
            {
                byte[] altered = [.. file];
                for (int changes = random.Next(1, 4); changes > 0; changes--) altered[random.Next(altered.Length)] = (byte)random.Next(256);
                Try(Resealed(altered));
            }
        }

        read.Should().BeGreaterThan(1000);
        refused.Should().BeGreaterThan(1000);

        void Try(byte[] file)
        {
            try
            {
                Decode(file);
                read++;
            }
            catch (DataFormatException)
            {
                refused++;
            }
        }
    }

    [Fact]
    public void Grey_and_colour_become_each_other()
    {
        var colour = new Picture(1, 3, 4, [255, 0, 0, 9, 0, 255, 0, 9, 10, 20, 30, 9]);
        colour.With(1).Pixels.Should().Equal(76, 150, 18);
        colour.With(3).Pixels.Should().Equal(255, 0, 0, 0, 255, 0, 10, 20, 30);
        new Picture(1, 2, 2, [7, 1, 8, 2]).With(3).Pixels.Should().Equal(7, 7, 7, 8, 8, 8);
        var planes = new float[9];
        colour.With(3).ToPlanes(planes);
        planes.Should().Equal(1, 0, 10 / 255f, 0, 1, 20 / 255f, 0, 0, 30 / 255f);
        Picture.OfPlanes(planes, 3, 1, 3).Pixels.Should().Equal(255, 0, 0, 0, 255, 0, 10, 20, 30);
        Picture.OfPlanes([-1, 2, float.NaN, 0.5f], 1, 2, 2).Pixels.Should().Equal(0, 255, 0, 128);
    }

    // A PNG whose chunks, as far as they can be told, have the right check sums again, so that what lies behind these is tried too.
    private static byte[] Resealed(byte[] file)
    {
        if (file[0] != 0x89 || file[1] != 'P') return file;
        var result = new List<byte>(file[..8]);
        int at = 8;
        while (file.Length - at >= 12 && BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)) is >= 0 and var length && length <= file.Length - at - 12)
        {
            result.AddRange(PlainPng.Chunk(Encoding.Latin1.GetString(file, at + 4, 4).Replace('\u0080', 'z'), file[(at + 8)..(at + 8 + length)]));
            at += 12 + length;
        }

        result.AddRange(file[at..]);
        return [.. result];
    }

    private static byte[] Bmp(int columns, int height, int bits, int packing, byte[] between, byte[] pixels)
    {
        var head = new byte[54];
        "BM"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(10), 54 + between.Length);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(18), columns);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(22), height);
        head[26] = 1;
        head[28] = (byte)bits;
        head[30] = (byte)packing;
        return [.. head, .. between, .. pixels];
    }

    private static Picture Decode(byte[] file) => ImageReader.Managed.Decode(file, "file");

    private static string Refuses(byte[] file)
    {
        var act = () => Decode(file);
        return act.Should().Throw<DataFormatException>().Which.Message.Should().StartWith("file: ").And.Subject;
    }
}
