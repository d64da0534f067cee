using System.Globalization;
using Framework.Errors;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>
/// Writes a graph, one node after the other. Each node's shapes are inferred as it is added, so a mistake fails where it
/// is made.
/// </summary>
public sealed class GraphBuilder
{
    private readonly string _name;
    private readonly List<Value> _inputs = [];
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<string, Initializer> _initializers = [];
    private readonly List<Initializer> _initializerOrder = [];
    private readonly HashSet<string> _valueNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _nodeNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _promisedNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> _promisedNodeNames = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _suffixes = new(StringComparer.Ordinal);
    private readonly Dictionary<(ElementType, string), Value> _smallConstants = [];
    private GraphMetadata _metadata = GraphMetadata.Own;

    /// <summary>Starts an empty graph.</summary>
    public GraphBuilder(string name = "model") => _name = name;

    /// <summary>Adds an input.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="elementType">The type of its elements.</param>
    /// <param name="shape">Its extents; null where even their number is unknown.</param>
    /// <exception cref="ModelFormatException">The name is taken.</exception>
    public Value Input(string name, ElementType elementType, SymbolicShape? shape)
    {
        var value = NewValue(name, new Fact(elementType, shape));
        _inputs.Add(value);
        return value;
    }

    /// <summary>
    /// Adds a value that the graph holds itself; asked for the same tensor under the same name again, gives the first one back,
    /// so that a module used twice shares its weights.
    /// </summary>
    /// <exception cref="ModelFormatException">The name is taken by something else.</exception>
    public Value Initializer(string name, Tensor data, InitializerRole role)
    {
        if (_initializers.TryGetValue(name, out var known) && known.Data == data) return known.Value;
        var value = NewValue(name, role == InitializerRole.Constant ? Fact.Of(data) : new Fact(data.ElementType, data.Shape));
        var initializer = new Initializer(value, data, role);
        _initializers.Add(name, initializer);
        _initializerOrder.Add(initializer);
        return value;
    }

    /// <summary>A constant; small ones are shared.</summary>
    public Value Constant(Tensor data)
    {
        if (data.Count > 16) return Initializer(Fresh("constant"), data, InitializerRole.Constant);
        var key = (data.ElementType, data.Shape + Convert.ToHexString(data.AsBytes()));
        if (!_smallConstants.TryGetValue(key, out var value))
            _smallConstants.Add(key, value = Initializer(Fresh("constant"), data, InitializerRole.Constant));
        return value;
    }

    /// <summary>A constant without extents.</summary>
    public Value Scalar(double value, ElementType type) => Constant(Tensor.Scalar(value).To(type));

    /// <summary>A constant vector of 64-bit integers, as shapes and axes are given.</summary>
    public Value Integers(params long[] values) => Constant(Tensor.From(values, [values.Length]));

    /// <summary>Adds a node with one output.</summary>
    /// <param name="op">What it computes.</param>
    /// <param name="inputs">What it reads; null where an optional input is left out.</param>
    /// <param name="attributes">Its attributes.</param>
    /// <param name="name">Its name; null or empty takes the path of the first input's producer and the operator's name.</param>
    /// <exception cref="ShapeException">Operands do not fit the operator.</exception>
    public Value Apply(Operator op, IReadOnlyList<Value?> inputs, Attributes? attributes = null, string? name = null) =>
        ApplyMany(op, inputs, 1, attributes, name)[0];

    /// <summary>Adds a node with several outputs.</summary>
    /// <inheritdoc cref="Apply"/>
    public Value[] ApplyMany(Operator op, IReadOnlyList<Value?> inputs, int outputCount, Attributes? attributes = null, string? name = null)
    {
        string nodeName = UniqueNodeName(string.IsNullOrEmpty(name) ? Inherited(op, inputs) : name);
        var names = new string[outputCount];
        for (int i = 0; i < outputCount; i++) names[i] = UniqueValueName(outputCount == 1 ? nodeName : $"{nodeName}.{op.Signature.OutputName(i)}");
        return AddNode(op, nodeName, inputs, names, attributes)!;
    }

