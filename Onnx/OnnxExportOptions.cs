namespace Onnx;

/// <summary>How a model is written.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>
    /// The version of <c>ai.onnx</c>'s operator set; null for that of the file that the graph came from, or else
    /// <see cref="Opsets.OpsetHistory.Default"/>, raised as far as the graph's operators need.
    /// </summary>
    public int? Opset { get; init; }

    /// <summary>
    /// Whether the weights go into a file of their own, named like the model with <c>.data</c> after it; null decides by size: above 2 GB
    /// the format allows nothing else.
    /// </summary>
    public bool? ExternalData { get; init; }

    /// <summary>
    /// Looks at the finished file, which lies under its own name in a folder for the while, together with that of the weights where there is one. Where it
    /// throws, nothing is left. Null for no such look.
    /// </summary>
    public Action<string>? Inspect { get; init; }
}
