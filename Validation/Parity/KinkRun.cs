using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Validation.Parity;

/// <summary>
/// A float64 run that takes the other side at every kink that is too near to call in float32: what feeds a ReLU and lies no further from zero than float32
/// errs there is mirrored, what feeds a max pool is moved up or down by as much.
/// </summary>
/// <remarks>
/// A gradient jumps where a unit changes sides. Of a million units a few lie so near to zero that two right float32 engines disagree about them, and
/// each shifts the gradients of all layers before it by one in a thousand or so. Whether a certain engine meets such a unit is chance, so that the errors
/// of one or two engines say little of what is allowed; this run meets all of them.
/// </remarks>
internal static class KinkRun
{
    private static readonly HashSet<string> s_bendAtZero = ["Relu", "LeakyRelu", "PRelu", "Abs"];

    private static readonly HashSet<string> s_choose = ["MaxPool", "GlobalMaxPool", "ReduceMax"];

    /// <summary>The names of the values that a node makes and that feed a kink.</summary>
    public static HashSet<string> Places(Graph graph) =>
        [.. ReadBy(graph, s_bendAtZero).Concat(ReadBy(graph, s_choose)).Where(v => v.Producer is not null).Select(v => v.Name)];

    /// <summary>Runs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="near">For each value of <see cref="Places"/>, by name, the distance that is too near to call.</param>
    /// <returns>The outputs by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Run(Graph graph, IReadOnlyList<Tensor> inputs, IReadOnlyDictionary<string, double> near)
    {
        var (bent, chosen) = (ReadBy(graph, s_bendAtZero), ReadBy(graph, s_choose));
        using var interpreter = new Interpreter(graph, Precision.Float64);
        var outputs = interpreter.RunRevised(inputs, (node, _, results) =>
        {
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is not { } output || results[i]!.ElementType != ElementType.Float64) continue;
                if (bent.Contains(output)) results[i] = Mirrored(results[i]!, near[output.Name]);
                else if (chosen.Contains(output)) results[i] = Moved(results[i]!, near[output.Name]);
            }

            return results;
        });
        return graph.Outputs.Zip(outputs).ToDictionary(p => p.First.Name, p => p.Second);
    }

    private static HashSet<Value> ReadBy(Graph graph, HashSet<string> operators) =>
        [.. graph.Nodes.Where(n => operators.Contains(n.Operator.Name)).Select(n => n.Inputs[0]!)];

    private static Tensor Mirrored(Tensor tensor, double near)
    {
        var mirrored = tensor.Clone();
        foreach (ref double x in mirrored.AsSpan<double>())
        {
            if (Math.Abs(x) <= near) x = -x;
        }

        return mirrored;
    }

    private static Tensor Moved(Tensor tensor, double near)
    {
        double rms = Measure.Rms(tensor), share = rms > 0 ? near / rms : 0;
        var random = new CounterRandom(tensor.Count);
        var moved = tensor.Clone();
        foreach (ref double x in moved.AsSpan<double>()) x *= random.NextInt(2) == 0 ? 1 + share : 1 - share;
        return moved;
    }
}
