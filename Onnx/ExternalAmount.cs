using Framework.Errors;
using Onnx.Wire;

namespace Onnx;

/// <summary>
/// Bounds what a model takes out of the files beside it. Any number of tensors may name the same bytes, so that a small file could be made to fill
/// the memory.
/// </summary>
internal static class ExternalAmount
{
    private const int MostOfFiles = 4;

    // Of the 64 MB that loading may take beside four times the files, the messages have the rest.
    private const long Free = 16L << 20;

    /// <summary>Adds up what all tensors take, before any is read.</summary>
    /// <param name="graph">The model's graph.</param>
    /// <param name="nodes">Its nodes, without calls of functions.</param>
    /// <param name="folder">Where the files lie.</param>
    /// <exception cref="ModelFormatException">They take more than four times the files that they lie in, each counted once, and 16 MB.</exception>
    public static void Check(GraphProto graph, IEnumerable<NodeProto> nodes, ExternalData folder)
    {
        var locations = new HashSet<string>();

        // Where names differ only in case, they may be the same file.
        var files = new Dictionary<string, long>(StringComparer.OrdinalIgnoreCase);
        decimal taken = 0;
        int tensors = 0;
        foreach (var (tensor, place) in TensorsOf(graph, nodes).Where(t => t.Tensor.DataLocation == TensorProto.Types.DataLocation.External))
        {
            long bytes = TensorReader.BytesOf(tensor, place);
            if (bytes == 0) continue;
            string location = ExternalReference.Read(tensor, place).Location;
            if (locations.Add(location))
            {
                var (path, length) = folder.Find(location, place);
                files[path] = length;
            }

            taken += bytes;
            tensors++;
        }

        decimal there = files.Values.Sum(length => (decimal)length), most = (MostOfFiles * there) + Free;
        if (taken <= most) return;
        throw new ModelFormatException(
            $"graph '{graph.Name}'",
            FormattableString.Invariant($"{tensors} tensors take {taken} bytes of external data out of files of {there}; at most {most} are read of those."),
            "Let tensors that are the same be one initializer.");
    }

    private static IEnumerable<(TensorProto Tensor, string Place)> TensorsOf(GraphProto graph, IEnumerable<NodeProto> nodes) => graph.Initializer
        .Select(i => (i, $"initializer '{i.Name}'"))
        .Concat(nodes.SelectMany(n => n.Attribute.SelectMany(a => TensorsOf(n, a))));

    private static IEnumerable<(TensorProto Tensor, string Place)> TensorsOf(NodeProto node, AttributeProto attribute)
    {
        var inBodies = Captures.BodiesOf(attribute).SelectMany(body => TensorsOf(body, body.Node));
        return attribute.T is null ? inBodies : inBodies.Prepend((attribute.T, $"{Checker.PlaceOf(node)}, attribute {attribute.Name}"));
    }
}
