using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>
/// The second function of a training step, as a graph over flat vectors: from weights, gradients, state and rate to weights and state.
/// </summary>
public abstract class Optimizer
{
    /// <summary>How many vectors of state, as long as the weights, the optimizer keeps; they start as zeros.</summary>
    public abstract int StateCount { get; }

    /// <summary>
    /// The update of so many weights. Inputs: <c>weights</c>, <c>gradients</c>, <c>rate</c> (a scalar), <c>state0</c>...; outputs:
    /// <c>weights.new</c>, <c>state0.new</c>...
    /// </summary>
    public Graph Update(int count)
    {
        var builder = new GraphBuilder(GetType().Name);
        var weights = builder.Input("weights", ElementType.Float32, [count]);
        var gradients = builder.Input("gradients", ElementType.Float32, [count]);
        var rate = builder.Input("rate", ElementType.Float32, []);
        Value[] state = [.. Enumerable.Range(0, StateCount).Select(i => builder.Input($"state{i}", ElementType.Float32, [count]))];
        var (newWeights, newState) = Trace(weights, gradients, rate, state);
        builder.Rename(newWeights, "weights.new");
        for (int i = 0; i < newState.Length; i++) builder.Rename(newState[i], $"state{i}.new");
        return builder.Build([newWeights, .. newState]);
    }

    /// <summary>Traces the update.</summary>
    /// <param name="weights">The weights [P].</param>
    /// <param name="gradients">Their gradients [P].</param>
    /// <param name="rate">The learning rate, a scalar.</param>
    /// <param name="state">The state, vectors of [P].</param>
    protected abstract (Value Weights, Value[] State) Trace(Value weights, Value gradients, Value rate, Value[] state);
}

/// <summary>
/// Stochastic gradient descent with momentum as PyTorch writes it: g += decay w; v = momentum v + g; w -= rate v. (Polyak 1964; decay as in
/// Krizhevsky, Sutskever and Hinton 2012, section 5, but scaled by the rate at the time of the step.)
/// </summary>
/// <param name="momentum">What is kept of the last step; 0 for plain descent.</param>
/// <param name="weightDecay">How much of each weight is added to its gradient.</param>
public sealed class Sgd(float momentum = 0.9f, float weightDecay = 0) : Optimizer
{
    /// <inheritdoc/>
    public override int StateCount => momentum == 0 ? 0 : 1;

    /// <inheritdoc/>
    protected override (Value Weights, Value[] State) Trace(Value weights, Value gradients, Value rate, Value[] state)
    {
        if (weightDecay != 0) gradients += weights * weightDecay;
        if (momentum == 0) return (weights - (gradients * rate), []);
        var velocity = (state[0] * momentum) + gradients;
        return (weights - (velocity * rate), [velocity]);
    }
}
