using Framework.Errors;
using Framework.Files;
using Framework.Graphs;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Opsets;
using Onnx.Wire;

namespace Onnx;

/// <summary>Makes a model's messages of a graph, and writes them.</summary>
internal sealed class Exporter
{
    // A message has less than 2 GB; this leaves room for all that is not elements.
    private const long LargestInline = 1_900_000_000;

    // Smaller tensors stay in the model also where the others go into a file of their own.
    private const int SmallestExternal = 1024;

    // A page: engines map the file and look into it.
    private const int ExternalAlignment = 4096;

    private readonly Graph _graph;
    private readonly int _opset;
    private readonly FormScope _scope;

    private Exporter(Graph graph, int opset)
    {
        _graph = graph;
        _opset = opset;
        var values = graph.Values.ToDictionary(v => v.Name);
        _scope = new FormScope(name => values.GetValueOrDefault(name)?.Fact, [.. values.Keys]);
    }

    public static byte[] Serialize(Graph graph, OnnxExportOptions options)
    {
        long bytes = ElementBytes(graph);
        if (bytes > LargestInline || options.ExternalData == true)
            throw new UsageException($"graph {graph.Name}", $"holds {bytes} bytes of elements that are to lie in a file beside the model; in memory there is none.", "Save it to a file.");
        return Messages(graph, options, null).ToByteArray();
    }

    public static void Save(Graph graph, string path, OnnxExportOptions options)
    {
        string dataPath = path + ".data";
        bool apart = options.ExternalData ?? ElementBytes(graph) > LargestInline;
        var data = apart ? new SideFile(Path.GetFileName(dataPath)) : null;
        var model = Messages(graph, options, data);
        try
        {
            if (data is null) AtomicFile.Write(path, WriteModel);
            else AtomicFile.Write((dataPath, data.WriteTo), (path, WriteModel));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"model '{path}'", $"it cannot be written: {e.Message}", null, e);
        }

