using Framework.Graphs;

namespace Framework.Training.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch writes it: v = momentum v + g; w -= rate v. (Polyak 1964; decay as in Krizhevsky, Sutskever
/// and Hinton 2012, section 5, but scaled by the rate at the time of the step.) In Nesterov's form w -= rate (g + momentum v), as in Sutskever,
/// Martens, Dahl and Hinton 2013.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly float _momentum;

    /// <summary>Makes the optimizer.</summary>
    /// <param name="momentum">What is kept of the last step; 0 for plain descent.</param>
    /// <param name="weightDecay">How much of each weight is added to its gradient.</param>
    public Sgd(float momentum = 0.9f, float weightDecay = 0)
    {
        _momentum = momentum;
        WeightDecay = weightDecay;
    }

    /// <summary>Whether the step looks ahead along the velocity.</summary>
    public bool Nesterov { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> State => _momentum == 0 ? [] : ["velocity"];

    /// <inheritdoc/>
    protected override (Value Step, Value[] State) Trace(OptimizerStep step)
    {
        if (_momentum == 0) return (step.Gradients * step.Rate, []);
        var velocity = (step.State[0] * _momentum) + step.Gradients;
        var direction = Nesterov ? step.Gradients + (velocity * _momentum) : velocity;
        return (direction * step.Rate, [velocity]);
    }
}
