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
        CheckLength(path);
        using var content = PackedFile.Open(path).Content;
        return ReadNext(content, path);
    }

    /// <summary>Reads one array and leaves the stream behind it. Trusts the header: for content of known origin.</summary>
    internal static Tensor ReadNext(Stream content, string place)
    {
        var reader = new IdxReader(content, place);
        var (type, shape) = reader.ReadHeader();
        var tensor = Tensor.Uninitialized(type, shape);
        reader.ReadElements(tensor);
        return tensor;
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

    private static void CheckLength(string path)
    {
        var (content, packed) = PackedFile.Open(path);
        using (content)
        {
            var reader = new IdxReader(content, path);
            var (type, shape) = reader.ReadHeader();
            long declared = (long)shape.ElementCount * type.Size();
            if (packed && declared > MaxUnpackedBytes)
            {
                throw new DataFormatException(
                    path, $"the header declares {declared} bytes of elements; from gzip at most {MaxUnpackedBytes} are read.", "Unpack it with gunzip first.");
            }

            long start = reader.Position;
            long found = packed ? reader.Skip(declared + 1) : content.Length - start;
            if (found < declared)
            {
                throw new DataFormatException(
                    path, $"byte {start + found}: the file ends, but the header's {shape} needs {start + declared} bytes.", RemedyForTruncation);
            }

            if (found > declared)
                throw new DataFormatException(path, $"byte {start + declared}: the file goes on, but the header's {shape} ends here.");
        }
    }

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
