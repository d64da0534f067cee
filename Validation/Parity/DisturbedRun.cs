using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>
/// A float64 run whose every result is rounded to single precision: what the best that float32 can do comes to at the end of a network. On the way
/// it shows each step to another runner, with operands that float32 holds exactly, and judges what that makes of them by a derived bound.
/// </summary>
public static class DisturbedRun
{
    /// <summary>Runs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="judged">What runs single steps in float32; null judges none.</param>
    /// <param name="only">Which nodes are judged, by their names; null takes all.</param>
    /// <param name="observe">Called with each rounded result of each node.</param>
    /// <returns>The outputs by name, and the steps.</returns>
    public static (IReadOnlyDictionary<string, Tensor> Outputs, IReadOnlyList<StepRow> Steps) Run(
        Graph graph, IReadOnlyList<Tensor> inputs, Func<Graph, IGraphRunner>? judged, Func<Node, bool>? only = null, Action<Value, Tensor>? observe = null)
    {
        var steps = new List<StepRow>();
        using var interpreter = new Interpreter(graph, Precision.Float64);
        var outputs = interpreter.RunRevised(inputs, (node, operands, results) =>
        {
            bool computes = operands.Any(o => o?.ElementType.IsFloat() == true);
            if (computes && judged is not null && only?.Invoke(node) != false) steps.AddRange(Judge(new NodeAlone(node, operands), results, judged));
            for (int i = 0; i < results.Length; i++)
            {
                Round(results[i]);
                if (node.Outputs[i] is { } output) observe?.Invoke(output, results[i]!);
            }

            return results;
        });
        return (graph.Outputs.Zip(outputs).ToDictionary(p => p.First.Name, p => p.Second), steps);
    }

    /// <summary>Judges what a runner makes of one step.</summary>
    /// <param name="step">The node, and operands that float32 holds exactly.</param>
    /// <param name="results">What it makes in float64.</param>
    /// <param name="runner">Makes what runs it in float32.</param>
    public static IEnumerable<StepRow> Judge(NodeAlone step, IReadOnlyList<Tensor?> results, Func<Graph, IGraphRunner> runner)
    {
        var made = step.Run(runner);
        int next = 0;
        for (int i = 0; i < results.Count; i++)
        {
            if (step.Node.Outputs[i] is not { } output) continue;
            yield return Judge(step, results, made[next++], i, output.Name);
        }
    }

    private static StepRow Judge(NodeAlone step, IReadOnlyList<Tensor?> results, Tensor made, int output, string name)
    {
        double[] bounds = StepBounds.Of(step, results, output), expected = Numbers(results[output]!), actual = Numbers(made);
        double largest = 0, share = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            // Where float64 goes beyond the range of float32, float32 may as well.
            if (actual[i].Equals(expected[i]) || actual[i].Equals((double)(float)expected[i])) continue;
            double error = Math.Abs(actual[i] - expected[i]), allowed = bounds[i] + (bounds[i] == 0 ? 0 : float.Epsilon);
            if (!double.IsFinite(error)) error = double.MaxValue;
            largest = Math.Max(largest, error);
            share = Math.Max(share, allowed > 0 ? Math.Min(double.MaxValue, error / allowed) : double.MaxValue);
        }

        return new StepRow(step.Node.Place, name, largest, share, share <= 1);
    }

    private static double[] Numbers(Tensor tensor) =>
        tensor.ElementType == ElementType.Bool ? Array.ConvertAll(tensor.AsSpan<bool>().ToArray(), b => b ? 1.0 : 0) : tensor.ToArray<double>();

    private static void Round(Tensor? tensor)
    {
        if (tensor?.ElementType != ElementType.Float64) return;
        foreach (ref double x in tensor.AsSpan<double>()) x = (float)x;
    }
}
