using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Training.Optimizers;

/// <summary>
/// The second function of a training step, as a graph over flat vectors: from weights, gradients, state and some numbers to weights and state. State
/// starts as zeros and is all that an optimizer remembers.
/// </summary>
public abstract class Optimizer
{
    /// <summary>How much of each weight is lost in a step, beside what the loss asks for; 0 for nothing.</summary>
    public float WeightDecay { get; init; }

    /// <summary>
    /// Whether decay is apart from the gradient, w -= rate decay w, so that no momentum and no adaptation applies to it (Loshchilov and Hutter 2019);
    /// otherwise it is the gradient of a squared norm in the loss, g += decay w.
    /// </summary>
    public bool DecoupledDecay { get; init; }

    /// <summary>Whether vectors (biases, scales and shifts of normalisation) go without decay, and without whatever adapts to a layer.</summary>
    public bool SparesVectors { get; init; }

    /// <summary>Whether the update of a weight depends on the whole parameter that it belongs to, so that each needs an update of its own.</summary>
    public virtual bool IsLayerwise => false;

    /// <summary>The names of the vectors of state, each as long as the weights.</summary>
    public abstract IReadOnlyList<string> State { get; }

    /// <summary>The names of the numbers that change from step to step.</summary>
    public virtual IReadOnlyList<string> Numbers => ["rate"];

    /// <summary>These numbers.</summary>
    /// <param name="rate">The learning rate.</param>
    /// <param name="step">The number of the update, from 1.</param>
    public virtual IReadOnlyList<double> NumbersAt(float rate, long step) => [rate];

    /// <summary>
    /// The update of vectors of so many weights. Inputs: <c>weights</c>, <c>gradients</c>, <see cref="Numbers"/> (scalars), <see cref="State"/>;
    /// outputs: <c>weights.new</c>, and for each vector of state <c>NAME.new</c>.
    /// </summary>
    /// <param name="count">The number of weights; a symbol where it is open.</param>
    /// <param name="spared">Whether these weights are spared, see <see cref="SparesVectors"/>.</param>
    public Graph Update(Dimension count, bool spared = false)
    {
        var builder = new GraphBuilder(GetType().Name);
        var weights = builder.Input("weights", ElementType.Float32, [count]);
        var gradients = builder.Input("gradients", ElementType.Float32, [count]);
        var numbers = Numbers.ToDictionary(n => n, n => builder.Input(n, ElementType.Float32, []));
        Value[] state = [.. State.Select(s => builder.Input(s, ElementType.Float32, [count]))];

        bool decays = WeightDecay != 0 && !spared;
        if (decays && !DecoupledDecay && !OwnsDecay) gradients += weights * WeightDecay;
        var before = decays && DecoupledDecay ? weights - (weights * (numbers["rate"] * WeightDecay)) : weights;
        var (step, newState) = Trace(new OptimizerStep(before, gradients, numbers, state, spared));
        for (int i = 0; i < newState.Length; i++) builder.Rename(newState[i], $"{State[i]}.new");
        return builder.Build([builder.Rename(before - step, "weights.new"), .. newState]);
    }

    /// <summary>Whether <see cref="Trace"/> adds the decay that is coupled to the gradient itself.</summary>
    protected virtual bool OwnsDecay => false;

    /// <summary>Traces what is taken off the weights, and the new state.</summary>
    protected abstract (Value Step, Value[] State) Trace(OptimizerStep step);
}

/// <summary>What a step is computed from.</summary>
/// <param name="Weights">The weights [P], any decoupled decay taken off.</param>
/// <param name="Gradients">Their gradients [P], any coupled decay added.</param>
/// <param name="Numbers">The scalars of <see cref="Optimizer.Numbers"/>.</param>
/// <param name="State">The state, vectors of [P].</param>
/// <param name="Spared">Whether these weights go without adaptation to their layer.</param>
public sealed record OptimizerStep(
    Value Weights, Value Gradients, IReadOnlyDictionary<string, Value> Numbers, IReadOnlyList<Value> State, bool Spared)
{
    /// <summary>The learning rate, a scalar.</summary>
    public Value Rate => Numbers["rate"];
}
