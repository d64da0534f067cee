using System.Buffers;
using Framework.Errors;
using Framework.Tensors;
using Google.Protobuf;

namespace Onnx.Wire;

/// <summary>Makes <c>TensorProto</c> messages of tensors. The elements are not copied: the message looks into the tensor's memory.</summary>
internal static class TensorWriter
{
    /// <summary>Makes a message.</summary>
    /// <param name="tensor">The tensor; must not change until the message is written.</param>
    /// <param name="name">Its name; null for none.</param>
    /// <exception cref="UnsupportedModelException">The tensor is larger than a message may be.</exception>
    public static TensorProto Write(Tensor tensor, string? name)
    {
        var message = Head(tensor, name);
        if (tensor.ByteCount > int.MaxValue)
            throw new UnsupportedModelException($"tensor '{name}'", $"takes {tensor.ByteCount} bytes; inside a file a tensor has less than 2 GB.", "Write external data.");
        message.RawData = tensor.Count == 0 ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(new TensorMemory(tensor).Memory);
        return message;
    }

    /// <summary>Makes a message whose elements stand in another file.</summary>
    public static TensorProto WriteExternal(Tensor tensor, string? name, string location, long offset)
    {
        var message = Head(tensor, name);
        message.DataLocation = TensorProto.Types.DataLocation.External;
        message.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        message.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = FormattableString.Invariant($"{offset}") });
        message.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = FormattableString.Invariant($"{tensor.ByteCount}") });
        return message;
    }

    /// <summary>Writes a tensor's bytes.</summary>
    public static unsafe void WriteTo(Stream stream, Tensor tensor)
    {
        const int step = 1 << 30;
        for (nint done = 0; done < tensor.ByteCount; done += step)
            stream.Write(new ReadOnlySpan<byte>(tensor.Pointer + done, (int)Math.Min(step, tensor.ByteCount - done)));
        GC.KeepAlive(tensor);
    }

    private static TensorProto Head(Tensor tensor, string? name)
    {
        var message = new TensorProto { DataType = (int)tensor.ElementType };
        foreach (int extent in tensor.Shape) message.Dims.Add(extent);
        if (name is not null) message.Name = name;
        return message;
    }

    /// <summary>A tensor's bytes as memory; the storage never moves.</summary>
    private sealed class TensorMemory(Tensor tensor) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => tensor.AsBytes();

        public override unsafe MemoryHandle Pin(int elementIndex = 0) => new(tensor.Pointer + elementIndex, pinnable: this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
