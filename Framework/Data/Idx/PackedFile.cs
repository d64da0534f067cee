using System.IO.Compression;
using Framework.Errors;

namespace Framework.Data.Idx;

/// <summary>Files that may be gzip: told by their first two bytes, not by their name.</summary>
internal static class PackedFile
{
    // GZipStream takes the end of its input for the end of the content, even where the check sum or the last block is cut off.
    // So a member of our own is put behind the file: it comes out again if, and only if, all before it was whole.
    private static readonly byte[] s_seal = "the file is whole"u8.ToArray();
    private static readonly byte[] s_packedSeal = Pack(s_seal);

    /// <summary>What follows the content that <see cref="ReadSealed"/>'s bytes unpack to.</summary>
    public static ReadOnlySpan<byte> Seal => s_seal;

    /// <summary>Opens a file as it is.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">It cannot be read.</exception>
    public static FileStream Open(string path) => Guard(path, () => File.OpenRead(path));

    /// <summary>Whether a file is gzip; it is read from its first byte afterwards.</summary>
    public static bool IsGzip(FileStream file)
    {
        file.Position = 0;
        bool packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return packed;
    }

    /// <summary>The packed bytes with a seal behind them, to be unpacked as often as needed.</summary>
    /// <exception cref="DataFormatException">It cannot be read.</exception>
    public static byte[] ReadSealed(FileStream file) => Guard(file.Name, () =>
    {
        var bytes = new byte[checked((int)file.Length + s_packedSeal.Length)];
        file.ReadExactly(bytes, 0, (int)file.Length);
        s_packedSeal.CopyTo(bytes, bytes.Length - s_packedSeal.Length);
        return bytes;
    });

    public static Stream Unpack(byte[] packed) => Unpack(new MemoryStream(packed, writable: false));

    public static Stream Unpack(Stream packed) => new GZipStream(packed, CompressionMode.Decompress);

    private static byte[] Pack(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(content);
        return packed.ToArray();
    }

    private static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException(path, "there is no such file.", inner: error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or OverflowException)
        {
            throw new DataFormatException(path, $"cannot be read: {error.Message}", inner: error);
        }
    }
}
