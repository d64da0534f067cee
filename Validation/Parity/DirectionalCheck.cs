using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Validation.Parity;

/// <summary>
/// Checks all gradients at once without any rule: the slope of the loss along a random direction, by central differences in float64.
/// </summary>
/// <remarks>
/// The step is small, since behind a step of 2^-16 a deep network has passed kinks of ReLU and max pooling. What curvature and kinks do is seen in a
/// second difference over twice the step; rounding adds a few units in the last place of the loss over the step.
/// </remarks>
public static class DirectionalCheck
{
    /// <summary>The step along a direction whose elements are as large as those of the parameters.</summary>
    public const double Step = 1.0 / (1 << 26);

    // A loss is computed in so many roundings of the size of the loss, each node adding one.
    private const double DoubleRounding = 1.0 / (1L << 53);

    // A slope of pure noise would agree with itself over any step; it must also be a slope.
    private const double LargestUncertainty = 1e-2;

    /// <summary>Checks gradients.</summary>
    /// <param name="problem">The network and its batch.</param>
    /// <param name="gradients">Finds the gradient of a parameter or input by its name; in float64.</param>
    /// <param name="seed">Seeds the direction.</param>
    public static DirectionalRow Run(ParityProblem problem, Func<string, Tensor> gradients, long seed)
    {
        var names = problem.Graph.Inputs.Select(i => i.Name).ToList();
        var direction = new Dictionary<int, double[]>();
        double slope = 0, norm = 0;
        foreach (string name in problem.Differentiated)
        {
            int position = names.IndexOf(name);
            double[] along = Direction(problem.Inputs[position], new CounterRandom(seed, $"direction {name}"));
            direction.Add(position, along);
            var gradient = gradients(name).AsSpan<double>();
            for (int i = 0; i < along.Length; i++)
            {
                slope += gradient[i] * along[i];
                norm += gradient[i] * gradient[i] * along[i] * along[i];
            }
        }

        var loss = problem.Graph.WithOutputs(problem.Graph.Outputs.First(o => o.Name == TrainingGraph.LossName));
        using var interpreter = new Interpreter(loss, Precision.Float64);
        double near = Slope(Step, out double value), far = Slope(2 * Step, out _);
        double rounding = loss.Nodes.Count * DoubleRounding * Math.Abs(value) / Step, scale = Math.Sqrt(norm);
        double tolerance = Math.Min((4 * Math.Abs(near - far)) + rounding, LargestUncertainty * scale + rounding);
        return new DirectionalRow(near, slope, tolerance, Math.Abs(near - slope) <= tolerance);

        double Slope(double step, out double value)
        {
            double above = LossAt(step), below = LossAt(-step);
            value = above;
            return (above - below) / (2 * step);
        }

        double LossAt(double step)
        {
            var moved = problem.Inputs.ToArray();
            foreach (var (position, along) in direction)
            {
                var tensor = problem.Inputs[position].To(ElementType.Float64);
                var x = tensor.AsSpan<double>();
                for (int i = 0; i < along.Length; i++) x[i] += step * along[i];
                moved[position] = tensor;
            }

            return interpreter.Run(moved)[0].AsSpan<double>()[0];
        }
    }

    // Parameters that start at zero are moved as if they were of this size.
    private static double[] Direction(Tensor at, CounterRandom random)
    {
        const double smallest = 1.0 / 64;
        double size = Math.Max(smallest, Measure.Rms(at));
        double[] direction = new double[at.Count];
        for (int i = 0; i < direction.Length; i++) direction[i] = size * random.NextNormal();
        return direction;
    }
}
