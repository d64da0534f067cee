using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>What an initializer is for.</summary>
public enum InitializerRole
{
    /// <summary>A number that belongs to the model's form: axes, target shapes, fixed factors.</summary>
    Constant,

    /// <summary>A trainable weight.</summary>
    Parameter,

    /// <summary>A statistic that training updates without a gradient, such as BatchNormalization's mean.</summary>
    State,
}

/// <summary>A value whose elements a graph holds itself.</summary>
/// <param name="Value">The edge.</param>
/// <param name="Data">The elements; shared with whoever gave them, never copied.</param>
/// <param name="Role">What it is for.</param>
public sealed record Initializer(Value Value, Tensor Data, InitializerRole Role)
{
    /// <summary>The value's name.</summary>
    public string Name => Value.Name;
}

/// <summary>
/// A model: nodes in topological order over ONNX-semantics operators, shape-polymorphic and immutable. Every change makes
/// another graph, through a <see cref="GraphBuilder"/> or a <see cref="GraphPatch"/>.
/// </summary>
public sealed class Graph
{
    internal Graph(
        string name,
        IReadOnlyList<Value> inputs,
        IReadOnlyList<Value> outputs,
        IReadOnlyList<Node> nodes,
        IReadOnlyList<Initializer> initializers,
        GraphMetadata metadata)
    {
        Name = name;
        Inputs = inputs;
        Outputs = outputs;
        Nodes = nodes;
        Initializers = initializers;
        Metadata = metadata;
    }

    /// <summary>The graph's name.</summary>
    public string Name { get; }

    /// <summary>What is given at every run, in order.</summary>
    public IReadOnlyList<Value> Inputs { get; }

    /// <summary>What a run yields, in order.</summary>
    public IReadOnlyList<Value> Outputs { get; }

    /// <summary>The nodes; each after all whose results it reads.</summary>
    public IReadOnlyList<Node> Nodes { get; }

    /// <summary>The values that the graph holds itself.</summary>
    public IReadOnlyList<Initializer> Initializers { get; }

    /// <summary>Where the model comes from and what is said of it.</summary>
    public GraphMetadata Metadata { get; }

    /// <summary>The trainable initializers.</summary>
    public IEnumerable<Initializer> Parameters => Initializers.Where(i => i.Role == InitializerRole.Parameter);

    /// <summary>The value of the given name, or null.</summary>
    public Value? Find(string name) => Values.FirstOrDefault(v => v.Name == name);

    /// <summary>Every value: inputs, initializers, results of nodes.</summary>
    public IEnumerable<Value> Values =>
        Inputs.Concat(Initializers.Select(i => i.Value)).Concat(Nodes.SelectMany(n => n.Outputs).OfType<Value>());

    /// <summary>
    /// The same graph with other elements for some initializers, by name; shapes and types must be the same.
    /// </summary>
    /// <exception cref="Errors.ShapeException">A tensor does not fit its initializer, or none has its name.</exception>
    public Graph WithInitializers(IReadOnlyDictionary<string, Tensor> tensors)
    {
        var builder = GraphBuilder.CopyOf(this, out var map, data: tensors);
        return builder.Build([.. Outputs.Select(map.Get)]);
    }

    /// <summary>What of the graph some of its values need, with these as its outputs. All inputs stay.</summary>
    public Graph WithOutputs(params IReadOnlyList<Value> outputs) => GraphPatch.RemoveDead(new Graph(Name, Inputs, outputs, Nodes, Initializers, Metadata));

    /// <summary>The same graph with other metadata.</summary>
    public Graph WithMetadata(GraphMetadata metadata) => new(Name, Inputs, Outputs, Nodes, Initializers, metadata);

    /// <summary>The graph in its text form, one node a line.</summary>
    public override string ToString() => GraphText.Write(this);
}
