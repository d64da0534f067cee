using Framework.Graphs;
using Framework.Operators;

namespace Framework.Training.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015): the step is the running mean of the gradients over the root of the running mean of their squares, both freed of
/// the zeros that they started from.
/// </summary>
public class Adam : Optimizer
{
    private readonly float _meanKept;
    private readonly float _squareKept;
    private readonly float _epsilon;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="meanKept">What is kept of the mean of gradients, beta1.</param>
    /// <param name="squareKept">What is kept of the mean of squares, beta2.</param>
    /// <param name="epsilon">Keeps the divisor away from zero.</param>
    /// <param name="weightDecay">How much of each weight is added to its gradient, or taken off in <see cref="AdamW"/>.</param>
    public Adam(float meanKept = 0.9f, float squareKept = 0.999f, float epsilon = 1e-8f, float weightDecay = 0)
    {
        (_meanKept, _squareKept, _epsilon) = (meanKept, squareKept, epsilon);
        WeightDecay = weightDecay;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> State { get; } = ["mean", "square"];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Numbers { get; } = ["rate", "size", "spread"];

    /// <inheritdoc/>
    public override IReadOnlyList<double> NumbersAt(float rate, long step) =>
    [
        rate,
        rate / (1 - Math.Pow(_meanKept, step)),
        1 / Math.Sqrt(1 - Math.Pow(_squareKept, step)),
    ];

    /// <inheritdoc/>
    protected override (Value Step, Value[] State) Trace(OptimizerStep step)
    {
        var mean = (step.State[0] * _meanKept) + (step.Gradients * (1 - _meanKept));
        var square = (step.State[1] * _squareKept) + (step.Gradients * step.Gradients * (1 - _squareKept));
        return (mean * step.Numbers["size"] / ((square.Sqrt() * step.Numbers["spread"]) + _epsilon), [mean, square]);
    }
}

/// <summary>Adam with decay that is apart from the gradient (Loshchilov and Hutter 2019).</summary>
public sealed class AdamW : Adam
{
    /// <inheritdoc/>
    public AdamW(float meanKept = 0.9f, float squareKept = 0.999f, float epsilon = 1e-8f, float weightDecay = 0.01f)
        : base(meanKept, squareKept, epsilon, weightDecay) => DecoupledDecay = true;
}
