using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Execution;

/// <summary>
/// Evaluates a graph node by node with the operators' own plain evaluations: slow and easy to believe. In
/// <see cref="Precision.Float64"/> every float is a double; that is the oracle which everything else is measured against.
/// </summary>
public sealed class Interpreter : IGraphRunner
{
    private readonly Precision _precision;
    private readonly long _memoryBudget;
    private readonly Dictionary<Value, Tensor> _initializers = [];
    private readonly Dictionary<Node, Value[]> _lastReads = [];

    /// <summary>Prepares to run a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="precision">In which precision floats are computed.</param>
    /// <param name="memoryBudget">Bytes that results may take at a time; a run that needs more ends in a <see cref="Errors.MemoryBudgetException"/>.</param>
    public Interpreter(Graph graph, Precision precision = Precision.Native, long memoryBudget = long.MaxValue)
    {
        _memoryBudget = memoryBudget;
        Graph = graph;
        _precision = precision;
        foreach (var initializer in graph.Initializers) _initializers.Add(initializer.Value, Promote(initializer.Data));
        FindLastReads();
    }

    /// <inheritdoc/>
    public Graph Graph { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Run(params IReadOnlyList<Tensor> inputs) => Run(inputs, null);

    /// <summary>Runs, and shows every value as it is made.</summary>
    /// <param name="inputs">The inputs, in the graph's order.</param>
    /// <param name="observe">Called with each result of each node.</param>
    public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> inputs, Action<Value, Tensor>? observe) => RunRevised(inputs, (node, _, results) =>
    {
        for (int i = 0; observe is not null && i < results.Length; i++)
        {
            if (node.Outputs[i] is { } output) observe(output, results[i]!);
        }

        return results;
    });

    /// <summary>
    /// Runs, and goes on after each node with what <paramref name="revise"/> makes of its results. So a run is watched, or disturbed to see what
    /// becomes of an error.
    /// </summary>
    /// <param name="inputs">The inputs, in the graph's order.</param>
    /// <param name="revise">From a node, what it read and what it made, to what stands for the latter; of the same types and shapes.</param>
    public IReadOnlyList<Tensor> RunRevised(IReadOnlyList<Tensor> inputs, Func<Node, Tensor?[], Tensor?[], Tensor?[]> revise)
    {
        var values = new Dictionary<Value, Tensor>(_initializers);
        InputCheck.Check(Graph, inputs, _precision);
        for (int i = 0; i < inputs.Count; i++) values[Graph.Inputs[i]] = Promote(inputs[i]);
        var meter = new MemoryMeter(_memoryBudget);
        foreach (var node in Graph.Nodes)
        {
            long before = meter.Taken;
            Tensor?[] operands = [.. node.Inputs.Select(v => v is null ? null : values[v])];
            var results = Evaluation.Run(node.Operator, node.Place, node.Attributes, operands, node.Outputs.Count, _precision, meter);
            meter.ReturnTo(before);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is not null && results[i] is null) throw new InvalidOperationException($"{node.Place} did not make its output {i}.");
            }

            results = revise(node, operands, results);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is not { } output) continue;
                values[output] = results[i]!;
                meter.Take(results[i]!.ByteCount, node.Place);
            }

            foreach (var done in _lastReads[node])
            {
                if (values.Remove(done, out var gone)) meter.ReturnTo(meter.Taken - gone.ByteCount);
            }
        }

        return [.. Graph.Outputs.Select(o => values[o])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Everything it holds belongs to the garbage collector.
    }

    private Tensor Promote(Tensor tensor) =>
        _precision == Precision.Float64 && tensor.ElementType == ElementType.Float32 ? tensor.To(ElementType.Float64) : tensor;

    // A result is let go once its last reader has run, so that a deep network needs no more memory than its widest part.
    private void FindLastReads()
    {
        var last = new Dictionary<Value, Node>();
        foreach (var node in Graph.Nodes)
        {
            foreach (var value in node.Outputs.Concat(node.Inputs))
            {
                if (value?.Producer is not null) last[value] = node;
            }
        }

        foreach (var output in Graph.Outputs) last.Remove(output);
        var byNode = last.GroupBy(p => p.Value, p => p.Key).ToDictionary(g => g.Key, g => g.ToArray());
        foreach (var node in Graph.Nodes) _lastReads.Add(node, byNode.GetValueOrDefault(node, []));
    }
}
