using Framework.Graphs;
using Framework.Operators;

namespace Validation.Conformance;

/// <summary>What ONNX leaves open, so that a result may differ from a case's and still be right.</summary>
internal static class Undetermined
{
    /// <summary>Why results of a graph are not determined by the standard; null where they are.</summary>
    public static string? In(Graph graph) => graph.Nodes.Select(Of).FirstOrDefault(reason => reason is not null);

    private static string? Of(Node node) => node.Operator switch
    {
        _ when DrawsNumbers(node) => "draws random numbers, and the case expects those of NumPy's generator",
        Resize when IsAlignedToPart(node) =>
            "aligns corners of an extent that scales make no whole number; the case keeps the fraction, PyTorch, ONNX Runtime and this framework do not",
        _ => null,
    };

    /// <summary>Whether a node drops by random numbers, which are any engine's own.</summary>
    public static bool DrawsNumbers(Node node) => node.Operator is Dropout
        && node.Inputs.Count > 2 && node.Inputs[2] is { } mode && (mode.Fact.Constant is not { } constant || constant.ToArray<double>()[0] != 0);

    private static bool IsAlignedToPart(Node node)
    {
        if (node.Attributes.String("coordinate_transformation_mode", "half_pixel") != "align_corners") return false;
        if (node.Inputs[0]?.Shape is not { IsKnown: true } shape || node.Inputs.ElementAtOrDefault(2) is not { } scales) return false;

        // Scales that are given at each run may come to anything.
        return scales.Fact.Constant is not { Count: > 0 } constant
            || constant.ToArray<float>().Zip(shape).Any(p => p.First * p.Second.Value != MathF.Round(p.First * p.Second.Value));
    }
}
