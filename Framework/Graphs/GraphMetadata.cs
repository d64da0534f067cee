namespace Framework.Graphs;

/// <summary>What a model's file says of it beyond its nodes; kept from import to export.</summary>
public sealed record GraphMetadata
{
    /// <summary>A model that this framework made.</summary>
    public static GraphMetadata Own { get; } = new();

    /// <summary>The program that made the model.</summary>
    public string ProducerName { get; init; } = "cnn";

    /// <summary>That program's version.</summary>
    public string ProducerVersion { get; init; } = typeof(GraphMetadata).Assembly.GetName().Version?.ToString(3) ?? "";

    /// <summary>The reverse-DNS domain of the model.</summary>
    public string Domain { get; init; } = "";

    /// <summary>The model's own version.</summary>
    public long ModelVersion { get; init; }

    /// <summary>A text about the model.</summary>
    public string Documentation { get; init; } = "";

    /// <summary>A text about the graph.</summary>
    public string GraphDocumentation { get; init; } = "";

    /// <summary>The format version of the file that the model came from; null for a model of our own.</summary>
    public long? IrVersion { get; init; }

    /// <summary>The operator-set versions that the file named, by domain; empty for a model of our own.</summary>
    public IReadOnlyList<KeyValuePair<string, long>> Opsets { get; init; } = [];

    /// <summary>Free properties of the model.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];

    /// <summary>Free properties of the graph.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> GraphProperties { get; init; } = [];

    /// <summary>
    /// The names of the graph's inputs in a file that counts initializers among them, so that a caller could put others in their place; empty
    /// where it does not.
    /// </summary>
    public IReadOnlyList<string> InputOrder { get; init; } = [];

    /// <summary>What is said of single values, by their names.</summary>
    public IReadOnlyDictionary<string, ValueNote> ValueNotes { get; init; } = new Dictionary<string, ValueNote>();

    /// <summary>Free properties of nodes, by the name of a node's first result.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<KeyValuePair<string, string>>> NodeProperties { get; init; } =
        new Dictionary<string, IReadOnlyList<KeyValuePair<string, string>>>();
}

/// <summary>What a file says of a value, and nothing here relies on.</summary>
/// <param name="Documentation">A text about it.</param>
/// <param name="Properties">Free properties.</param>
/// <param name="Quantization">The names of the tensors that hold its scale, zero point and the like, by their purposes.</param>
/// <param name="Shape">The extents that are declared for it.</param>
public sealed record ValueNote(
    string Documentation,
    IReadOnlyList<KeyValuePair<string, string>> Properties,
    IReadOnlyList<KeyValuePair<string, string>> Quantization,
    SymbolicShape? Shape)
{
    /// <summary>Nothing said.</summary>
    public static ValueNote Empty { get; } = new("", [], [], null);
}
