using Framework.Errors;

namespace Framework.Data.Images;

/// <summary>Reads picture files, each with the first of some decoders that knows its kind.</summary>
/// <param name="decoders">The decoders; those asked first come first.</param>
public sealed class ImageReader(params IReadOnlyList<IImageDecoder> decoders)
{
    private const int HeadBytes = 16;

    // A file of this size would hold more than the most pixels even unpacked.
    private const long MostBytes = Picture.MostPixels * 8;

    /// <summary>The kinds that are read without any library: PNG, BMP, PNM.</summary>
    public static ImageReader Managed { get; } = new(new PngDecoder(), new BmpDecoder(), new PnmDecoder());

    /// <summary>The decoders.</summary>
    public IReadOnlyList<IImageDecoder> Decoders { get; } = decoders;

    /// <summary>A reader that asks further decoders first.</summary>
    public ImageReader With(params IReadOnlyList<IImageDecoder> first) => new([.. first, .. Decoders]);

    /// <summary>Reads a file.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">It is no picture of a kind that is known, or not what it should be.</exception>
    public Picture Read(string path)
    {
        byte[] file;
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes } info)
                throw new DataFormatException(path, $"has {info.Length} bytes; pictures of at most {MostBytes} are read.");
            file = File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(path, "there is no such file.", inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(path, $"cannot be read: {error.Message}", inner: error);
        }

        return Decode(file, path);
    }

    /// <summary>Reads a picture from a file's bytes.</summary>
    /// <inheritdoc cref="IImageDecoder.Decode"/>
    public Picture Decode(ReadOnlyMemory<byte> file, string place)
    {
        var head = file.Span[..Math.Min(HeadBytes, file.Length)];
        foreach (var decoder in Decoders)
        {
            if (decoder.Knows(head)) return decoder.Decode(file, place);
        }

        throw new DataFormatException(
            place,
            file.Length == 0 ? "is empty." : $"byte 0: starts with {Convert.ToHexString(head[..Math.Min(4, head.Length)])}, which no picture that is known does.",
            $"Known are {string.Join(", ", Decoders.Select(d => d.Kind))}.");
    }
}
