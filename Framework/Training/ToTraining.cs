using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>
/// Turns an inference graph into its training form: Dropout becomes <see cref="DropoutTraining"/>, whose mask follows from the input
/// <c>counter</c>, the step's number.
/// </summary>
/// <param name="seed">Seeds the masks; each layer's stream follows from the seed and its place in the graph.</param>
public sealed class ToTraining(long seed) : GraphPatch("ToTraining")
{
    /// <summary>The name of the input that counts steps, in graphs that draw random numbers.</summary>
    public const string CounterName = "counter";

    private Value? _counter;
    private long _layers;

    /// <inheritdoc/>
    protected override void Begin()
    {
        _counter = null;
        _layers = 0;
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator is not Dropout) return null;
        float ratio = node.Inputs.Count < 2 || node.Inputs[1] is not { } given ? 0.5f : RatioOf(node, given);
        _counter ??= Builder.Input(CounterName, ElementType.Int64, []);
        var attributes = new Attributes { ["ratio"] = ratio, ["seed"] = unchecked((long)CounterRandom.Key(seed, _layers++)) };
        return Builder.ApplyMany(DropoutTraining.Instance, [Map.Get(node.Inputs[0]!), _counter], 2, attributes, node.Name)[..node.Outputs.Count];
    }

    private static float RatioOf(Node node, Value ratio) => ratio.Fact.Constant?.ToArray<float>()[0]
        ?? throw new Errors.UnsupportedModelException(node.Place, "its ratio is computed by the graph.", "Give it as a constant.");
}
