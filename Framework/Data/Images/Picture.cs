namespace Framework.Data.Images;

/// <summary>A picture in bytes, pixel by pixel: what a file holds, and what one is made of.</summary>
/// <remarks>
/// Channels are grey (1), grey and opacity (2), red, green, blue (3), or these and opacity (4). The network's side of it is
/// channel by channel in [0, 1]: see <see cref="ToPlanes"/>.
/// </remarks>
public sealed class Picture
{
    /// <summary>The most pixels that a picture of a file may have, 8192 x 8192: files are not to be trusted with memory.</summary>
    public const long MostPixels = 1L << 26;

    /// <summary>Makes a picture over bytes, which are not copied.</summary>
    /// <param name="rows">Its height.</param>
    /// <param name="columns">Its width.</param>
    /// <param name="channels">1 to 4.</param>
    /// <param name="pixels">Row by row, the channels of a pixel side by side; null for all 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An extent is not positive, or channels are not 1 to 4.</exception>
    /// <exception cref="ArgumentException">The bytes are not as many as the extents say.</exception>
    public Picture(int rows, int columns, int channels, byte[]? pixels = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(channels, 4);
        int length = checked(rows * columns * channels);
        if (pixels is not null && pixels.Length != length)
            throw new ArgumentException($"{rows} x {columns} pixels of {channels} channels are {length} bytes, not {pixels.Length}.", nameof(pixels));
        (Rows, Columns, Channels, Pixels) = (rows, columns, channels, pixels ?? new byte[length]);
    }

    /// <summary>The height.</summary>
    public int Rows { get; }

    /// <summary>The width.</summary>
    public int Columns { get; }

    /// <summary>1 to 4, see the type.</summary>
    public int Channels { get; }

    /// <summary>The bytes, row by row, the channels of a pixel side by side.</summary>
    public byte[] Pixels { get; }

    /// <summary>A pixel's channels.</summary>
    public Span<byte> this[int row, int column] => Pixels.AsSpan(((row * Columns) + column) * Channels, Channels);

    /// <summary>
    /// The picture in grey (1) or colour (3). Grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601), rounded; opacity is left out, as if all were
    /// opaque.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="channels"/> is neither 1 nor 3.</exception>
    public Picture With(int channels)
    {
        if (channels is not (1 or 3)) throw new ArgumentOutOfRangeException(nameof(channels), channels, "A picture is wanted in grey (1) or colour (3).");
        if (channels == Channels) return this;
        var result = new Picture(Rows, Columns, channels);
        ReadOnlySpan<byte> source = Pixels;
        var target = result.Pixels.AsSpan();
        for (int i = 0; i < Rows * Columns; i++)
        {
            var pixel = source.Slice(i * Channels, Channels);
            if (channels == 1) target[i] = Channels < 3 ? pixel[0] : Grey(pixel[0], pixel[1], pixel[2]);
            else if (Channels < 3) target.Slice(i * 3, 3).Fill(pixel[0]);
            else pixel[..3].CopyTo(target[(i * 3)..]);
        }

        return result;
    }

    /// <summary>Writes the picture channel by channel (CHW), each byte over 255.</summary>
    /// <param name="planes">Receives channels x rows x columns values.</param>
    public void ToPlanes(Span<float> planes)
    {
        int area = Rows * Columns;
        for (int c = 0; c < Channels; c++)
        {
            var plane = planes.Slice(c * area, area);
            for (int i = 0, at = c; i < area; i++, at += Channels) plane[i] = Pixels[at] / 255f;
        }
    }

    /// <summary>A picture of values channel by channel; below 0 and above 1 are cut off.</summary>
    /// <param name="planes">Channels x rows x columns values, 1 for white.</param>
    /// <param name="channels">1 to 4.</param>
    /// <param name="rows">The height.</param>
    /// <param name="columns">The width.</param>
    public static Picture OfPlanes(ReadOnlySpan<float> planes, int channels, int rows, int columns)
    {
        var picture = new Picture(rows, columns, channels);
        int area = rows * columns;
        for (int i = 0; i < planes.Length; i++)
            picture.Pixels[((i % area) * channels) + (i / area)] = (byte)MathF.Round(Math.Clamp(float.IsNaN(planes[i]) ? 0 : planes[i], 0, 1) * 255);
        return picture;
    }

    // Weights in 65,536ths, which add up to one.
    private static byte Grey(int red, int green, int blue) => (byte)(((19595 * red) + (38470 * green) + (7471 * blue) + 32768) >> 16);
}
