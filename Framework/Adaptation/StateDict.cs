using Framework.Errors;
using Framework.Files;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Adaptation;

/// <summary>
/// The weights and statistics of a network by their names, as safetensors: what PyTorch calls a state dict. The names of our networks are torchvision's where the
/// network is, so that its weights fit.
/// </summary>
public static class StateDict
{
    // PyTorch counts batches beside the statistics; nothing here does.
    private const string BatchCounter = ".num_batches_tracked";

    /// <summary>Writes weights and statistics; the file appears whole or not at all.</summary>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    public static void Save(Graph graph, string path)
    {
        (string, Tensor)[] tensors = [.. Held(graph).Select(i => (i.Name, i.Data))];
        try
        {
            AtomicFile.Write(path, stream => Safetensors.Write(stream, tensors));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"weights '{path}'", $"they cannot be written: {e.Message}", null, e);
        }
    }

    /// <summary>The network with the weights and statistics of a file, floats of any width among them.</summary>
    /// <exception cref="UsageException">There is no such file, or it holds other names.</exception>
    /// <exception cref="DataFormatException">It breaks the format's rules.</exception>
    /// <exception cref="ShapeException">A tensor has another shape than the network's.</exception>
    public static Graph Load(Graph graph, string path)
    {
        var given = Read(path);
        string[] wanted = [.. Held(graph).Select(i => i.Name)];
        string[] missing = [.. wanted.Where(n => !given.ContainsKey(n))];
        string[] surplus = [.. given.Keys.Where(n => !n.EndsWith(BatchCounter, StringComparison.Ordinal)).Except(wanted)];
        if (missing.Length + surplus.Length > 0)
        {
            throw new UsageException(
                $"weights '{path}'", $"do not fit {graph.Name}: {Say(missing, "missing")}{(missing.Length > 0 && surplus.Length > 0 ? "; " : "")}{Say(surplus, "unknown")}.");
        }

        return graph.WithInitializers(Held(graph).ToDictionary(i => i.Name, i => Of(given[i.Name], i)));
    }

    private static IEnumerable<Initializer> Held(Graph graph) => graph.Initializers.Where(i => i.Role != InitializerRole.Constant);

    private static Tensor Of(Tensor tensor, Initializer place) =>
        tensor.ElementType.IsFloat() && place.Data.ElementType.IsFloat() ? tensor.To(place.Data.ElementType) : tensor;

    private static string Say(string[] names, string what) =>
        names.Length == 0 ? "" : $"{what} {(names.Length == 1 ? "is" : "are")} {string.Join(", ", names.Take(5))}{(names.Length > 5 ? $" and {names.Length - 5} more" : "")}";

    private static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            return Safetensors.Read(stream, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"weights '{path}'", $"they cannot be read: {e.Message}", null, e);
        }
    }
}