    /// <summary>Adds a node whose output names are given, as an importer or a copy does; an empty name leaves an output out.</summary>
    /// <exception cref="ShapeException">Operands do not fit the operator.</exception>
    /// <exception cref="ModelFormatException">An output's name is taken, or the operator's signature does not allow the operands.</exception>
    public Value[] AddNode(
        Operator op, string name, IReadOnlyList<Value?> inputs, IReadOnlyList<string> outputNames, Attributes? attributes = null, string? documentation = null)
    {
        foreach (var input in inputs)
        {
            if (input is not null && input.Owner != this)
                throw new InvalidOperationException($"{input} belongs to another graph than the node {name} ({op.Name}) that reads it.");
        }

        attributes ??= Attributes.None;
        string place = name.Length > 0 ? $"{name} ({op.Name})" : $"node that makes '{(outputNames.Count > 0 ? outputNames[0] : null)}' ({op.Name})";
        op.Signature.Check(place, inputs, outputNames.Count);
        var facts = Inference.Run(op, place, attributes, [.. inputs.Select(i => i?.Fact)], outputNames.Count);
        var outputs = new Value?[outputNames.Count];
        for (int i = 0; i < outputs.Length; i++) outputs[i] = outputNames[i].Length == 0 ? null : NewValue(outputNames[i], facts[i]);
        if (name.Length > 0) _nodeNames.Add(name);
        _nodes.Add(new Node(op, name, [.. inputs], outputs, attributes, documentation));
        return outputs!;
    }

