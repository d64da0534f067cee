using Framework.Graphs;
using Framework.Operators;

namespace Framework.Training.Optimizers;

/// <summary>Adagrad (Duchi, Hazan and Singer 2011): gradients over the root of the sum of all their squares so far.</summary>
public sealed class Adagrad : Optimizer
{
    private readonly float _rateDecay;
    private readonly float _epsilon;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="rateDecay">The rate is divided by 1 + rateDecay (step - 1).</param>
    /// <param name="epsilon">Keeps the divisor away from zero.</param>
    /// <param name="weightDecay">How much of each weight is added to its gradient.</param>
    public Adagrad(float rateDecay = 0, float epsilon = 1e-10f, float weightDecay = 0)
    {
        (_rateDecay, _epsilon) = (rateDecay, epsilon);
        WeightDecay = weightDecay;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> State { get; } = ["squares"];

    /// <inheritdoc/>
    public override IReadOnlyList<double> NumbersAt(float rate, long step) => [rate / (1 + ((step - 1) * (double)_rateDecay))];

    /// <inheritdoc/>
    protected override (Value Step, Value[] State) Trace(OptimizerStep step)
    {
        var squares = step.State[0] + (step.Gradients * step.Gradients);
        return (step.Gradients * step.Rate / (squares.Sqrt() + _epsilon), [squares]);
    }
}
