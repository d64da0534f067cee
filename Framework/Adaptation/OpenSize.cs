using Framework.Errors;
using Framework.Graphs;

namespace Framework.Adaptation;

/// <summary>Frees a network from the height and width that its file fixes, where nothing in it depends on them.</summary>
public static class OpenSize
{
    // A size to try, farther than any rounding of strides and pools would hide.
    private const int Farther = 64;

    /// <summary>The same network with open extents behind the channels of its inputs.</summary>
    /// <param name="graph">The network, of inputs [N, C, H, W] or more axes.</param>
    /// <exception cref="ShapeException">A layer needs the size that the file says; the message names it.</exception>
    public static Graph Of(Graph graph)
    {
        if (graph.Inputs.FirstOrDefault(i => i.Shape is not { Rank: > 2 }) is { } other)
            throw new ShapeException($"input '{other.Name}'", $"is {other.Fact}.", "Extents behind a batch and channels are wanted to be opened.");

        // An open extent may hide that a layer takes one only; another size does not.
        _ = Resized(graph, (_, extent) => extent.IsKnown ? extent.Value + Farther : extent);
        return Resized(graph, (axis, extent) => extent.IsKnown ? axis switch { 2 => "H", 3 => "W", _ => $"D{axis}" } : extent);
    }

    private static Graph Resized(Graph graph, Func<int, Dimension, Dimension> extent) =>
        new Revision { Input = input => [.. input.Shape!.Select((d, axis) => axis < 2 ? d : extent(axis, d))] }.Of(graph);
}
