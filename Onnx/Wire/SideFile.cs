using Framework.Tensors;

namespace Onnx.Wire;

/// <summary>The file that holds a model's larger tensors, while the model is written.</summary>
/// <param name="name">Its name, in the model's folder.</param>
internal sealed class SideFile(string name)
{
    // A page: engines map the file and look into it.
    private const int Alignment = 4096;

    private readonly List<(Tensor Tensor, long Offset)> _tensors = [];
    private long _end;

    /// <summary>Gives a tensor its place.</summary>
    public TensorProto Add(Tensor tensor, string tensorName)
    {
        long offset = (_end + Alignment - 1) / Alignment * Alignment;
        _tensors.Add((tensor, offset));
        _end = offset + tensor.ByteCount;
        return TensorWriter.WriteExternal(tensor, tensorName, name, offset);
    }

    /// <summary>Writes all tensors to their places.</summary>
    public void WriteTo(Stream stream)
    {
        long written = 0;
        foreach (var (tensor, offset) in _tensors)
        {
            stream.Write(new byte[offset - written]);
            TensorWriter.WriteTo(stream, tensor);
            written = offset + tensor.ByteCount;
        }
    }
}
