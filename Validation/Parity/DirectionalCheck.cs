using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Validation.Tolerances;

namespace Validation.Parity;

/// <summary>
/// Checks all gradients at once without any rule: the slope of the loss along a random direction, by differences in float64.
/// </summary>
/// <remarks>
/// The step is small, since behind a larger one a deep network has passed kinks of ReLU and max pooling: at 2^-32 of a parameter's size, of ten million
/// units about one in a hundred runs meets one. What curvature and kinks do shows in the difference from a step four times as long, over which curvature
/// counts four times as much, so that the whole of that difference is more than enough for the shorter. Rounding of the loss in float64 is that in float32,
/// which was measured, smaller by the ratio of the two precisions; and the moved parameters are rounded too, each at random, which moves the loss by as much
/// as the gradient says. Of either so many standard deviations are granted as of sums.
///
/// Biases begin as zeros, and a unit that sees nothing but zeros then stands on its kink at the very point. There its gradient is that of the negative side,
/// so zeros are moved to that side, and the step goes one way only.
/// </remarks>
public static class DirectionalCheck
{
    /// <summary>The shorter step, along a direction whose elements are as large as those of the parameters.</summary>
    public const double Step = 1.0 / (1L << 32);

    // How much finer float64 is than float32.
    private const double Finer = 1.0 / (1 << 29);

    // A slope of pure noise would agree with itself over any step; it must also be a slope.
    private const double LargestUncertainty = 1e-2;

    /// <summary>Checks gradients.</summary>
    /// <param name="problem">The network and its batch.</param>
    /// <param name="gradients">Finds the gradient of a parameter or input by its name; in float64.</param>
    /// <param name="lossError">The relative error of the loss that is to be expected in float32.</param>
    /// <param name="seed">Seeds the direction.</param>
    public static DirectionalRow Run(ParityProblem problem, Func<string, Tensor> gradients, double lossError, long seed)
    {
        var directions = Directions(problem, seed);
        double slope = 0, norm = 0;
        foreach (var (position, direction) in directions)
        {
            var gradient = gradients(problem.Graph.Inputs[position].Name).AsSpan<double>();
            var x = problem.Inputs[position].AsSpan<float>();
            for (int i = 0; i < gradient.Length; i++)
            {
                double share = gradient[i] * direction.At(i, x[i]);
                slope += share;
                norm += share * share;
            }
        }

        var loss = problem.Graph.WithOutputs(problem.Graph.Outputs.First(o => o.Name == TrainingGraph.LossName));
        using var interpreter = new Interpreter(loss, Precision.Float64);
        double here = LossAt(0), near = (LossAt(Step) - here) / Step, far = (LossAt(4 * Step) - here) / (4 * Step), scale = Math.Sqrt(norm);
        double rounding = Rounding.Confidence * ((Math.Sqrt(2) * lossError * Finer * Math.Abs(here)) + (Rounding.Single * Finer * scale)) / Step;
        double tolerance = Math.Min(Math.Abs(near - far) + rounding, LargestUncertainty * scale);
        return new DirectionalRow(near, slope, tolerance, Math.Abs(near - slope) <= tolerance);

        double LossAt(double step)
        {
            var moved = problem.Inputs.ToArray();
            foreach (var (position, direction) in directions)
            {
                var tensor = problem.Inputs[position].To(ElementType.Float64);
                var x = tensor.AsSpan<double>();
                for (int i = 0; i < x.Length; i++) x[i] += step * direction.At(i, x[i]);
                moved[position] = tensor;
            }

            return interpreter.Run(moved)[0].AsSpan<double>()[0];
        }
    }

    // Parameters that start at zero are moved as if they were of the smallest size.
    private static List<(int Position, Signs Direction)> Directions(ParityProblem problem, long seed)
    {
        const double smallest = 1.0 / 64;
        var names = problem.Graph.Inputs.Select(i => i.Name).ToList();
        return
        [
            .. problem.Differentiated.Select(name => names.IndexOf(name)).Select(position => (
                position,
                new Signs(Hash.Mixed(Hash.Mixed((ulong)seed) + (ulong)position), Math.Max(smallest, Measure.Rms(problem.Inputs[position]))))),
        ];
    }

    /// <summary>A direction of equally large elements with random signs, but down from zeros, made where they are needed.</summary>
    private readonly record struct Signs(ulong Seed, double Size)
    {
        public double At(int i, double from) => from != 0 && (Hash.Mixed(Seed + (ulong)i) & 1) == 0 ? Size : -Size;
    }
}
