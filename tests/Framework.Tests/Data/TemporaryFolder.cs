using System.IO.Compression;
using Framework.Data.Idx;
using Framework.Tensors;

namespace Framework.Tests.Data;

/// <summary>A folder of a test's own, gone afterwards.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("cnn-test-").FullName;

    public string this[string name] => Path.Combine(Root, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public string WriteIdx(string name, Tensor tensor, bool packed = false) =>
        Write(name, packed ? Gzip(IdxBytes(tensor)) : IdxBytes(tensor));

    public string[] Names() => [.. Directory.GetFileSystemEntries(Root).Select(p => Path.GetFileName(p)!).Order()];

    public void Dispose() => Directory.Delete(Root, recursive: true);

    public static byte[] IdxBytes(Tensor tensor)
    {
        var stream = new MemoryStream();
        IdxFile.Write(stream, tensor);
        return stream.ToArray();
    }

    public static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(bytes);
        return stream.ToArray();
    }
}
