using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Validation.Parity;

/// <summary>
/// A float64 run whose every result is rounded to single precision: what the best that float32 can do comes to at the end of a network. Which way
/// is chance, and at a kink chance decides much; so there are several such runs, each rounding otherwise.
/// </summary>
public static class DisturbedRun
{
    /// <summary>Runs.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="number">Which run: 0 rounds to the nearest, each other one up or down by random numbers of its own.</param>
    /// <param name="judge">Judges each step before its results are rounded, where they are to be judged.</param>
    /// <returns>The outputs by name.</returns>
    public static IReadOnlyDictionary<string, Tensor> Run(Graph graph, IReadOnlyList<Tensor> inputs, int number = 0, StepJudge? judge = null)
    {
        var rounding = new RandomRounding(number);
        using var interpreter = new Interpreter(graph, Precision.Float64);
        var outputs = interpreter.RunRevised(inputs, (node, operands, results) =>
        {
            judge?.See(node, operands, results);
            foreach (var result in results) rounding.Round(result);
            return results;
        });
        return graph.Outputs.Zip(outputs).ToDictionary(p => p.First.Name, p => p.Second);
    }
}
