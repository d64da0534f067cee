using Framework.Data.Images;
using Framework.Data.Transforms;
using Framework.Tensors;

namespace Framework.Seeing;

/// <summary>Pictures of numbers.</summary>
public static class Drawing
{
    /// <summary>A picture [C, H, W] of 1 or 3 channels, stretched so that its least number is black and its greatest white.</summary>
    public static Picture Stretched(ReadOnlySpan<float> values, int channels, int rows, int columns)
    {
        float least = float.PositiveInfinity, most = float.NegativeInfinity;
        foreach (float v in values) (least, most) = (Math.Min(least, v), Math.Max(most, v));
        float range = most > least ? most - least : 1;
        var stretched = new float[values.Length];
        for (int i = 0; i < values.Length; i++) stretched[i] = (values[i] - least) / range;
        return Picture.OfPlanes(stretched, channels, rows, columns);
    }

    /// <summary>A picture of signed numbers: 0 is grey, and the greatest magnitude black or white.</summary>
    public static Picture AroundZero(ReadOnlySpan<float> values, int channels, int rows, int columns)
    {
        float most = 0;
        foreach (float v in values) most = Math.Max(most, Math.Abs(v));
        var shifted = new float[values.Length];
        for (int i = 0; i < values.Length; i++) shifted[i] = 0.5f + (most == 0 ? 0 : values[i] / (2 * most));
        return Picture.OfPlanes(shifted, channels, rows, columns);
    }

    /// <summary>A map in colours from black over red and yellow to white, brought to a size; its least number is black.</summary>
    public static Picture Heat(ReadOnlySpan<float> map, int rows, int columns, int toRows, int toColumns)
    {
        var grey = Stretched(Sized(map, rows, columns, toRows, toColumns), 1, toRows, toColumns);
        var heat = new Picture(toRows, toColumns, 3);
        for (int i = 0; i < grey.Pixels.Length; i++)
        {
            int warmth = grey.Pixels[i] * 3;
            for (int c = 0; c < 3; c++) heat.Pixels[(3 * i) + c] = (byte)Math.Clamp(warmth - (255 * c), 0, 255);
        }

        return heat;
    }

    /// <summary>A map laid half through over a picture.</summary>
    public static Picture Over(Picture picture, Picture heat)
    {
        var colour = picture.With(3);
        var mixed = new Picture(picture.Rows, picture.Columns, 3);
        for (int i = 0; i < mixed.Pixels.Length; i++) mixed.Pixels[i] = (byte)((colour.Pixels[i] + heat.Pixels[i]) / 2);
        return mixed;
    }

    /// <summary>Each pixel as a square of pixels.</summary>
    public static Picture Enlarged(Picture picture, int times)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(times);
        var large = new Picture(picture.Rows * times, picture.Columns * times, picture.Channels);
        for (int row = 0; row < large.Rows; row++)
            for (int column = 0; column < large.Columns; column++) picture[row / times, column / times].CopyTo(large[row, column]);
        return large;
    }

    /// <summary>Pictures side by side in rows, with lines between; all in colour where one is.</summary>
    /// <param name="pictures">The pictures; all of one size.</param>
    /// <param name="across">Pictures in a row; null for about as many as there are rows.</param>
    /// <exception cref="ArgumentException">There is none, or their sizes differ.</exception>
    public static Picture ContactSheet(IReadOnlyList<Picture> pictures, int? across = null)
    {
        const int Line = 2;
        const byte LineGrey = 255;
        if (pictures.Count == 0 || pictures.Any(p => (p.Rows, p.Columns) != (pictures[0].Rows, pictures[0].Columns)))
            throw new ArgumentException("Pictures of one size are needed.", nameof(pictures));
        int wide = across ?? (int)Math.Ceiling(Math.Sqrt(pictures.Count)), high = (pictures.Count + wide - 1) / wide;
        int rows = pictures[0].Rows + Line, columns = pictures[0].Columns + Line, channels = pictures.Any(p => p.Channels > 2) ? 3 : 1;
        var sheet = new Picture((high * rows) + Line, (wide * columns) + Line, channels);
        sheet.Pixels.AsSpan().Fill(LineGrey);
        for (int i = 0; i < pictures.Count; i++)
        {
            var picture = pictures[i].With(channels);
            for (int row = 0; row < picture.Rows; row++)
            {
                var from = picture.Pixels.AsSpan(row * picture.Columns * channels, picture.Columns * channels);
                from.CopyTo(sheet.Pixels.AsSpan((((((i / wide) * rows) + Line + row) * sheet.Columns) + ((i % wide) * columns) + Line) * channels));
            }
        }

        return sheet;
    }

    /// <summary>Filters [filters, C, H, W]: in colour where C is 3, else each channel in grey; 0 is grey.</summary>
    public static IReadOnlyList<Picture> Filters(Tensor filters)
    {
        bool colour = filters.Shape[1] == 3;
        int length = filters.Shape[2] * filters.Shape[3] * (colour ? 3 : 1);
        return [.. filters.ToArray<float>().Chunk(length).Select(f => AroundZero(f, colour ? 3 : 1, filters.Shape[2], filters.Shape[3]))];
    }

    /// <summary>Maps [1, K, H, W], each stretched by itself.</summary>
    public static IReadOnlyList<Picture> Maps(Tensor maps) =>
        [.. maps.ToArray<float>().Chunk(maps.Shape[2] * maps.Shape[3]).Select(m => Stretched(m, 1, maps.Shape[2], maps.Shape[3]))];

    private static float[] Sized(ReadOnlySpan<float> map, int rows, int columns, int toRows, int toColumns)
    {
        var sized = new float[toRows * toColumns];
        Resampling.Apply(map, [1, rows, columns], Region.Whole(rows, columns), sized, toRows, toColumns);
        return sized;
    }
}
