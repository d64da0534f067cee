using System.Buffers.Binary;
using Framework.Errors;
using Framework.Tensors;

namespace Framework.Data.Idx;

/// <summary>The IDX format from a stream, byte by byte accounted for, so that an error can say where it is.</summary>
/// <remarks>
/// Two zero bytes, the element type, the number of dimensions; then each dimension as a big-endian 32-bit count; then the
/// elements, big-endian, the last dimension running fastest. (Y. LeCun, C. Cortes, C. Burges: The MNIST database, 1998.)
/// </remarks>
internal sealed class IdxReader(Stream stream, string place)
{
    private const int MagicBytes = 4;

    /// <summary>The place in the (unpacked) content.</summary>
    public long Position { get; private set; }

    public (ElementType Type, Shape Shape) ReadHeader()
    {
        Span<byte> word = stackalloc byte[MagicBytes];
        Fill(word, "the magic number");
        if (word[0] != 0 || word[1] != 0)
        {
            throw new DataFormatException(
                place, $"byte 0: the file starts with {word[0]:X2} {word[1]:X2}, an IDX file with 00 00.", "Is this another kind of file?");
        }

        var type = TypeOf(word[2]);
        var extents = new int[word[3]];
        if (extents.Length == 0) throw new DataFormatException(place, "byte 3: the number of dimensions is 0; at least 1 is expected.");

        long bytes = type.Size();
        for (int axis = 0; axis < extents.Length; axis++)
        {
            Fill(word, $"dimension {axis}");
            uint extent = BinaryPrimitives.ReadUInt32BigEndian(word);
            bytes = extent > int.MaxValue ? long.MaxValue : bytes * extent;
            if (bytes > int.MaxValue)
            {
                throw new DataFormatException(
                    place,
                    $"byte {Position - word.Length}: dimension {axis} of {extent} makes the elements take more than 2 GB, the most that is read.");
            }

            extents[axis] = (int)extent;
        }

        return (type, new Shape(extents));
    }

    public Tensor ReadElements(ElementType type, Shape shape)
    {
        var tensor = Tensor.Uninitialized(type, shape);
        Fill(tensor.AsBytes(), "the elements");
        BigEndian.Swap(tensor.AsBytes(), type.Size());
        return tensor;
    }

    /// <summary>Reads on to the end without keeping more than the last bytes.</summary>
    /// <param name="limit">Where to stop if the end does not come before.</param>
    /// <param name="tail">Receives the last bytes before the place where the reading stopped.</param>
    /// <returns>The number of bytes that were read.</returns>
    public long Skip(long limit, Span<byte> tail)
    {
        var buffer = new byte[tail.Length + (1 << 16)]; // what was last read, with as much before it as the tail is long
        long skipped = 0;
        while (skipped < limit && ReadSome(buffer.AsSpan(tail.Length, (int)Math.Min(1 << 16, limit - skipped))) is > 0 and var read)
        {
            skipped += read;
            buffer.AsSpan(read, tail.Length).CopyTo(buffer);
        }

        buffer.AsSpan(0, tail.Length).CopyTo(tail);
        return skipped;
    }

    private ElementType TypeOf(byte code) => code switch
    {
        0x08 => ElementType.UInt8,
        0x09 => ElementType.Int8,
        0x0B => ElementType.Int16,
        0x0C => ElementType.Int32,
        0x0D => ElementType.Float32,
        0x0E => ElementType.Float64,
        _ => throw new DataFormatException(place, $"byte 2: {code:X2} is no element type; 08, 09, 0B, 0C, 0D and 0E are."),
    };

    private void Fill(Span<byte> target, string what)
    {
        int filled = 0;
        while (filled < target.Length)
        {
            int read = ReadSome(target[filled..]);
            if (read == 0) throw new DataFormatException(place, $"byte {Position}: the file ends inside {what}.", IdxFile.RemedyForTruncation);
            filled += read;
        }
    }

    private int ReadSome(Span<byte> target)
    {
        try
        {
            int read = stream.Read(target);
            Position += read;
            return read;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            string what = error is InvalidDataException ? "the packing is damaged behind this byte of the content" : "reading failed";
            throw new DataFormatException(place, $"byte {Position}: {what}: {error.Message}", IdxFile.RemedyForTruncation, error);
        }
    }
}
