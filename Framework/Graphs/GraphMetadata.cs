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

    /// <summary>Free properties.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; init; } = [];
}
