using System.Runtime.InteropServices;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>
/// Runs of the float64 interpreter that are disturbed by single-precision rounding: what can be expected of float32 at the end of a network, at its
/// best and as it comes. At a kink chance decides much, so there are several.
/// </summary>
public static class DisturbedRun
{
    // One element in so many goes up by a unit in the last place, as many go down: about as much again as the rounding of the result itself, which has
    // a root mean square of 1 / sqrt(12) units.
    private const ulong Share = 16;

    // Elements that one thread takes at a time.
    private const int Part = 1 << 16;

    /// <summary>Float64 with each result of each node rounded to the nearest number of single precision.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="judge">Judges each step before its results are rounded; null for nobody.</param>
    /// <returns>The outputs by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Rounded(Graph graph, IReadOnlyList<Tensor> inputs, StepJudge? judge = null) =>
        Run(graph, inputs, Precision.Float64, (node, operands, results) =>
        {
            judge?.See(node, operands, results);
            foreach (var result in results) Round(result);
            return results;
        });

    /// <summary>
    /// The same plain evaluations with every product and sum within them rounded as well, and then a few elements of each result moved to a neighbour,
    /// others in each run.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="number">The number of the run.</param>
    /// <returns>The outputs by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Single(Graph graph, IReadOnlyList<Tensor> inputs, int number)
    {
        ulong seed = Hash.Mixed((ulong)number);
        return Run(graph, inputs, Precision.Native, (node, _, results) =>
        {
            foreach (var result in results)
            {
                seed = Hash.Mixed(seed);
                if (!StepBounds.IsExact(node.Operator)) Nudge(result, seed);
            }

            return results;
        });
    }

    /// <summary>
    /// The roundings of a plain evaluation taken the other way at nodes that chance chooses: where exact values become e and plain ones e + d, the run goes on
    /// with e - d. So errors are of the same form, but runs no longer lean to the same side, as those of one way to sum do.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="number">The number of the run.</param>
    /// <param name="times">How many times d is taken: a kernel that rounds otherwise than a plain evaluation errs more, and reaches kinks that lie further away.</param>
    /// <returns>The outputs by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Turned(Graph graph, IReadOnlyList<Tensor> inputs, int number, int times)
    {
        ulong seed = Hash.Mixed((ulong)number);
        return Run(graph, inputs, Precision.Float64, (node, operands, results) =>
        {
            seed = Hash.Mixed(seed);
            var plain = Evaluation.Run(
                node.Operator, node.Place, node.Attributes, [.. operands.Select(o => o?.ElementType == ElementType.Float64 ? o.To(ElementType.Float32) : o)], results.Length, Precision.Native);
            for (int i = 0; i < results.Length; i++)
            {
                if (results[i] is { ElementType: ElementType.Float64 } exact && plain[i] is { ElementType: ElementType.Float32 } rounded) Turn(exact, rounded, seed % 2 == 0 ? -times : times);
            }

            return results;
        });
    }

    private static Dictionary<string, Tensor> Run(
        Graph graph, IReadOnlyList<Tensor> inputs, Precision precision, Func<Node, Tensor?[], Tensor?[], Tensor?[]> revise)
    {
        using var interpreter = new Interpreter(graph, precision);
        return graph.Outputs.Zip(interpreter.RunRevised(inputs, revise)).ToDictionary(p => p.First.Name, p => p.Second);
    }

    private static void Round(Tensor? tensor)
    {
        if (tensor?.ElementType != ElementType.Float64) return;
        InParts(tensor, (start, count) =>
        {
            foreach (ref double x in tensor.AsSpan<double>().Slice(start, count)) x = (float)x;
        });
    }

    private static void Turn(Tensor exact, Tensor rounded, int times) => InParts(exact, (start, count) =>
    {
        var target = exact.AsSpan<double>().Slice(start, count);
        var plain = rounded.AsSpan<float>().Slice(start, count);
        for (int i = 0; i < count; i++)
        {
            double turned = target[i] + (times * (plain[i] - target[i]));
            target[i] = double.IsFinite(turned) ? (float)turned : plain[i];
        }
    });

    // The neighbours of a binary32 are the next integers to its bits. Zeros are left alone: most are exact.
    private static void Nudge(Tensor? tensor, ulong seed)
    {
        if (tensor?.ElementType != ElementType.Float32) return;
        InParts(tensor, (start, count) =>
        {
            var numbers = tensor.AsSpan<float>().Slice(start, count);
            var bits = MemoryMarshal.Cast<float, int>(numbers);
            for (int i = 0; i < numbers.Length; i++)
            {
                ulong chance = Hash.Mixed(seed + (ulong)(start + i)) % Share;
                if (chance < 2 && float.IsNormal(numbers[i])) bits[i] += chance == 0 ? 1 : -1;
            }
        });
    }

    private static void InParts(Tensor tensor, Action<int, int> visit) => Parallel.For(
        0, (tensor.Count + Part - 1) / Part, part => visit(part * Part, Math.Min(Part, tensor.Count - (part * Part))));
}