    /// <summary>Gives a value another name, such as that of a graph's output.</summary>
    /// <exception cref="ModelFormatException">The name is taken.</exception>
    public Value Rename(Value value, string name)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (value.Name == name) return value;
        Reserve(name);
        _valueNames.Remove(value.Name);
        value.Rename(name);
        return value;
    }

    /// <summary>
    /// States the element type of a value that a file declares. A shape that a file declares is not taken over: nothing has checked it, and plans
    /// rely on shapes.
    /// </summary>
    /// <exception cref="ModelFormatException">Inference knows another type.</exception>
    public void Declare(Value value, ElementType type)
    {
        if (value.Owner != this) throw new InvalidOperationException($"{value} belongs to another graph.");
        if (type == ElementType.Undefined || type == value.ElementType) return;
        if (value.ElementType != ElementType.Undefined)
            throw new ModelFormatException($"value '{value.Name}'", $"is declared as {type}, but its operator makes {value.ElementType}.");
        value.Fact = value.Fact with { ElementType = type };
    }

    /// <summary>Sets what is said of the model.</summary>
    public GraphBuilder Describe(GraphMetadata metadata)
    {
        _metadata = metadata;
        return this;
    }

    /// <summary>Ends the graph. Nodes and initializers that no output needs are kept; <see cref="GraphPatch.RemoveDead"/> drops them.</summary>
    public Graph Build(params IReadOnlyList<Value> outputs)
    {
        foreach (var output in outputs)
        {
            if (output.Owner != this) throw new InvalidOperationException($"{output} belongs to another graph.");
        }

        return new Graph(_name, [.. _inputs], [.. outputs], [.. _nodes], [.. _initializerOrder], _metadata);
    }

    /// <summary>Starts a graph as a copy of another.</summary>
    /// <param name="graph">What to copy.</param>
    /// <param name="map">Finds the copy of each value.</param>
    /// <param name="data">Other elements for some initializers, by name.</param>
    /// <param name="inputShapes">Other shapes for some inputs, by name; what follows from them is inferred anew.</param>
    /// <param name="outputsOf">How many outputs the copy of a node must have at least; null keeps their number.</param>
    /// <exception cref="ShapeException">A tensor does not fit its initializer, or shapes do not fit the nodes.</exception>
    public static GraphBuilder CopyOf(
        Graph graph,
        out ValueMap map,
        IReadOnlyDictionary<string, Tensor>? data = null,
        IReadOnlyDictionary<string, SymbolicShape>? inputShapes = null,
        Func<Node, int>? outputsOf = null)
    {
        var builder = new GraphBuilder(graph.Name) { _metadata = graph.Metadata };
        map = builder.CopyHead(graph, data, inputShapes);
        foreach (var node in graph.Nodes) builder.CopyNode(node, map, outputsOf?.Invoke(node) ?? 0);
        return builder;
    }

    /// <summary>
    /// Starts a graph with another's name, metadata, inputs and initializers, but none of its nodes. Their names and those of what they make are promised to
    /// their copies: no fresh name takes them before <see cref="Release"/>.
    /// </summary>
    internal static GraphBuilder HeadOf(Graph graph, out ValueMap map)
    {
        var builder = new GraphBuilder(graph.Name) { _metadata = graph.Metadata };
        map = builder.CopyHead(graph, null, null);
        builder.Promise(graph);
        return builder;
    }

    /// <summary>Keeps the names of a graph's nodes and of what they make for their copies.</summary>
    internal void Promise(Graph graph)
    {
        foreach (var node in graph.Nodes)
        {
            _promisedNodeNames.Add(node.Name);
            foreach (var value in node.Outputs.OfType<Value>()) _promisedNames.Add(value.Name);
        }
    }

    /// <summary>Gives the names of a node and its results to whatever takes its place.</summary>
    internal void Release(Node node)
    {
        _promisedNodeNames.Remove(node.Name);
        foreach (var value in node.Outputs.OfType<Value>()) _promisedNames.Remove(value.Name);
    }

    internal Value[] CopyNode(Node node, ValueMap map, int atLeastOutputs = 0)
    {
        var names = node.Outputs.Select(o => o?.Name ?? "").ToList();
        for (int i = 0; i < atLeastOutputs; i++)
        {
            if (i == names.Count) names.Add("");
            if (names[i].Length == 0) names[i] = UniqueValueName($"{(node.Name.Length > 0 ? node.Name : node.Operator.Name)}.{node.Operator.Signature.OutputName(i)}");
        }

        var outputs = CopyNode(node, [.. node.Inputs.Select(map.Find)], names);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is { } original) map.Set(original, outputs[i]);
        }

        return outputs;
    }

    /// <summary>The node over other inputs. What inference cannot tell of a result is taken from the original's, such as a type that a file declares.</summary>
    internal Value[] CopyNode(Node node, IReadOnlyList<Value?> inputs, IReadOnlyList<string>? outputNames = null)
    {
        var outputs = AddNode(node.Operator, node.Name, inputs, outputNames ?? [.. node.Outputs.Select(o => o?.Name ?? "")], node.Attributes, node.Documentation);
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            if (node.Outputs[i] is not { } original) continue;
            outputs[i].Layout = original.Layout;
            if (outputs[i].Fact.Shape is null && original.Fact.Shape is not null) outputs[i].Fact = original.Fact;
            if (outputs[i].ElementType == ElementType.Undefined) Declare(outputs[i], original.ElementType);
        }

        return outputs;
    }

    private ValueMap CopyHead(Graph graph, IReadOnlyDictionary<string, Tensor>? data, IReadOnlyDictionary<string, SymbolicShape>? inputShapes)
    {
        var map = new ValueMap();
        foreach (var input in graph.Inputs)
        {
            var shape = inputShapes?.GetValueOrDefault(input.Name) ?? input.Shape;
            map.Set(input, Input(input.Name, input.ElementType, shape));
        }

        foreach (var initializer in graph.Initializers)
        {
            var tensor = data?.GetValueOrDefault(initializer.Name) ?? initializer.Data;
            if (tensor.ElementType != initializer.Data.ElementType || tensor.Shape != initializer.Data.Shape)
                throw new ShapeException($"initializer {initializer.Name}", $"is {initializer.Data} but {tensor} was given.");
            map.Set(initializer.Value, Initializer(initializer.Name, tensor, initializer.Role));
        }

        if (data?.Keys.FirstOrDefault(name => !_initializers.ContainsKey(name)) is { } unknown)
            throw new ShapeException($"initializer {unknown}", $"the graph {graph.Name} has none of this name.");
        return map;
    }

    internal bool IsTaken(string name) => _valueNames.Contains(name);

    private Value NewValue(string name, Fact fact)
    {
        Reserve(name);
        return new Value(this, name, fact);
    }

    private void Reserve(string name)
    {
        if (!_valueNames.Add(name))
            throw new ModelFormatException($"value '{name}'", "is assigned twice; every name is assigned once.", "Give one of them another name.");
    }

    // A node made inside a block without a name of its own lives where its first input was made: the Relu that follows
    // layer1.0.bn1 becomes layer1.0.relu.
    private static string Inherited(Operator op, IReadOnlyList<Value?> inputs)
    {
        string parent = inputs.FirstOrDefault(i => i?.Producer is not null)?.Producer!.Name ?? "";
        int dot = parent.LastIndexOf('.');
        return (dot < 0 ? "" : parent[..(dot + 1)]) + op.Name.ToLowerInvariant();
    }

    private string UniqueNodeName(string name) => Unique(name, n => _nodeNames.Contains(n) || _promisedNodeNames.Contains(n));

    private string UniqueValueName(string name) => Unique(name, n => _valueNames.Contains(n) || _promisedNames.Contains(n));

    private string Fresh(string stem) => UniqueValueName(stem);

    private string Unique(string name, Func<string, bool> isTaken)
    {
        if (!isTaken(name)) return name;
        int number = _suffixes.GetValueOrDefault(name);
        string candidate;
        do candidate = string.Create(CultureInfo.InvariantCulture, $"{name}_{++number}");
        while (isTaken(candidate));
        _suffixes[name] = number;
        return candidate;
    }
}
