using Framework.Graphs;
using Framework.Operators;

namespace Framework.Training.Optimizers;

/// <summary>
/// LARS (You, Gitman and Ginsburg 2017, algorithm 1): descent with momentum, whose rate is scaled, parameter by parameter, by
/// trust |w| / (|g| + decay |w|). v = momentum v + rate scale (g + decay w); w -= v. Spared parameters have the scale 1 and no decay.
/// </summary>
public sealed class Lars : Optimizer
{
    private readonly float _momentum;
    private readonly float _trust;

    /// <summary>Makes the optimizer, which spares vectors.</summary>
    /// <param name="momentum">What is kept of the last step.</param>
    /// <param name="weightDecay">How much of each weight is added to its gradient.</param>
    /// <param name="trust">How far a step may go in proportion to the weights, eta.</param>
    public Lars(float momentum = 0.9f, float weightDecay = 0, float trust = 0.001f)
    {
        (_momentum, _trust) = (momentum, trust);
        WeightDecay = weightDecay;
        SparesVectors = true;
    }

    /// <inheritdoc/>
    public override bool IsLayerwise => true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> State { get; } = ["velocity"];

    /// <inheritdoc/>
    protected override bool OwnsDecay => true;

    /// <inheritdoc/>
    protected override (Value Step, Value[] State) Trace(OptimizerStep step)
    {
        var direction = step.Gradients;
        if (!step.Spared)
        {
            // A parameter that is all zeros, or has no gradient, takes the plain rate: there is no proportion to keep.
            var (weights, gradients) = (Norm(step.Weights), Norm(step.Gradients));
            var zero = weights * 0;
            var divisor = gradients + (weights * WeightDecay);
            var scale = (weights * gradients).Greater(zero).Where(weights * _trust / divisor, zero + 1);
            if (WeightDecay != 0 && !DecoupledDecay) direction += step.Weights * WeightDecay;
            direction *= scale;
        }

        var velocity = (step.State[0] * _momentum) + (direction * step.Rate);
        return (velocity, [velocity]);
    }

    private static Value Norm(Value x) => (x * x).ReduceSum([], keepDimensions: false).Sqrt();
}
