using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>Which variance of a batch enters the running variance of batch normalisation.</summary>
public enum RunningVariance
{
    /// <summary>Divided by n - 1, as in PyTorch.</summary>
    Unbiased,

    /// <summary>Divided by n, as in ONNX.</summary>
    Population,
}

/// <summary>
/// Turns an inference graph into its training form. Dropout becomes <see cref="DropoutTraining"/>, whose mask follows from the input
/// <c>counter</c>, the step's number. BatchNormalization becomes <see cref="BatchNormalizationTraining"/>, which normalises by the batch and makes
/// new running statistics; these are <see cref="States"/>. One whose statistics are constants is frozen and stays as it is.
/// </summary>
/// <param name="seed">Seeds the masks; each layer's stream follows from the seed and its place in the graph.</param>
/// <param name="variance">
/// Which variance inference forms are to keep. Their files do not say; most come from PyTorch. A node with <c>training_mode</c> keeps ONNX's.
/// </param>
public sealed class ToTraining(long seed, RunningVariance variance = RunningVariance.Unbiased) : GraphPatch("ToTraining")
{
    /// <summary>The name of the input that counts steps, in graphs that draw random numbers.</summary>
    public const string CounterName = "counter";

    private readonly List<Initializer> _stateOrder = [];
    private Dictionary<Value, Value> _newStates = [];
    private Value? _counter;
    private long _layers;

    /// <summary>The statistics of the graph rewritten last, by name, with the values of the new graph that replace them after a step.</summary>
    public IReadOnlyList<(string Name, Value New)> States => [.. _stateOrder.Select(s => (s.Name, _newStates[s.Value]))];

    /// <inheritdoc/>
    protected override void Begin()
    {
        _counter = null;
        _layers = 0;
        _stateOrder.Clear();
        _newStates = [];
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node) => node.Operator switch
    {
        Dropout => Drop(node),
        BatchNormalization => Normalize(node),
        _ => null,
    };

    private Value[] Drop(Node node)
    {
        float ratio = node.Inputs.Count < 2 || node.Inputs[1] is not { } given ? 0.5f : RatioOf(node, given);
        _counter ??= Builder.Input(CounterName, ElementType.Int64, []);
        var attributes = new Attributes { ["ratio"] = ratio, ["seed"] = unchecked((long)CounterRandom.Key(seed, _layers++)) };
        return Builder.ApplyMany(DropoutTraining.Instance, [Map.Get(node.Inputs[0]!), _counter], 2, attributes, node.Name)[..node.Outputs.Count];
    }

    private static float RatioOf(Node node, Value ratio) => ratio.Fact.Constant?.ToArray<float>()[0]
        ?? throw new Errors.UnsupportedModelException(node.Place, "its ratio is computed by the graph.", "Give it as a constant.");

    private Value[]? Normalize(Node node)
    {
        if (IsFrozen(node.Inputs[3]!)) return null;
        bool unbiased = variance == RunningVariance.Unbiased && node.Attributes.Int("training_mode", 0) == 0;
        var (mean, deviation) = (node.Inputs[3]!, node.Inputs[4]!);
        Value[] inputs = [.. node.Inputs.Take(3).Select(i => Map.Get(i!)), Current(mean), Current(deviation)];
        var attributes = node.Attributes.Without("training_mode").With("unbiased", unbiased);
        var outputs = Builder.ApplyMany(BatchNormalizationTraining.Instance, inputs, 5, attributes, node.Name);
        Keep(mean, outputs[1]);
        Keep(deviation, outputs[2]);
        return outputs[..node.Outputs.Count];
    }

    private bool IsFrozen(Value state) => Source.Initializers.Any(i => i.Value == state && i.Role == InitializerRole.Constant);

    // A layer that is applied twice goes on from the statistics that its first application leaves.
    private Value Current(Value state) => _newStates.GetValueOrDefault(state) ?? Map.Get(state);

    private void Keep(Value state, Value next)
    {
        if (Source.Initializers.FirstOrDefault(i => i.Value == state) is not { } initializer) return;
        if (!_newStates.ContainsKey(state)) _stateOrder.Add(initializer);
        _newStates[state] = next;
    }
}
