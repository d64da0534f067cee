using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Framework.Errors;
using Framework.Files;

namespace Framework.Training.Checkpoints;

/// <summary>
/// A checkpoint on disk, two files: <c>NAME.safetensors</c> with all tensors, and <c>NAME.json</c> with everything else. The first line of the JSON is
/// <c>{"sha256":"HEX",</c> with the SHA-256 of all bytes that follow the line; among these is the SHA-256 of the tensors' file. So no byte of either can
/// change unseen, and nothing in them can be executed. The JSON appears last: where it is, the tensors are.
/// </summary>
public static class CheckpointFile
{
    /// <summary>The version of the format, which the JSON names.</summary>
    public const int Version = 1;

    private const string FirstLineStart = "{\"sha256\":\"";
    private const string FirstLineEnd = "\",\n";

    /// <summary>Writes a checkpoint: each file under another name first, flushed to the disk, then renamed.</summary>
    /// <param name="manifest">The path of the JSON; the tensors' file lies beside it.</param>
    /// <param name="checkpoint">What to write.</param>
    public static void Write(string manifest, Checkpoint checkpoint)
    {
        string? sum = null;
        AtomicFile.Write(
            (TensorsBeside(manifest), stream =>
            {
                using var hash = SHA256.Create();
                using (var hashing = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
                    Safetensors.Write(hashing, [.. checkpoint.Tensors.Select(t => (t.Key, t.Value))]);
                sum = Convert.ToHexStringLower(hash.Hash!);
            }
        ),
            (manifest, stream => WriteManifest(stream, new Manifest(Version, sum!, checkpoint.Identity, checkpoint.Progress))));
    }

    /// <summary>Reads a checkpoint.</summary>
    /// <exception cref="DataFormatException">A byte is not as it was written, or a file is missing.</exception>
    public static Checkpoint Read(string manifest)
    {
        try
        {
            var content = ReadManifest(manifest);
            string file = TensorsBeside(manifest);
            byte[] tensors = File.ReadAllBytes(file);
            if (Convert.ToHexStringLower(SHA256.HashData(tensors)) != content.Tensors)
                throw new DataFormatException(file, "is not as it was written: its SHA-256 is another.");
            using var stream = new MemoryStream(tensors, writable: false);
            return new Checkpoint(content.Progress, content.Identity, Safetensors.Read(stream, file));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataFormatException(manifest, $"cannot be read: {error.Message}", inner: error);
        }
    }

    /// <summary>The path of the tensors' file that belongs to a JSON.</summary>
    public static string TensorsBeside(string manifest) => Path.ChangeExtension(manifest, ".safetensors");

    private static void WriteManifest(Stream stream, Manifest manifest)
    {
        // The first member of the object is the sum of the rest, so the brace that opens the rest is left out.
        byte[] rest = JsonSerializer.SerializeToUtf8Bytes(manifest, ManifestJson.Default.Manifest).AsSpan(1).ToArray();
        stream.Write(FirstLine(rest));
        stream.Write(rest);
    }

    private static byte[] FirstLine(ReadOnlySpan<byte> rest) =>
        Encoding.UTF8.GetBytes(FirstLineStart + Convert.ToHexStringLower(SHA256.HashData(rest)) + FirstLineEnd);

    private static Manifest ReadManifest(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        int end = content.AsSpan().IndexOf((byte)'\n') + 1;
        if (end == 0 || !content.AsSpan(0, end).SequenceEqual(FirstLine(content.AsSpan(end))))
            throw new DataFormatException(path, "is not as it was written: its SHA-256 is another.");
        Manifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(content, ManifestJson.Default.Manifest);
        }
        catch (JsonException error)
        {
            throw new DataFormatException(path, $"is no checkpoint: {error.Message}", inner: error);
        }

        if (manifest is not { Version: Version })
            throw new DataFormatException(path, $"is a checkpoint of version {manifest?.Version}; this program reads version {Version}.");
        return manifest;
    }
}

/// <summary>The JSON of a checkpoint, after its first line.</summary>
/// <param name="Version">The version of the format.</param>
/// <param name="Tensors">The SHA-256 of the tensors' file.</param>
/// <param name="Identity">What must not change.</param>
/// <param name="Progress">How far the run has come.</param>
internal sealed record Manifest(int Version, string Tensors, RunIdentity Identity, RunProgress Progress);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
