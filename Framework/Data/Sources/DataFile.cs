using System.Security.Cryptography;
using Framework.Data.Idx;
using Framework.Errors;

namespace Framework.Data.Sources;

/// <summary>A file of a published data set, with what it must hold.</summary>
/// <param name="Name">Its name, without <c>.gz</c>.</param>
/// <param name="Bytes">Its length, unpacked.</param>
/// <param name="Sha256">The SHA-256 of its unpacked content, in lower-case hexadecimal.</param>
public sealed record DataFile(string Name, long Bytes, string Sha256)
{
    private const string Remedy = "Is it another edition of the data set, or damaged?";

    /// <summary>Whether the file at a path holds exactly this.</summary>
    internal bool Matches(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length != Bytes) return false;
        using var stream = File.OpenRead(path);
        return IsSha256(SHA256.HashData(stream));
    }

    /// <summary>Copies a file, unpacking gzip, and checks what was copied. The target is of use only if this returns.</summary>
    /// <exception cref="DataFormatException">It holds something else.</exception>
    internal void Copy(string source, string target)
    {
        using var file = PackedFile.Open(source);
        using var content = PackedFile.IsGzip(file) ? PackedFile.Unpack(file) : file;
        using var output = new FileStream(target, FileMode.CreateNew, FileAccess.Write);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        long length = 0;
        while (Next(content, buffer, source) is > 0 and var read)
        {
            length += read;
            if (length > Bytes) throw new DataFormatException(source, $"byte {Bytes}: goes on, but {Name} has {Bytes} bytes.", Remedy);
            hash.AppendData(buffer, 0, read);
            output.Write(buffer, 0, read);
        }

        if (length < Bytes) throw new DataFormatException(source, $"byte {length}: ends, but {Name} has {Bytes} bytes.", Remedy);
        if (!IsSha256(hash.GetHashAndReset()))
            throw new DataFormatException(source, $"its SHA-256 is not that of {Name}, {Sha256}.", Remedy);
        output.Flush(flushToDisk: true);
    }

    private static int Next(Stream content, byte[] buffer, string source)
    {
        try
        {
            return content.Read(buffer);
        }
        catch (InvalidDataException error)
        {
            throw new DataFormatException(source, $"the gzip packing is damaged: {error.Message}", inner: error);
        }
    }

    private bool IsSha256(byte[] hash) => Convert.ToHexStringLower(hash) == Sha256;
}
