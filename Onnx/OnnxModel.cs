using Framework.Errors;
using Framework.Graphs;
using Onnx.Wire;

namespace Onnx;

/// <summary>Reads and writes ONNX models.</summary>
public static class OnnxModel
{
    /// <summary>Reads a model from its file, and its external data from the file's folder.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="UsageException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="ModelFormatException">The file is truncated, damaged, no ONNX file, or breaks a rule of the format.</exception>
    /// <exception cref="UnsupportedModelException">The model needs what is not implemented; the message lists all of it.</exception>
    /// <exception cref="ShapeException">Operands do not fit an operator.</exception>
    public static Graph Load(string path)
    {
        using var source = Open(path);
        using var folder = new ExternalData(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return Importer.Import(source, folder);
    }

    /// <summary>Reads a model from memory; it may have no external data.</summary>
    /// <param name="bytes">The bytes of an ONNX file.</param>
    /// <param name="name">How messages name the model.</param>
    /// <inheritdoc cref="Load" path="/exception[@cref='T:Framework.Errors.ModelFormatException']"/>
    /// <inheritdoc cref="Load" path="/exception[@cref='T:Framework.Errors.UnsupportedModelException']"/>
    /// <inheritdoc cref="Load" path="/exception[@cref='T:Framework.Errors.ShapeException']"/>
    public static Graph Parse(ReadOnlyMemory<byte> bytes, string name = "model")
    {
        using var source = new MemoryBytes(bytes, name);
        return Importer.Import(source, null);
    }

    /// <summary>
    /// Writes a model; the file, and the one with the weights where there is one, appears whole or not at all. The same graph and options
    /// always give the same bytes.
    /// </summary>
    /// <param name="graph">The model. Operators of the <c>grad</c> domain are written out in ONNX's own.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How to write; null for the defaults.</param>
    /// <exception cref="UnsupportedModelException">An operator has no form in the operator set that was asked for.</exception>
    /// <exception cref="UsageException">The operator set is none that is written, or the file cannot be.</exception>
    public static void Save(Graph graph, string path, OnnxExportOptions? options = null) => Exporter.Save(graph, path, options ?? new());

    /// <summary>Writes a model into memory; external data is not possible there.</summary>
    /// <inheritdoc cref="Save"/>
    public static byte[] Serialize(Graph graph, OnnxExportOptions? options = null) => Exporter.Serialize(graph, options ?? new());

    private static FileBytes Open(string path)
    {
        try
        {
            return new FileBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UsageException($"model '{path}'", "there is no such file.", null, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"model '{path}'", $"it cannot be read: {e.Message}", null, e);
        }
    }
}
