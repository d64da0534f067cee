using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Framework.Adaptation;

/// <summary>Frees a network from the batch size that its file fixes, so that it takes batches of any size.</summary>
public static class OpenBatch
{
    /// <summary>
    /// The same network with an open first extent of its inputs. Where a constant shape repeats the fixed size, as in a Reshape to [1, 1000], the operand's
    /// own extent is taken.
    /// </summary>
    /// <param name="graph">The network. One whose batch is open comes back as it is.</param>
    /// <param name="symbol">What the extent is called.</param>
    /// <exception cref="ShapeException">Its inputs have no common first extent, or its outputs' first extent does not follow the inputs'.</exception>
    public static Graph Of(Graph graph, string symbol = "N")
    {
        var shapes = graph.Inputs.Select(i => i.Shape).ToList();
        if (shapes.Count == 0 || shapes.Exists(s => s is not { Rank: > 0 } || s[0] != shapes[0]![0]))
            throw new ShapeException(graph.Name, $"its inputs {string.Join(", ", graph.Inputs)} have no common batch.");
        var batch = shapes[0]![0];
        if (!batch.IsKnown) return graph;
        var opened = new Revision
        {
            Input = input => [symbol, .. input.Shape!.Skip(1)],
            Operands = (node, operands, builder) => Open(node, operands, builder, batch.Value, symbol),
        }.Of(graph);
        if (opened.Outputs.FirstOrDefault(o => o.Shape is { } shape && (shape.Rank == 0 || shape[0] != symbol)) is { } fixedOutput)
            throw new ShapeException(graph.Name, $"with an open batch its output '{fixedOutput.Name}' is {fixedOutput.Fact}: the batch is fixed inside.");
        return opened;
    }

    private static void Open(Node node, Value?[] operands, GraphBuilder builder, long batch, string symbol)
    {
        if (node.Operator is not Reshape || operands[0]!.Shape is not { Rank: > 0 } shape || shape[0] != symbol) return;
        if (operands[1]!.Fact.Constant?.ToArray<long>() is not [var first, ..] extents || first != batch) return;

        // Zero takes the operand's extent over, unless the node takes zeros literally.
        bool zeroCopies = node.Attributes.Int("allowzero", 0) == 0;
        if (!zeroCopies && Array.IndexOf(extents, -1, 1) > 0) return;
        extents[0] = zeroCopies ? 0 : -1;
        operands[1] = builder.Integers(extents);
    }
}
