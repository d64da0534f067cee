using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Framework.Errors;
using Framework.Tensors;

namespace Onnx.Wire;

/// <summary>Makes tensors of <c>TensorProto</c> messages: the elements go from the source into aligned memory in one copy.</summary>
/// <param name="source">Where the elements stayed that were cut out of the messages.</param>
/// <param name="cuts">The places of those elements.</param>
/// <param name="folder">The folder that external data must lie in; null where there is none.</param>
internal sealed class TensorReader(ByteSource source, IReadOnlyList<Cut[]> cuts, ExternalData? folder)
{
    /// <summary>Makes a tensor.</summary>
    /// <param name="message">The message.</param>
    /// <param name="place">How messages of errors name it.</param>
    /// <exception cref="ModelFormatException">The elements do not fill the shape, or the message breaks another rule.</exception>
    /// <exception cref="UnsupportedModelException">The elements are of a type that tensors do not have.</exception>
    public Tensor Read(TensorProto message, string place)
    {
        var type = TypeOf(message.DataType, place);
        var shape = ShapeOf(message, place);
        if (message.Segment is not null) throw new UnsupportedModelException(place, "its elements come in segments, which no known program writes.");
        long bytes = (long)shape.ElementCount * type.Size();
        var chunks = message.HasCut ? cuts[message.Cut - 1] : [];
        if (message.DataLocation == TensorProto.Types.DataLocation.External) return ReadExternal(message, type, shape, place);
        if (message.HasRawData || chunks.Any(c => c.Field == TensorProto.RawDataFieldNumber)) return ReadRaw(message, chunks, type, shape, bytes, place);
        return ReadTyped(message, chunks, type, shape, place);
    }

    /// <summary>How many bytes a tensor takes.</summary>
    /// <inheritdoc cref="Read" path="/param|/exception"/>
    public static long BytesOf(TensorProto message, string place)
    {
        var type = TypeOf(message.DataType, place);
        return (long)ShapeOf(message, place).ElementCount * type.Size();
    }

    /// <summary>The element type of the format's number.</summary>
    public static ElementType TypeOf(int number, string place) => number switch
    {
        0 => throw new ModelFormatException(place, "has no element type."),
        _ when Enum.IsDefined((ElementType)number) => (ElementType)number,
        8 => throw new UnsupportedModelException(place, "holds strings.", "Only numbers and booleans are supported."),
        14 or 15 => throw new UnsupportedModelException(place, "holds complex numbers.", "Only real numbers and booleans are supported."),
        >= 17 and <= 26 => throw new UnsupportedModelException(
            place, $"holds elements of the type {number}, one of fewer than 8 bits or an 8-bit float.", "Types of 8 bits (integers) or 16 (floats) and more are supported."),
        _ => throw new ModelFormatException(place, $"the element type {number} does not exist."),
    };

    private static Shape ShapeOf(TensorProto message, string place)
    {
        if (message.Dims.Count > TypeCodec.LargestRank)
            throw new ModelFormatException(place, $"has {message.Dims.Count} axes; at most {TypeCodec.LargestRank} are possible.");
        try
        {
            return Shape.From([.. message.Dims]);
        }
        catch (ShapeException e)
        {
            throw new ModelFormatException($"{place}, {e.Place}", e.Problem, e.Remedy, e);
        }
    }

    private Tensor ReadRaw(TensorProto message, Cut[] chunks, ElementType type, Shape shape, long bytes, string place)
    {
        // Where a field that is not repeated occurs again, the last one counts.
        var last = chunks.LastOrDefault(c => c.Field == TensorProto.RawDataFieldNumber);
        long given = last.Field == 0 ? message.RawData.Length : last.Length;
        if (given != bytes) throw WrongAmount(place, type, shape, given, "bytes", bytes);
        var tensor = Tensor.Uninitialized(type, shape);
        if (last.Field == 0) message.RawData.Span.CopyTo(tensor.AsBytes());
        else ReadInto(source, last.Offset, tensor);
        return tensor;
    }

    private Tensor ReadExternal(TensorProto message, ElementType type, Shape shape, string place)
    {
        var (location, offset, length) = ExternalReference.Read(message, place);
        if (folder is null)
            throw new ModelFormatException(place, $"its elements lie in the file '{location}', but the model was not read from a folder.", "Load the model from its file.");
        long bytes = (long)shape.ElementCount * type.Size();
        if (length is { } said && said != bytes) throw WrongAmount(place, type, shape, said, "bytes", bytes);
        if (bytes == 0)
        {
            folder.Find(location, place);
            return Tensor.Uninitialized(type, shape);
        }

        var file = folder.Open(location, offset > long.MaxValue - bytes ? long.MaxValue : offset + bytes, place);
        if (offset > file.Length - bytes)
            throw new ModelFormatException(place, FormattableString.Invariant($"wants {bytes} bytes from byte {offset} on of '{location}', which has {file.Length}."));
        var tensor = Tensor.Uninitialized(type, shape);
        ReadInto(file, offset, tensor);
        return tensor;
    }

