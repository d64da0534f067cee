using System.IO.Compression;
using Framework.Errors;

namespace Framework.Data.Idx;

/// <summary>Files that may be gzip: told by their first two bytes, not by their name.</summary>
internal static class PackedFile
{
    /// <summary>The content from its first byte on, and whether it is being unpacked.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">It cannot be read.</exception>
    public static (Stream Content, bool Packed) Open(string path)
    {
        FileStream? file = null;
        try
        {
            file = File.OpenRead(path);
            bool packed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
            file.Position = 0;
            return packed ? (new GZipStream(file, CompressionMode.Decompress), true) : (file, false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            file?.Dispose();
            if (error is FileNotFoundException or DirectoryNotFoundException)
                throw new UsageException(path, "there is no such file.", inner: error);
            throw new DataFormatException(path, $"cannot be read: {error.Message}", inner: error);
        }
    }
}
