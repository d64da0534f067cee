using System.Buffers.Binary;
using Framework.Errors;
using Framework.Files;
using Framework.Tensors;

namespace Framework.Data.Idx;

/// <summary>
/// IDX files, the format of MNIST: one array of bytes, integers or floats. Gzip is unpacked on the way, whatever the file is
/// called.
/// </summary>
public static class IdxFile
{
    /// <summary>
    /// The most bytes that a gzip file may unpack to. Its length says nothing about its content's, so that a small file
    /// could otherwise ask for any amount of time and memory.
    /// </summary>
    public const long MaxUnpackedBytes = 1L << 30;

    internal const string RemedyForTruncation = "Was it cut off on its way? Fetch or copy it again.";

    /// <summary>Reads a file. No memory is taken for the elements before the content is known to be as long as its header says.</summary>
    /// <exception cref="UsageException">There is no such file.</exception>
    /// <exception cref="DataFormatException">The file is not IDX, or is shorter or longer than its header says.</exception>
    public static Tensor Read(string path)
    {
        using var file = PackedFile.Open(path);
        if (PackedFile.IsGzip(file)) return ReadPacked(file, path);

        var reader = new IdxReader(file, path);
        var (type, shape) = reader.ReadHeader();
        CheckLength(path, shape, reader.Position, Length(type, shape), file.Length - reader.Position);
        return reader.ReadElements(type, shape);
    }

    /// <summary>Reads one array and leaves the stream behind it. Trusts the header: for content of known origin.</summary>
    internal static Tensor ReadNext(Stream content, string place)
    {
        var reader = new IdxReader(content, place);
        var (type, shape) = reader.ReadHeader();
        return reader.ReadElements(type, shape);
    }

    /// <summary>Writes a file; never half of one.</summary>
    /// <exception cref="ArgumentException">The format has no such element type, or not that many dimensions.</exception>
    public static void Write(string path, Tensor tensor) => AtomicFile.Write(path, stream => Write(stream, tensor));

    /// <summary>Writes one array to a stream.</summary>
    /// <exception cref="ArgumentException">The format has no such element type, or not that many dimensions.</exception>
    public static void Write(Stream stream, Tensor tensor)
    {
        if (tensor.Shape.Rank is 0 or > byte.MaxValue)
            throw new ArgumentException($"IDX arrays have 1 to 255 dimensions, this one {tensor.Shape.Rank}.", nameof(tensor));
        stream.Write([0, 0, CodeOf(tensor.ElementType), (byte)tensor.Shape.Rank]);
        Span<byte> word = stackalloc byte[sizeof(uint)];
        foreach (int extent in tensor.Shape)
        {
            BinaryPrimitives.WriteUInt32BigEndian(word, (uint)extent);
            stream.Write(word);
        }

        byte[] elements = tensor.AsBytes().ToArray();
        BigEndian.Swap(elements, tensor.ElementType.Size());
        stream.Write(elements);
    }

    /// <summary>Unpacks twice: to learn how long the content is, then into memory of that length.</summary>
    private static Tensor ReadPacked(FileStream file, string path)
    {
        byte[] packed = PackedFile.ReadSealed(file);
        using (var content = PackedFile.Unpack(packed))
        {
            var reader = new IdxReader(content, path);
            var (type, shape) = reader.ReadHeader();
            long declared = Length(type, shape);
            if (declared > MaxUnpackedBytes)
            {
                throw new DataFormatException(
                    path,
                    $"the header declares {declared} bytes of elements; from gzip at most {MaxUnpackedBytes} are read.",
                    "Unpack it with gunzip first.");
            }

            long start = reader.Position;
            Span<byte> tail = stackalloc byte[PackedFile.Seal.Length];
            long found = reader.Skip(declared + tail.Length + 1, tail) - tail.Length;
            if (found <= declared && !tail.SequenceEqual(PackedFile.Seal))
                throw new DataFormatException(path, $"byte {file.Length}: the gzip packing does not end where the file ends.", RemedyForTruncation);
            CheckLength(path, shape, start, declared, found);
        }

        using var again = PackedFile.Unpack(packed);
        return ReadNext(again, path);
    }

    private static void CheckLength(string path, Shape shape, long start, long declared, long found)
    {
        if (found < declared)
        {
            throw new DataFormatException(
                path, $"byte {start + found}: the file ends, but the header's {shape} needs {start + declared} bytes.", RemedyForTruncation);
        }

        if (found > declared)
            throw new DataFormatException(path, $"byte {start + declared}: the file goes on, but the header's {shape} ends here.");
    }

    private static long Length(ElementType type, Shape shape) => (long)shape.ElementCount * type.Size();

    private static byte CodeOf(ElementType type) => type switch
    {
        ElementType.UInt8 => 0x08,
        ElementType.Int8 => 0x09,
        ElementType.Int16 => 0x0B,
        ElementType.Int32 => 0x0C,
        ElementType.Float32 => 0x0D,
        ElementType.Float64 => 0x0E,
        _ => throw new ArgumentException($"IDX has no element type {type}.", nameof(type)),
    };
}
