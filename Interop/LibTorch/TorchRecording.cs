using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch.Translation;

namespace Interop.LibTorch;

/// <summary>A graph written as a program, for inputs of certain shapes.</summary>
internal sealed class TorchRecording : IDisposable
{
    private readonly Dictionary<string, TorchSlot> _slots = [];
    private readonly Graph _graph;
    private readonly ElementType[] _inputTypes;
    private readonly Shape[] _inputShapes;
    private readonly Precision _precision;
    private readonly HashSet<string> _leaves;
    private readonly GradientFlow _gradients;

    /// <summary>Records the graph's nodes.</summary>
    /// <param name="graph">The graph; its shapes may be symbolic.</param>
    /// <param name="inputs">Its inputs, in the type in which they are computed: their shapes count, and their memory is bound.</param>
    /// <param name="initializers">Its initializers by name, in the type in which they are computed.</param>
    /// <param name="differentiated">Names of values that gradients are asked for with respect to.</param>
    /// <param name="seeds">Names of the outputs that gradients begin at.</param>
    /// <param name="precision">In which precision floats are computed.</param>
    /// <param name="runtime">The library.</param>
    /// <exception cref="UnsupportedModelException">A node has no form in libtorch.</exception>
    public TorchRecording(
        Graph graph,
        IReadOnlyList<Tensor> inputs,
        IReadOnlyDictionary<string, Tensor> initializers,
        IReadOnlyList<string> differentiated,
        IReadOnlyList<string> seeds,
        Precision precision,
        TorchRuntime runtime)
    {
        _graph = WithShapes(graph, inputs);
        _inputTypes = [.. inputs.Select(i => i.ElementType)];
        _inputShapes = [.. inputs.Select(i => i.Shape)];
        _precision = precision;
        _leaves = Leaves(differentiated);
        _gradients = new GradientFlow(_graph, _leaves, seeds);
        Program = new TorchProgram(runtime);
        try
        {
            for (int i = 0; i < inputs.Count; i++) Add(_graph.Inputs[i], inputs[i]);
            foreach (var initializer in _graph.Initializers) Add(initializer.Value, initializers[initializer.Name]);
            foreach (var node in _graph.Nodes) Add(node);
            Outputs = [.. _graph.Outputs.Select(SlotOf)];
        }
        catch
        {
            Program.Dispose();
            throw;
        }
    }

    /// <summary>The program.</summary>
    public TorchProgram Program { get; }

    /// <summary>The slots of the graph's outputs.</summary>
    public TorchSlot[] Outputs { get; }

    /// <summary>The slot of a value of the graph.</summary>
    /// <exception cref="UsageException">The graph has none of this name.</exception>
    public TorchSlot this[string name] =>
        SlotOf(_graph.Find(name) ?? throw new UsageException($"value '{name}'", $"the graph {_graph.Name} has none of this name."));

    /// <summary>Whether it was recorded for inputs of these types and shapes.</summary>
    public bool Fits(IReadOnlyList<Tensor> inputs)
    {
        for (int i = 0; i < inputs.Count; i++)
        {
            if (inputs[i].ElementType != _inputTypes[i] || inputs[i].Shape != _inputShapes[i]) return false;
        }

        return true;
    }

    /// <summary>Lays the inputs over other tensors of the same shapes.</summary>
    public void Bind(IReadOnlyList<Tensor> inputs)
    {
        for (int i = 0; i < inputs.Count; i++) Program.Bind(_slots[_graph.Inputs[i].Name], inputs[i], RequiresGradient(_graph.Inputs[i]));
    }

    /// <inheritdoc/>
    public void Dispose() => Program.Dispose();

    private static Graph WithShapes(Graph graph, IReadOnlyList<Tensor> inputs)
    {
        var shapes = graph.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => (SymbolicShape)p.Second.Shape);
        var builder = GraphBuilder.CopyOf(graph, out var map, inputShapes: shapes);
        return builder.Build([.. graph.Outputs.Select(map.Get)]);
    }

    private void Add(Value value, Tensor data) => _slots.Add(value.Name, Program.Bind(data, RequiresGradient(value)));

    /// <summary>The inputs and initializers that libtorch follows, so that what is computed from them has gradients.</summary>
    private HashSet<string> Leaves(IReadOnlyList<string> differentiated)
    {
        HashSet<string> leaves = [.. differentiated];
        bool inside = differentiated.Any(name => _graph.Find(name) is { Producer: not null });
        if (inside) leaves.UnionWith(_graph.Inputs.Concat(_graph.Parameters.Select(p => p.Value)).Select(v => v.Name));
        return leaves;
    }

    private bool RequiresGradient(Value value) => value.ElementType.IsFloat() && _leaves.Contains(value.Name);

    private void Add(Node node)
    {
        // What computes shapes is known already; its results are bound where somebody reads them.
        if (node.Outputs.All(o => o is null || Constants.Of(o.Fact) is not null)) return;
        Program.Label(node.Place);
        var translated = new TorchNode(node, Program, SlotOf, _gradients, _precision);
        var rule = Translations.Find(node.Operator);
        if (rule is null) throw translated.Unsupported(Translations.Refusal(node.Operator) ?? "its result is not known beforehand.");
        translated.Set(0, rule.Write(translated));
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is { } output)
                _slots.Add(output.Name, translated.Results[i] ?? throw translated.Unsupported($"there is no translation of its output {i}."));
        }
    }

    private TorchSlot SlotOf(Value value)
    {
        if (_slots.TryGetValue(value.Name, out var slot)) return slot;
        var constant = Constants.Of(value.Fact) ?? throw new InvalidOperationException($"{value} is read before it is made.");
        bool widened = _precision == Precision.Float64 && constant.ElementType == ElementType.Float32;
        _slots.Add(value.Name, slot = Program.Bind(widened ? constant.To(ElementType.Float64) : constant));
        return slot;
    }
}
