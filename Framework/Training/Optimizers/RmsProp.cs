using Framework.Graphs;
using Framework.Operators;

namespace Framework.Training.Optimizers;

/// <summary>
/// RMSprop (Tieleman and Hinton 2012): gradients over the root of the running mean of their squares. Centred, it is their running deviation instead
/// (Graves 2013).
/// </summary>
public sealed class RmsProp : Optimizer
{
    private readonly float _squareKept;
    private readonly float _epsilon;
    private readonly float _momentum;
    private readonly bool _centred;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="squareKept">What is kept of the mean of squares, alpha.</param>
    /// <param name="epsilon">Keeps the divisor away from zero.</param>
    /// <param name="momentum">What is kept of the last step.</param>
    /// <param name="centred">Whether the mean is taken off first.</param>
    /// <param name="weightDecay">How much of each weight is added to its gradient.</param>
    public RmsProp(float squareKept = 0.99f, float epsilon = 1e-8f, float momentum = 0, bool centred = false, float weightDecay = 0)
    {
        (_squareKept, _epsilon, _momentum, _centred) = (squareKept, epsilon, momentum, centred);
        WeightDecay = weightDecay;
        State = ["square", .. centred ? new[] { "mean" } : [], .. momentum == 0 ? Array.Empty<string>() : ["velocity"]];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> State { get; }

    /// <inheritdoc/>
    protected override (Value Step, Value[] State) Trace(OptimizerStep step)
    {
        var gradients = step.Gradients;
        var square = (step.State[0] * _squareKept) + (gradients * gradients * (1 - _squareKept));
        List<Value> state = [square];
        var variance = square;
        if (_centred)
        {
            var mean = (step.State[1] * _squareKept) + (gradients * (1 - _squareKept));
            state.Add(mean);
            variance = (square - (mean * mean)).Clip(0, null); // rounding may leave less than nothing
        }

        var direction = gradients / (variance.Sqrt() + _epsilon);
        if (_momentum != 0) state.Add(direction = (step.State[^1] * _momentum) + direction);
        return (direction * step.Rate, [.. state]);
    }
}
