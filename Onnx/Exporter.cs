using Framework.Errors;
using Framework.Files;
using Framework.Graphs;
using Google.Protobuf;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>Makes a model's messages of a graph, and writes them.</summary>
internal static class Exporter
{
    // A message has less than 2 GB; this leaves room for all that is not elements.
    private const long LargestInline = 1_900_000_000;

    public static byte[] Serialize(Graph graph, OnnxExportOptions options)
    {
        long bytes = ElementBytes(graph);
        if (bytes > LargestInline || options.ExternalData == true)
        {
            throw new UsageException(
                $"graph {graph.Name}", $"holds {bytes} bytes of elements that are to lie in a file beside the model; in memory there is none.", "Save it to a file.");
        }

        return Messages(graph, options, () => null).Model.ToByteArray();
    }

    public static void Save(Graph graph, string path, OnnxExportOptions options)
    {
        string dataPath = path + ".data";
        bool apart = options.ExternalData ?? ElementBytes(graph) > LargestInline;
        var (model, data) = Messages(graph, options, () => apart ? new SideFile(Path.GetFileName(dataPath)) : null);
        try
        {
            if (options.Inspect is { } inspect) Inspected(path, data is null ? null : dataPath, inspect, Write);
            else Write(path, dataPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"model '{path}'", $"it cannot be written: {e.Message}", null, e);
        }

        void Write(string modelPath, string besidePath)
        {
            if (data is null) AtomicFile.Write(modelPath, WriteModel);
            else AtomicFile.Write((besidePath, data.WriteTo), (modelPath, WriteModel));
        }

        void WriteModel(Stream stream)
        {
            using var output = new CodedOutputStream(stream, bufferSize: 1 << 20, leaveOpen: true);
            model.WriteTo(output);
        }
    }

    // The model names the file of its weights, so both must lie together under their own names when they are looked at.
    private static void Inspected(string path, string? dataPath, Action<string> inspect, Action<string, string> write)
    {
        string folder = Directory.CreateDirectory($"{path}.{Guid.NewGuid():N}.tmp").FullName;
        try
        {
            string model = Path.Combine(folder, Path.GetFileName(path)), data = Path.Combine(folder, Path.GetFileName(path) + ".data");
            write(model, data);
            inspect(model);
            if (dataPath is null) AtomicFile.Rename((model, path));
            else AtomicFile.Rename((data, dataPath), (model, path));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static long ElementBytes(Graph graph) => graph.Initializers.Sum(i => (long)i.Data.ByteCount);

    private static (ModelProto Model, SideFile? Data) Messages(Graph graph, OnnxExportOptions options, Func<SideFile?> newData)
    {
        graph = DecomposeGradients.From(graph);
        GraphVerifier.Check(graph, GraphStage.Portable);
        if (options.Opset is { } asked)
        {
            if (asked is < OpsetHistory.OldestWritten or > OpsetHistory.Newest)
                throw new UsageException($"operator set {asked}", $"is none that is written; those are {OpsetHistory.OldestWritten} to {OpsetHistory.Newest}.");
            return Write(graph, asked, newData());
        }

        // What the graph came from, or else what most engines read, raised to the births of its operators; then as far as forms of nodes need.
        long known = OpsetOf(graph);
        int first = known > 0
            ? Math.Max((int)known, OpsetHistory.OldestWritten)
            : graph.Nodes.Select(n => OpsetHistory.BirthOf(n.Operator.Name) ?? 1).Append(OpsetHistory.Default).Max();
        for (int opset = first; ; opset++)
        {
            try
            {
                return Write(graph, opset, newData());
            }
            catch (UnsupportedModelException) when (opset < OpsetHistory.Newest)
            {
                // The next one may have what is missing.
            }
        }
    }

    private static (ModelProto Model, SideFile? Data) Write(Graph graph, int opset, SideFile? data)
    {
        // The format version that came with the operator set; a file that had this operator set keeps its own.
        long irVersion = OpsetOf(graph) == opset && graph.Metadata.IrVersion is { } own ? own : OpsetHistory.IrVersion(opset);
        var model = new ModelProto { IrVersion = irVersion, Graph = GraphWriter.Write(graph, opset, irVersion, data) };
        MetadataCodec.Write(graph.Metadata, opset, model);
        Checker.Check(model, ordered: true);
        return (model, data);
    }

    // The version of ai.onnx in the file that a graph came from; 0 for a graph of our own.
    private static long OpsetOf(Graph graph) => graph.Metadata.Opsets.FirstOrDefault(o => MetadataCodec.IsOnnx(o.Key)).Value;
}
