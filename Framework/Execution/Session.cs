using Framework.Errors;
using Framework.Graphs;
using Framework.Lowering;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Execution;

/// <summary>
/// Runs a graph through compiled plans, one for each set of input shapes that comes along. May be used by several threads, which take
/// turns.
/// </summary>
public sealed class Session : IGraphRunner
{
    // Each segment runs inside the one before it; a graph of more is interpreted from there on.
    private const int MostSegments = 64;

    private readonly SessionOptions _options;
    private readonly WorkerPool _pool;
    private readonly List<Plan> _plans = [];
    private readonly Lock _turn = new();
    private readonly bool _ownsPool;
    private readonly int _depth;
    private SegmentedRun? _segments;
    private Interpreter? _interpreter;

    /// <summary>Prepares to run a graph; plans are made when shapes are known.</summary>
    /// <exception cref="ModelFormatException">The graph holds operators that have no place in a plan.</exception>
    public Session(Graph graph, SessionOptions? options = null)
    {
        GraphVerifier.Check(graph, GraphStage.Training);
        Graph = graph;
        _options = options ?? SessionOptions.Default;
        _ownsPool = _options.Pool is null;
        _pool = _options.Pool ?? WorkerPool.Of(_options.Threads);
    }

    // A part of another session's graph.
    private Session(Graph graph, Session whole)
    {
        Graph = graph;
        _options = whole._options with { InPlace = [] };
        _pool = whole._pool;
        _depth = whole._depth + 1;
    }

    /// <inheritdoc/>
    public Graph Graph { get; }

    /// <summary>
    /// Why the graph has no one plan but runs by segments, each with plans of its own: a shape that depends on data. Null where it has one, or nothing has run yet.
    /// </summary>
    public string? SegmentedBecause { get; private set; }

    /// <summary>The nodes between segments, which are evaluated the plain way; those met so far.</summary>
    public IEnumerable<Node> PlainNodes => _segments?.PlainNodes ?? (_interpreter is null ? [] : Graph.Nodes);

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Run(params IReadOnlyList<Tensor> inputs)
    {
        lock (_turn)
        {
            if (TryPlanFor(inputs) is not { } plan) return RunParts(inputs);
            var outputs = plan.Graph.Outputs.Select(o => Tensor.Uninitialized(o.ElementType, o.Shape!.ToShape(o.Name))).ToArray();
            plan.Run(inputs, outputs, _pool);
            return outputs;
        }
    }

    /// <summary>Runs into tensors that are given. Once the plan for the shapes is made, nothing is allocated.</summary>
    /// <param name="inputs">The inputs, in the graph's order.</param>
    /// <param name="outputs">Where the outputs go, in the graph's order. An output may lie over an input only where <see cref="SessionOptions.InPlace"/> says so.</param>
    /// <exception cref="ShapeException">A tensor has another type or shape than the graph says.</exception>
    public void Run(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs)
    {
        lock (_turn)
        {
            if (TryPlanFor(inputs) is not { } plan)
            {
                var results = RunParts(inputs);
                for (int i = 0; i < outputs.Count; i++) results[i].CopyTo(outputs[i]);
                return;
            }

            for (int i = 0; i < outputs.Count; i++)
            {
                var expected = plan.Graph.Outputs[i];
                if (outputs[i].ElementType != expected.ElementType || outputs[i].Count != expected.Shape!.ElementCount.Value)
                    throw new ShapeException($"output '{expected.Name}'", $"is {expected.Fact}, a tensor {outputs[i]} was given for it.");
            }

            plan.Run(inputs, outputs, _pool);
        }
    }

    /// <summary>The plan for inputs of these shapes, made where it is not yet.</summary>
    /// <exception cref="UnsupportedModelException">There is none: a shape within the graph depends on data.</exception>
    public Plan PlanFor(IReadOnlyList<Tensor> inputs)
    {
        lock (_turn) return TryPlanFor(inputs) ?? throw new UnsupportedModelException(Graph.Name, SegmentedBecause!, "It runs, but by segments.");
    }

    private Plan? TryPlanFor(IReadOnlyList<Tensor> inputs)
    {
        foreach (var known in _plans)
        {
            if (known.Fits(inputs)) return known;
        }

        InputCheck.Check(Graph, inputs);
        if (SegmentedBecause is not null) return null;
        Shape[] shapes = [.. inputs.Select(i => i.Shape)];
        Plan plan;
        try
        {
            plan = Compile(shapes);
        }
        catch (DataDependentShapeException reason)
        {
            SegmentedBecause = reason.Message;
            if (_depth < MostSegments) _segments ??= new SegmentedRun(Graph, reason, part => new Session(part, this), _options.MemoryBudget);
            else _interpreter ??= new Interpreter(Graph, memoryBudget: _options.MemoryBudget);
            return null;
        }

        if (_plans.Count == _options.KeptPlans) DropOldest();
        _plans.Add(plan);
        return plan;
    }

    // Plans for other shapes go where there is no room for them beside the new one.
    private Plan Compile(Shape[] shapes)
    {
        while (true)
        {
            try
            {
                var meter = new MemoryMeter(_options.MemoryBudget - _plans.Sum(p => (long)p.ByteCount));
                return PlanCompiler.Compile(Pipeline.Lower(Graph, shapes, _options, meter), shapes, _options, _pool, meter);
            }
            catch (MemoryBudgetException) when (_plans.Count > 0)
            {
                DropOldest();
            }
        }
    }

    private void DropOldest()
    {
        _plans[0].Dispose();
        _plans.RemoveAt(0);
    }

    private IReadOnlyList<Tensor> RunParts(IReadOnlyList<Tensor> inputs) => _segments?.Run(inputs) ?? _interpreter!.Run(inputs);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var plan in _plans) plan.Dispose();
        _plans.Clear();
        _segments?.Dispose();
        if (_ownsPool) _pool.Dispose();
    }
}
