using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Validation.Oracles;

/// <summary>
/// The first judge of gradients: central differences in float64 of <c>sum(cotangent * output)</c>. It knows nothing of any gradient rule.
/// </summary>
/// <remarks>
/// With a step h the difference errs by about h^2 |f'''| / 6 from curvature and eps |f| / h from rounding; h = 2^-17 balances the two
/// near 1e-10 for values of order 1.
/// </remarks>
public static class FiniteDifferences
{
    /// <summary>The step.</summary>
    public const double Step = 1.0 / (1 << 17);

    /// <summary>How far a difference may be from the gradient, for values, sums and third derivatives of order 1: curvature and rounding, as above.</summary>
    public const double Accuracy = (Step * Step) + (Ulp / Step);

    private const double Ulp = 1.0 / (1L << 52);

    /// <summary>The gradient with respect to one input, element by element.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="inputs">Its inputs; floats as float64.</param>
    /// <param name="cotangents">One for each float output.</param>
    /// <param name="input">The number of the input.</param>
    public static Tensor Gradient(Graph graph, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> cotangents, int input)
    {
        using var interpreter = new Interpreter(graph, Precision.Float64);
        var moved = inputs.ToArray();
        moved[input] = inputs[input].To(ElementType.Float64).Clone();
        var gradient = new Tensor(ElementType.Float64, inputs[input].Shape);
        for (int i = 0; i < gradient.Count; i++)
        {
            double x = moved[input].AsSpan<double>()[i];
            moved[input].AsSpan<double>()[i] = x + Step;
            double above = Inner(interpreter.Run(moved), cotangents);
            moved[input].AsSpan<double>()[i] = x - Step;
            double below = Inner(interpreter.Run(moved), cotangents);
            moved[input].AsSpan<double>()[i] = x;
            gradient.AsSpan<double>()[i] = (above - below) / (2 * Step);
        }

        return gradient;
    }

    private static double Inner(IReadOnlyList<Tensor> outputs, IReadOnlyList<Tensor> cotangents)
    {
        double sum = 0;
        int next = 0;
        foreach (var output in outputs)
        {
            if (!output.ElementType.IsFloat()) continue;
            var cotangent = cotangents[next++].AsSpan<double>();
            var y = output.AsSpan<double>();
            for (int i = 0; i < y.Length; i++) sum += y[i] * cotangent[i];
        }

        return sum;
    }
}
