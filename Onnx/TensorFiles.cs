using Framework.Errors;
using Framework.Files;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx;

/// <summary>Tensors in files of their own: <c>.pb</c>, an ONNX <c>TensorProto</c>, and <c>.npy</c>, NumPy's.</summary>
public static class TensorFiles
{
    /// <summary>Reads a tensor; the file's ending says in which format.</summary>
    /// <param name="path">A <c>.pb</c> or <c>.npy</c> file.</param>
    /// <exception cref="UsageException">The ending is neither, or the file cannot be opened.</exception>
    /// <exception cref="DataFormatException">The file is truncated, damaged or not of its ending's format.</exception>
    /// <exception cref="UnsupportedModelException">Its elements are of a type that tensors do not have.</exception>
    public static Tensor Read(string path)
    {
        bool numPy = IsNumPy(path);
        using var source = Open(path);
        try
        {
            return numPy ? NumPyFormat.Read(source) : ReadMessage(source);
        }
        catch (ModelFormatException e)
        {
            throw new DataFormatException(e.Place.StartsWith(path, StringComparison.Ordinal) ? e.Place : $"{path}, {e.Place}", e.Problem, e.Remedy, e);
        }
    }

    /// <summary>Writes a tensor; the file's ending says in which format, and the file appears whole or not at all.</summary>
    /// <param name="path">A <c>.pb</c> or <c>.npy</c> file.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="name">The name that a <c>.pb</c> file gives it.</param>
    /// <exception cref="UsageException">The ending is neither.</exception>
    public static void Write(string path, Tensor tensor, string? name = null)
    {
        bool numPy = IsNumPy(path);
        AtomicFile.Write(path, stream =>
        {
            if (numPy) NumPyFormat.Write(stream, tensor);
            else TensorWriter.Write(tensor, name).WriteTo(stream);
        });
    }

    private static Tensor ReadMessage(ByteSource source)
    {
        var (message, cuts) = Skeleton.ReadTensor(source);
        return new TensorReader(source, cuts, null).Read(message, "tensor");
    }

    private static bool IsNumPy(string path) => Path.GetExtension(path) switch
    {
        ".npy" => true,
        ".pb" => false,
        _ => throw new UsageException($"tensor file '{path}'", "its ending is neither .pb nor .npy."),
    };

    private static FileBytes Open(string path)
    {
        try
        {
            return new FileBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"tensor file '{path}'", $"it cannot be read: {e.Message}", null, e);
        }
    }
}
