using Framework.Graphs;
using Google.Protobuf.Collections;
using Onnx.Wire;

namespace Onnx;

/// <summary>What a model's file says beyond its nodes and tensors, from and to its messages.</summary>
internal static class MetadataCodec
{
    /// <summary>Reads what is said of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hasShape">Whether the shape of a value is known; a declared one is noted only where it is not.</param>
    public static GraphMetadata Read(ModelProto model, Predicate<string> hasShape)
    {
        var graph = model.Graph;
        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        return new GraphMetadata
        {
            ProducerName = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Domain = model.Domain,
            ModelVersion = model.ModelVersion,
            Documentation = model.DocString,
            GraphDocumentation = graph.DocString,
            IrVersion = model.IrVersion,
            Opsets = [.. model.OpsetImport.Select(o => KeyValuePair.Create(o.Domain, o.Version))],
            Properties = Read(model.MetadataProps),
            GraphProperties = Read(graph.MetadataProps),
            InputOrder = graph.Input.Any(i => initializers.Contains(i.Name)) ? [.. graph.Input.Select(i => i.Name)] : [],
            ValueNotes = ReadNotes(graph, hasShape),
            NodeProperties = graph.Node.Where(n => n.MetadataProps.Count > 0 && KeyOf(n).Length > 0).ToDictionary(KeyOf, n => Read(n.MetadataProps)),
        };
    }

    /// <summary>Writes what is said of a model, and of the nodes and values that its messages hold already.</summary>
    public static void Write(GraphMetadata metadata, int opset, ModelProto model)
    {
        model.ProducerName = metadata.ProducerName;
        model.ProducerVersion = metadata.ProducerVersion;
        model.ModelVersion = metadata.ModelVersion;
        if (metadata.Domain.Length > 0) model.Domain = metadata.Domain;
        if (metadata.Documentation.Length > 0) model.DocString = metadata.Documentation;
        if (metadata.GraphDocumentation.Length > 0) model.Graph.DocString = metadata.GraphDocumentation;
        bool named = metadata.Opsets.Any(o => IsOnnx(o.Key));
        foreach (var (domain, version) in named ? metadata.Opsets : metadata.Opsets.Prepend(new("", opset)))
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = IsOnnx(domain) ? opset : version });
        Write(metadata.Properties, model.MetadataProps);
        Write(metadata.GraphProperties, model.Graph.MetadataProps);
        foreach (var node in model.Graph.Node) Write(metadata.NodeProperties.GetValueOrDefault(KeyOf(node), []), node.MetadataProps);
        if (metadata.ValueNotes.Count > 0) WriteNotes(metadata.ValueNotes, model.Graph);
    }

    public static bool IsOnnx(string domain) => domain is "" or "ai.onnx";

    private static Dictionary<string, ValueNote> ReadNotes(GraphProto graph, Predicate<string> hasShape)
    {
        var notes = new Dictionary<string, ValueNote>();
        foreach (var info in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo))
        {
            Note(info.Name, n => n with { Documentation = info.DocString }, info.DocString.Length > 0);
            Note(info.Name, n => n with { Properties = Read(info.MetadataProps) }, info.MetadataProps.Count > 0);
        }

        foreach (var info in graph.Output.Concat(graph.ValueInfo))
            Note(info.Name, n => n with { Shape = TypeCodec.Read(info, $"value '{info.Name}'").Shape }, info.Type?.TensorType?.Shape is not null && !hasShape(info.Name));
        foreach (var tensor in graph.Initializer)
        {
            Note(tensor.Name, n => n with { Documentation = tensor.DocString }, tensor.DocString.Length > 0);
            Note(tensor.Name, n => n with { Properties = Read(tensor.MetadataProps) }, tensor.MetadataProps.Count > 0);
        }

        foreach (var annotation in graph.QuantizationAnnotation)
            Note(annotation.TensorName, n => n with { Quantization = Read(annotation.QuantParameterTensorNames) }, true);
        return notes;

        void Note(string name, Func<ValueNote, ValueNote> with, bool said)
        {
            if (said) notes[name] = with(notes.GetValueOrDefault(name, ValueNote.Empty));
        }
    }

    private static void WriteNotes(IReadOnlyDictionary<string, ValueNote> notes, GraphProto graph)
    {
        foreach (var tensor in graph.Initializer)
        {
            if (notes.GetValueOrDefault(tensor.Name) is not { } note) continue;
            if (note.Documentation.Length > 0) tensor.DocString = note.Documentation;
            Write(note.Properties, tensor.MetadataProps);
        }

        var initializers = graph.Initializer.Select(i => i.Name).ToHashSet();
        foreach (var info in graph.Input.Concat(graph.Output).Concat(graph.ValueInfo).Where(i => !initializers.Contains(i.Name)))
        {
            if (notes.GetValueOrDefault(info.Name) is not { } note) continue;
            if (note.Documentation.Length > 0) info.DocString = note.Documentation;
            Write(note.Properties, info.MetadataProps);
        }

        var values = graph.Node.SelectMany(n => n.Output).Concat(graph.Input.Select(i => i.Name)).Concat(initializers).ToHashSet();
        foreach (var (name, note) in notes.Where(n => n.Value.Quantization.Count > 0 && values.Contains(n.Key)))
        {
            var annotation = new TensorAnnotation { TensorName = name };
            Write(note.Quantization, annotation.QuantParameterTensorNames);
            graph.QuantizationAnnotation.Add(annotation);
        }
    }

    private static string KeyOf(NodeProto node) => node.Output.FirstOrDefault(o => o.Length > 0) ?? "";

    private static IReadOnlyList<KeyValuePair<string, string>> Read(RepeatedField<StringStringEntryProto> entries) =>
        entries.Select(e => KeyValuePair.Create(e.Key, e.Value)).ToArray();

    private static void Write(IEnumerable<KeyValuePair<string, string>> entries, RepeatedField<StringStringEntryProto> target)
    {
        foreach (var (key, value) in entries) target.Add(new StringStringEntryProto { Key = key, Value = value });
    }
}