    /// <summary>Fills a tensor with the bytes from an offset on.</summary>
    public static unsafe void ReadInto(ByteSource from, long offset, Tensor tensor)
    {
        // One thread does not copy as fast as memory takes it; and a span holds at most 2 GB, a tensor may hold more.
        const int part = 1 << 23;
        nint bytes = tensor.ByteCount;
        byte* target = tensor.Pointer;
        try
        {
            if (bytes <= part) Read(0);
            else Parallel.For(0, ((bytes - 1) / part) + 1, i => Read((nint)i * part));
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        GC.KeepAlive(tensor);

        void Read(nint start) => from.Read(offset + start, new Span<byte>(target + start, (int)Math.Min(part, bytes - start)));
    }

    private Tensor ReadTyped(TensorProto message, Cut[] chunks, ElementType type, Shape shape, string place)
    {
        int field = FieldOf(type);
        var inline = Inline(message, field);
        chunks = Array.FindAll(chunks, c => c.Field == field);

        // An element takes at least so many bytes, so it is known before memory is taken whether the shape can be filled.
        int least = field switch { TensorProto.FloatDataFieldNumber => sizeof(float), TensorProto.DoubleDataFieldNumber => sizeof(double), _ => 1 };
        long most = inline.Count + chunks.Sum(c => c.Length / least);
        if (most < shape.ElementCount) throw WrongAmount(place, type, shape, most, "elements", shape.ElementCount);
        var tensor = Tensor.Uninitialized(type, shape);
        int next = 0;
        foreach (ulong bits in inline.Bits) Put(bits);
        foreach (var chunk in chunks)
        {
            using var reader = new ByteReader(source, chunk.Offset, chunk.Offset + chunk.Length);
            while (reader.Position < reader.End) Put(least == 1 ? reader.ReadVarint() : reader.ReadFixed(least));
        }

        if (next != shape.ElementCount) throw WrongAmount(place, type, shape, next, "elements", shape.ElementCount);
        return tensor;

        void Put(ulong bits)
        {
            if (next == shape.ElementCount) throw WrongAmount(place, type, shape, next + 1L, "or more elements", shape.ElementCount);
            Store(tensor, next++, bits);
        }
    }

    /// <summary>The field of <c>TensorProto</c> that elements of a type stand in, where not in <c>raw_data</c>.</summary>
    private static int FieldOf(ElementType type) => type switch
    {
        ElementType.Float32 => TensorProto.FloatDataFieldNumber,
        ElementType.Float64 => TensorProto.DoubleDataFieldNumber,
        ElementType.Int64 => TensorProto.Int64DataFieldNumber,
        ElementType.UInt32 or ElementType.UInt64 => TensorProto.Uint64DataFieldNumber,
        _ => TensorProto.Int32DataFieldNumber,
    };

    private static (int Count, IEnumerable<ulong> Bits) Inline(TensorProto message, int field) => field switch
    {
        TensorProto.FloatDataFieldNumber => (message.FloatData.Count, message.FloatData.Select(x => (ulong)BitConverter.SingleToUInt32Bits(x))),
        TensorProto.DoubleDataFieldNumber => (message.DoubleData.Count, message.DoubleData.Select(BitConverter.DoubleToUInt64Bits)),
        TensorProto.Int64DataFieldNumber => (message.Int64Data.Count, message.Int64Data.Select(x => (ulong)x)),
        TensorProto.Uint64DataFieldNumber => (message.Uint64Data.Count, message.Uint64Data),
        _ => (message.Int32Data.Count, message.Int32Data.Select(x => (ulong)x)),
    };

    // The bits of an element, of which a type takes as many as it is wide.
    private static void Store(Tensor tensor, int index, ulong bits)
    {
        var bytes = tensor.AsBytes();
        switch (tensor.ElementType.Size())
        {
            case 1: bytes[index] = tensor.ElementType == ElementType.Bool ? (byte)(bits == 0 ? 0 : 1) : (byte)bits; break;
            case 2: MemoryMarshal.Cast<byte, ushort>(bytes)[index] = (ushort)bits; break;
            case 4: MemoryMarshal.Cast<byte, uint>(bytes)[index] = (uint)bits; break;
            default: MemoryMarshal.Cast<byte, ulong>(bytes)[index] = bits; break;
        }
    }

    private static ModelFormatException WrongAmount(string place, ElementType type, Shape shape, long given, string unit, long expected) => new(
        place, FormattableString.Invariant($"holds {given} {unit}, but {type}{shape} takes {expected}."), "The file is damaged.");
}