        void WriteModel(Stream stream)
        {
            using var output = new CodedOutputStream(stream, bufferSize: 1 << 20, leaveOpen: true);
            model.WriteTo(output);
        }
    }

    private static long ElementBytes(Graph graph) => graph.Initializers.Sum(i => (long)i.Data.ByteCount);

    private static ModelProto Messages(Graph graph, OnnxExportOptions options, SideFile? data)
    {
        graph = DecomposeGradients.From(graph);
        GraphVerifier.Check(graph, GraphStage.Portable);
        if (options.Opset is { } asked)
        {
            if (asked is < OpsetHistory.OldestWritten or > OpsetHistory.Newest)
                throw new UsageException($"operator set {asked}", $"is none that is written; those are {OpsetHistory.OldestWritten} to {OpsetHistory.Newest}.");
            return new Exporter(graph, asked).Write(data);
        }

        // What the graph came from, or else what most engines read, raised to the births of its operators; then as far as forms of nodes need.
        long known = graph.Metadata.Opsets.FirstOrDefault(o => MetadataCodec.IsOnnx(o.Key)).Value;
        int first = known > 0
            ? Math.Max((int)known, OpsetHistory.OldestWritten)
            : graph.Nodes.Select(n => OpsetHistory.BirthOf(n.Operator.Name) ?? 1).Append(OpsetHistory.Default).Max();
        for (int opset = first; ; opset++)
        {
            try
            {
                return new Exporter(graph, opset).Write(data);
            }
            catch (UnsupportedModelException) when (opset < OpsetHistory.Newest)
            {
                data?.Clear();
            }
        }
    }

    private ModelProto Write(SideFile? data)
    {
        var model = new ModelProto { IrVersion = IrVersion(), Graph = WriteGraph(data) };
        MetadataCodec.Write(_graph.Metadata, _opset, model);
        Checker.Check(model, ordered: true);
        return model;
    }

    // The format version that came with the operator set; a file that had this operator set keeps its own.
    private long IrVersion()
    {
        bool kept = _graph.Metadata.Opsets.Any(o => o.Key is "" or "ai.onnx" && o.Value == _opset);
        return kept && _graph.Metadata.IrVersion is { } version ? version : OpsetHistory.IrVersion(_opset);
    }

    private GraphProto WriteGraph(SideFile? data)
    {
        var graph = new GraphProto { Name = _graph.Name };
        var nodes = _graph.Nodes.SelectMany(n => OpsetHistory.Downgrade(FormOf(n), _opset, _scope)).ToList();
        foreach (var node in nodes) graph.Node.Add(WriteNode(node));

        // What only an older form of a node holds in an attribute is no initializer any more.
        var read = new HashSet<string>([.. nodes.SelectMany(n => n.Inputs), .. _graph.Outputs.Select(o => o.Name)]);
        var kept = _graph.Initializers.Select(i => i.Name).ToHashSet();
        var readBefore = _graph.Nodes.SelectMany(n => n.Inputs).Select(v => v?.Name).ToHashSet();
        foreach (var (name, tensor) in _graph.Initializers.Select(i => (i.Name, i.Data)).Concat(_scope.TakeConstants()))
        {
            if (!read.Contains(name) && (readBefore.Contains(name) || !kept.Contains(name))) continue;
            graph.Initializer.Add(data is not null && tensor.ByteCount >= SmallestExternal ? data.Add(tensor, name) : TensorWriter.Write(tensor, name));
        }

        foreach (var input in Inputs([.. graph.Initializer.Select(i => i.Name)])) graph.Input.Add(input);
        foreach (var output in _graph.Outputs) graph.Output.Add(Describe(output));
        var made = new HashSet<string>(nodes.SelectMany(n => n.Outputs));
        foreach (var value in _graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>().Where(v => made.Contains(v.Name)).Except(_graph.Outputs))
        {
            if (value.ElementType != ElementType.Undefined) graph.ValueInfo.Add(Describe(value));
        }

        return graph;
    }

    private ValueInfoProto Describe(Value value) =>
        TypeCodec.Write(value.Name, value.Fact with { Shape = value.Shape ?? _graph.Metadata.ValueNotes.GetValueOrDefault(value.Name, ValueNote.Empty).Shape });

    // Before its fourth version the format counts every initializer among the inputs; a file of a later one may.
    private IEnumerable<ValueInfoProto> Inputs(HashSet<string> written)
    {
        const int firstWithHiddenInitializers = 4;
        var infos = _graph.Inputs.Concat(_graph.Initializers.Select(i => i.Value).Where(v => written.Contains(v.Name)))
            .ToDictionary(v => v.Name, v => TypeCodec.Write(v.Name, v.Fact));
        var added = IrVersion() < firstWithHiddenInitializers ? infos.Keys : _graph.Inputs.Select(i => i.Name);
        return _graph.Metadata.InputOrder.Where(infos.ContainsKey).Union(added).Select(name => infos[name]);
    }

    private static NodeForm FormOf(Node node) => new()
    {
        Operator = node.Operator.Name,
        Name = node.Name,
        Inputs = [.. node.Inputs.Select(i => i?.Name ?? "")],
        Outputs = [.. node.Outputs.Select(o => o?.Name ?? "")],
        Attributes = node.Attributes,
        Documentation = node.Documentation,
    };

    private static NodeProto WriteNode(NodeForm node)
    {
        var message = new NodeProto { OpType = node.Operator };
        if (node.Name.Length > 0) message.Name = node.Name;
        if (node.Documentation is not null) message.DocString = node.Documentation;
        message.Input.Add(node.Inputs);
        message.Output.Add(node.Outputs);
        foreach (var (name, value) in node.Attributes)
            message.Attribute.Add(AttributeCodec.Write(name, value, _ => throw new UnsupportedModelException(node.Place, $"its attribute {name} is a sub-graph.")));
        return message;
    }

    /// <summary>The file that holds a model's larger tensors.</summary>
    private sealed class SideFile(string name)
    {
        private readonly List<(Tensor Tensor, long Offset)> _tensors = [];
        private long _end;

        public TensorProto Add(Tensor tensor, string tensorName)
        {
            long offset = (_end + ExternalAlignment - 1) / ExternalAlignment * ExternalAlignment;
            _tensors.Add((tensor, offset));
            _end = offset + tensor.ByteCount;
            return TensorWriter.WriteExternal(tensor, tensorName, name, offset);
        }

        public void Clear()
        {
            _tensors.Clear();
            _end = 0;
        }

        public void WriteTo(Stream stream)
        {
            foreach (var (tensor, offset) in _tensors)
            {
                for (; stream.Position < offset;) stream.Write(new byte[Math.Min(ExternalAlignment, offset - stream.Position)]);
                TensorWriter.WriteTo(stream, tensor);
            }
        }
    }
}
