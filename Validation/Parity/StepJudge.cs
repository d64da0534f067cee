using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>
/// Shows single steps of a run to another runner, with operands that float32 holds exactly, and judges what that makes of them by a derived bound.
/// </summary>
/// <param name="runner">Makes what runs a step in float32.</param>
/// <param name="wanted">Which nodes are judged; null takes all.</param>
public sealed class StepJudge(Func<Graph, IGraphRunner> runner, Func<Node, bool>? wanted = null)
{
    // Elements that are converted at a time: the gradient of a large layer need not be held once more.
    private const int Part = 1 << 16;

    private readonly List<StepRow> _rows = [];

    /// <summary>Whether Winograd kernels with the largest tiles may run.</summary>
    public bool LargestTiles { get; init; }

    /// <summary>What was judged.</summary>
    public IReadOnlyList<StepRow> Rows => _rows;

    /// <summary>Judges what the runner makes of one step.</summary>
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

    /// <summary>Sees a step of the run; steps without floats are left alone.</summary>
    public void See(Node node, IReadOnlyList<Tensor?> operands, IReadOnlyList<Tensor?> results)
    {
        bool computes = operands.Any(o => o?.ElementType.IsFloat() == true);
        if (computes && wanted?.Invoke(node) != false) _rows.AddRange(Judge(new NodeAlone(node, operands) { LargestTiles = LargestTiles }, results, runner));
    }

    private static StepRow Judge(NodeAlone step, IReadOnlyList<Tensor?> results, Tensor made, int output, string name)
    {
        var (bounds, expected) = (StepBounds.Of(step, results, output), results[output]!);
        double largest = 0, share = 0;
        for (int start = 0; start < expected.Count; start += Part)
        {
            int count = Math.Min(Part, expected.Count - start);
            double[] e = Numbers(expected, start, count), a = Numbers(made, start, count);
            var b = bounds is null ? default : bounds.AsSpan<double>().Slice(start, count);
            for (int i = 0; i < count; i++)
            {
                // Where float64 goes beyond the range of float32, float32 may as well.
                if (a[i].Equals(e[i]) || a[i].Equals((double)(float)e[i])) continue;
                double bound = bounds is null ? 0 : b[i];
                double error = Math.Abs(a[i] - e[i]), allowed = bound + (bound == 0 ? 0 : float.Epsilon);
                if (!double.IsFinite(error)) error = double.MaxValue;
                largest = Math.Max(largest, error);
                share = Math.Max(share, allowed > 0 ? Math.Min(double.MaxValue, error / allowed) : double.MaxValue);
            }
        }

        return new StepRow(step.Node.Name, step.Node.Place, name, largest, share, share <= 1);
    }

    private static double[] Numbers(Tensor tensor, int start, int count)
    {
        var part = tensor.Reshape([tensor.Count]).Slice(start, count);
        return part.ElementType == ElementType.Bool ? Array.ConvertAll(part.AsSpan<bool>().ToArray(), b => b ? 1.0 : 0) : part.ToArray<double>();
    }
}
