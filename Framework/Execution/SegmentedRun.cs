using Framework.Graphs;
using Framework.Lowering;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Execution;

/// <summary>
/// Runs a graph in which shapes follow from data by segments: the head by its plans, the nodes that say the shapes the plain way, and then the rest, whose shapes
/// are known by now. A rest in which further shapes follow from data is cut again.
/// </summary>
internal sealed class SegmentedRun : IDisposable
{
    private readonly Graph _graph;
    private readonly GraphCut _cut;
    private readonly Func<Graph, Session> _open;
    private readonly Dictionary<string, Value> _byName;
    private readonly long _budget;
    private readonly Session? _head;
    private Session? _rest;

    /// <summary>Cuts a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="reason">Why it has no one plan.</param>
    /// <param name="open">Makes the session of a part.</param>
    /// <param name="memoryBudget">Bytes that the results of nodes between may take.</param>
    public SegmentedRun(Graph graph, DataDependentShapeException reason, Func<Graph, Session> open, long memoryBudget)
    {
        _graph = graph;
        _budget = memoryBudget;
        _open = open;
        _byName = graph.Values.ToDictionary(v => v.Name);
        _cut = GraphCut.Of(graph, reason.Bound);
        if (_cut.Head.Outputs.Count > 0) _head = open(_cut.Head);
    }

    /// <summary>The nodes that are evaluated the plain way, as far as runs have met them.</summary>
    public IEnumerable<Node> PlainNodes => _cut.Between.Concat(_rest?.PlainNodes ?? []);

    public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> inputs)
    {
        var values = new Dictionary<Value, Tensor>();
        foreach (var initializer in _graph.Initializers) values.Add(initializer.Value, initializer.Data);
        Add(_graph.Inputs, inputs);
        if (_head is not null) AddByName(_cut.Head.Outputs, _head.Run(inputs));
        var meter = new MemoryMeter(_budget);
        foreach (var node in _cut.Between)
        {
            var results = Evaluation.Run(
                node.Operator, node.Place, node.Attributes, [.. node.Inputs.Select(v => v is null ? null : values[v])], node.Outputs.Count, Precision.Native, meter);
            for (int i = 0; i < results.Length; i++)
            {
                if (node.Outputs[i] is { } output) values[output] = results[i] ?? throw new InvalidOperationException($"{node.Place} did not make its output {i}.");
            }
        }

        if (_cut.HasRest)
        {
            Tensor[] given = [.. _cut.RestInputs.Select(v => values[v])];
            _rest ??= _open(_cut.Rest([.. given.Select(t => t.ElementType)]));
            if (_rest.Graph.Outputs.Count > 0) AddByName(_rest.Graph.Outputs, _rest.Run(given));
        }

        return [.. _graph.Outputs.Select(o => values[o])];

        void Add(IReadOnlyList<Value> made, IReadOnlyList<Tensor> tensors)
        {
            for (int i = 0; i < made.Count; i++) values[made[i]] = tensors[i];
        }

        void AddByName(IReadOnlyList<Value> made, IReadOnlyList<Tensor> tensors) => Add([.. made.Select(m => _byName[m.Name])], tensors);
    }

    public void Dispose()
    {
        _head?.Dispose();
        _rest?.Dispose();
    }
}
