using Framework.Data.Images;
using Framework.Errors;
using Interop.TurboJpeg;

namespace Interop.Tests.TurboJpeg;

public sealed class TurboJpegTests
{
    // Levels by which quality 95 and above may be off on these pictures, whose steps between pixels are large.
    private const int Fine = 6;

    private static readonly ImageReader s_reader = ImageReader.Managed.With(new TurboJpegDecoder());

    [Fact]
    public void Grey_colour_and_inks_are_read()
    {
        Near(Jpegs.Grey, (row, column) => Jpegs.Pixel(row, column)[..1], Fine);
        Near(Jpegs.Colour, Jpegs.Pixel, Fine);
        Near(Jpegs.Inks, Jpegs.Pixel, Fine);
    }

    [Fact]
    public void Progressive_files_are_read()
    {
        var picture = s_reader.Decode(Jpegs.Progressive, "x.jpg");
        (picture.Rows, picture.Columns, picture.Channels).Should().Be((Jpegs.Rows, Jpegs.Columns, 3));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        for (int length = 3; length < Jpegs.Colour.Length - 2; length++)
        {
            var act = () => s_reader.Decode(Jpegs.Colour.AsMemory(0, length), "x.jpg");
            act.Should().Throw<DataFormatException>($"it ends after {length} bytes").WithMessage("x.jpg: JPEG*");
        }
    }

    [Fact]
    public void Whatever_a_file_holds_it_is_a_picture_or_refused()
    {
        var random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 2000; i++)
        {
            byte[] altered = [.. i % 2 == 0 ? Jpegs.Grey : Jpegs.Progressive];
            for (int changes = random.Next(1, 4); changes > 0; changes--) altered[random.Next(3, altered.Length)] = (byte)random.Next(256);
            try
            {
                s_reader.Decode(altered, "x.jpg");
            }
            catch (DataFormatException)
            {
                refused++;
            }
        }

        refused.Should().BeInRange(1, 1999);
    }

    [Fact]
    public void A_library_that_is_not_there_is_said_in_one_line()
    {
        var act = () => ImageReader.Managed.With(new TurboJpegDecoder("/no/such/folder")).Decode(Jpegs.Grey, "x.jpg");
        act.Should().Throw<EngineException>().WithMessage("TurboJPEG: *'/no/such/folder'*Install libturbojpeg*");
        var without = () => ImageReader.Managed.Decode(Jpegs.Grey, "x.jpg");
        without.Should().Throw<DataFormatException>().WithMessage("x.jpg: byte 0: starts with FFD8FF*");
    }

    private static void Near(byte[] file, Func<int, int, byte[]> expected, int most)
    {
        var picture = s_reader.Decode(file, "x.jpg");
        (picture.Rows, picture.Columns).Should().Be((Jpegs.Rows, Jpegs.Columns));
        int worst = 0;
        for (int row = 0; row < picture.Rows; row++)
        {
            for (int column = 0; column < picture.Columns; column++)
            {
                byte[] pixel = expected(row, column);
                picture.Channels.Should().Be(pixel.Length);
                for (int c = 0; c < pixel.Length; c++) worst = Math.Max(worst, Math.Abs(pixel[c] - picture[row, column][c]));
            }
        }

        worst.Should().BeLessThanOrEqualTo(most);
    }
}
