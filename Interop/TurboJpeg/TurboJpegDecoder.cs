using System.Runtime.InteropServices;
using Framework.Data.Images;
using Framework.Errors;

namespace Interop.TurboJpeg;

/// <summary>JPEG through TurboJPEG. The library is looked for when the first JPEG comes along.</summary>
/// <param name="libraryPath">The library's file or folder; null to look for it, see <see cref="TurboJpegLibrary.Find"/>.</param>
public sealed unsafe class TurboJpegDecoder(string? libraryPath = null) : IImageDecoder
{
    private const int Grey = 6;
    private const int Rgb = 0;
    private const int Cmyk = 11;

    private const int GreySpace = 2;
    private const int CmykSpace = 3;
    private const int YcckSpace = 4;

    // The exact inverse transform; and an end to progressive files that hold scans without end.
    private const int Flags = 4096 | 32768;

    private readonly Lazy<TurboJpegLibrary> _library = new(() => TurboJpegLibrary.Find(libraryPath));

    /// <inheritdoc/>
    public string Kind => "JPEG";

    /// <inheritdoc/>
    public bool Knows(ReadOnlySpan<byte> head) => head is [0xFF, 0xD8, 0xFF, ..];

    /// <inheritdoc/>
    /// <exception cref="EngineException">The library is absent.</exception>
    public Picture Decode(ReadOnlyMemory<byte> file, string place)
    {
        var library = _library.Value;
        nint handle = library.InitDecompress();
        if (handle == 0) throw new EngineException(TurboJpegLibrary.Engine, "gives no decompressor.");
        try
        {
            fixed (byte* bytes = file.Span) return Decode(library, handle, bytes, new CULong((nuint)file.Length), place);
        }
        finally
        {
            library.Destroy(handle);
        }
    }

    private Picture Decode(TurboJpegLibrary library, nint handle, byte* file, CULong length, string place)
    {
        int columns, rows, subsampling, space;
        Check(library.DecompressHeader(handle, file, length, &columns, &rows, &subsampling, &space), library, handle, place);
        if (columns < 1 || rows < 1 || (long)columns * rows > Picture.MostPixels)
            throw new DataFormatException(place, $"{Kind}: a picture of {columns} x {rows} pixels is declared; 1 to {Picture.MostPixels} pixels are read.");
        bool cmyk = space is CmykSpace or YcckSpace;
        int format = cmyk ? Cmyk : space == GreySpace ? Grey : Rgb;
        var picture = new Picture(rows, columns, cmyk ? 4 : space == GreySpace ? 1 : 3);
        fixed (byte* pixels = picture.Pixels)
            Check(library.Decompress(handle, file, length, pixels, columns, 0, rows, format, Flags), library, handle, place);
        return cmyk ? FromCmyk(picture) : picture;
    }

    /// <summary>Passes over what the library only warns of, such as stray bytes between markers; but not that the file ends too early.</summary>
    private void Check(int status, TurboJpegLibrary library, nint handle, string place)
    {
        const int Warning = 0;
        if (status == 0) return;
        string text = Marshal.PtrToStringUTF8(library.ErrorText(handle)) ?? "";
        if (library.ErrorCode(handle) == Warning && !text.Contains("Premature end", StringComparison.Ordinal)) return;
        throw new DataFormatException(place, $"{Kind}: {text}.", "The file is damaged, or was cut off on its way.");
    }

    // Adobe's programs, where such files come from, store the inks inverted: 255 is none.
    private static Picture FromCmyk(Picture inks)
    {
        var picture = new Picture(inks.Rows, inks.Columns, 3);
        for (int i = 0; i < inks.Rows * inks.Columns; i++)
        {
            var ink = inks.Pixels.AsSpan(4 * i, 4);
            for (int c = 0; c < 3; c++) picture.Pixels[(3 * i) + c] = (byte)(((ink[c] * ink[3]) + 127) / 255);
        }

        return picture;
    }
}
