using Framework.Data.Images;
using Framework.Errors;

namespace Framework.Tests.Data.Images;

public sealed class PngTests
{
    private const int Rows = 13;
    private const int Columns = 10;

    public static TheoryData<int, int, bool, int> Forms
    {
        get
        {
            var forms = new TheoryData<int, int, bool, int>();
            (int Type, int[] Depths)[] all = [(0, [1, 2, 4, 8, 16]), (2, [8, 16]), (3, [1, 2, 4, 8]), (4, [8, 16]), (6, [8, 16])];
            foreach (var (type, depths) in all)
                foreach (int depth in depths)
                    foreach (bool interlaced in (bool[])[false, true])
                        for (int filter = 0; filter < 5; filter++) forms.Add(type, depth, interlaced, filter);
            return forms;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_colour_type_depth_interlacing_and_filter_is_read(int type, int depth, bool interlaced, int filter)
    {
        byte[] palette = [.. Enumerable.Range(0, 3 << Math.Min(depth, 8)).Select(i => (byte)((i * 37) + 11))];
        var file = new PlainPng(Rows, Columns, type, depth, Samples)
        {
            Interlaced = interlaced,
            Filter = filter,
            Palette = type == 3 ? palette : null,
        };
        var picture = Decode(file.Bytes());
        picture.Channels.Should().Be(type switch { 0 => 1, 4 => 2, 6 => 4, _ => 3 });
        Each(picture, (row, column) => type == 3
            ? palette.AsSpan(3 * Samples(row, column)[0], 3).ToArray()
            : Array.ConvertAll(Samples(row, column), s => (byte)Math.Round(s * 255.0 / ((1 << depth) - 1))));

        int[] Samples(int row, int column)
        {
            int count = type switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
            return [.. Enumerable.Range(1, count).Select(c => ((row * 7919 * c) + (column * 104729)) & ((1 << depth) - 1))];
        }
    }

    [Fact]
    public void What_another_program_wrote_is_read()
    {
        Each(Decode(Foreign.ColourPng), Foreign.Colour);
        Each(Decode(Foreign.InterlacedPng), Foreign.Colour);
        Each(Decode(Foreign.GreyPng), Foreign.Grey);
        Each(Decode(Foreign.TwoLevelPng), Foreign.TwoLevels);
        Each(Decode(Foreign.PalettePng), Foreign.Palette);
    }

    [Fact]
    public void Transparency_becomes_a_channel()
    {
        var grey = new PlainPng(2, 3, 0, 4, (row, column) => [(row * 3) + column]) { Transparency = [0, 4] };
        Decode(grey.Bytes()).Pixels.Should().Equal(0, 255, 17, 255, 34, 255, 51, 255, 68, 0, 85, 255);

        var deep = new PlainPng(1, 2, 2, 16, (_, column) => [0x1234, 0x5678, 0x9ABC + column]) { Transparency = [0x12, 0x34, 0x56, 0x78, 0x9A, 0xBC] };
        Decode(deep.Bytes()).Pixels.Should().Equal(0x12, 0x56, 0x9A, 0, 0x12, 0x56, 0x9A, 255);

        var indexed = new PlainPng(1, 3, 3, 2, (_, column) => [column]) { Palette = [1, 2, 3, 4, 5, 6, 7, 8, 9], Transparency = [0, 77] };
        Decode(indexed.Bytes()).Pixels.Should().Equal(1, 2, 3, 0, 4, 5, 6, 77, 7, 8, 9, 255);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_written_is_read_back(int channels)
    {
        foreach (var (rows, columns) in ((int, int)[])[(1, 1), (1, 9), (7, 1), (33, 20)])
        {
            var picture = new Picture(rows, columns, channels);
            new Random(rows).NextBytes(picture.Pixels);
            for (int i = 0; i < picture.Pixels.Length / 2; i++) picture.Pixels[i] = (byte)(i * 3); // a part that filters serve
            var again = Decode(PngEncoder.Encode(picture));
            (again.Rows, again.Columns, again.Channels).Should().Be((rows, columns, channels));
            again.Pixels.Should().Equal(picture.Pixels);
        }
    }

    [Fact]
    public void The_encoder_packs_smooth_pictures_well()
    {
        var picture = new Picture(64, 64, 1, [.. Enumerable.Range(0, 64 * 64).Select(i => (byte)((i / 64) + (i % 64)))]);
        PngEncoder.Encode(picture).Length.Should().BeLessThan(64 * 64 / 10);
    }

    [Fact]
    public void Every_flipped_byte_and_every_truncation_is_detected()
    {
        byte[] file = new PlainPng(5, 4, 2, 8, (row, column) => [row, column, 9]).Bytes();
        for (int i = 0; i < file.Length; i++)
        {
            byte[] altered = [.. file];
            altered[i] ^= 0x10;
            Refuses(altered);
            Refuses(file[..i]);
        }
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 8)]
    [InlineData(2, 4)]
    [InlineData(3, 16)]
    [InlineData(5, 8)]
    [InlineData(7, 8)]
    public void Types_and_depths_that_do_not_exist_are_refused(int type, int depth) =>
        Refuses(new PlainPng(2, 2, type, depth, (_, _) => [0]) { Palette = [0, 0, 0] }.Bytes()).Should().Contain($"no colour type {type} with {depth} bits");

    [Fact]
    public void A_colour_that_the_palette_lacks_is_refused() =>
        Refuses(new PlainPng(2, 2, 3, 4, (row, column) => [row + column]) { Palette = [0, 0, 0, 1, 1, 1] }.Bytes())
            .Should().Contain("colour 2").And.Contain("palette has 2");

    [Fact]
    public void A_header_that_promises_too_much_takes_no_memory()
    {
        byte[] little = [.. PlainPng.Chunk("IDAT", [0x78, 0x9C, 3]), .. PlainPng.Chunk("IEND", [])];
        Refuses([.. new PlainPng(8000, 8000, 6, 16, (_, _) => []).HeaderOnly(), .. little]).Should().Contain("cannot hold");
        Refuses(new PlainPng(100_000, 100_000, 0, 1, (_, _) => []).HeaderOnly()).Should().Contain("100000 x 100000");
    }

    private static void Each(Picture picture, Func<int, int, byte[]> expected)
    {
        for (int row = 0; row < picture.Rows; row++)
            for (int column = 0; column < picture.Columns; column++)
                picture[row, column].ToArray().Should().Equal(expected(row, column), $"that is the pixel at {row}, {column}");
    }

    private static Picture Decode(byte[] file) => ImageReader.Managed.Decode(file, "file.png");

    private static string Refuses(byte[] file)
    {
        var act = () => Decode(file);
        return act.Should().Throw<DataFormatException>().Which.Message.Should().StartWith("file.png: ").And.Subject;
    }
}
