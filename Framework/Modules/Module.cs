using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>
/// A part of a network. The constructor takes inventory (<see cref="Add{T}"/>, <see cref="AddParameter"/>), <see cref="Forward"/> tells the
/// story; it computes nothing but traces into the graph that its input belongs to.
/// </summary>
public abstract class Module
{
    private readonly List<Module> _children = [];
    private readonly List<Parameter> _parameters = [];
    private Module? _parent;
    private string _name = "";

    /// <summary>The path from the root, as in <c>layer3.0.conv2</c>; empty for the root.</summary>
    public string Path => _parent is null ? _name : _parent.Path.Length == 0 ? _name : $"{_parent.Path}.{_name}";

    /// <summary>The modules inside, in the order in which they were added.</summary>
    public IReadOnlyList<Module> Children => _children;

    /// <summary>The name within the parent.</summary>
    public string Name => _name;

    /// <summary>What an input looks like, its batch open; null for a part that takes any.</summary>
    public virtual SymbolicShape? InputShape => null;

    /// <summary>The type of an input's elements.</summary>
    public virtual ElementType InputType => ElementType.Float32;

    /// <summary>Traces the module.</summary>
    /// <param name="x">The input.</param>
    public abstract Value Forward(Value x);

    /// <summary>
    /// Traces the module with all its outputs, the main one first. One output, unless a network has auxiliary heads.
    /// </summary>
    public virtual IReadOnlyList<Value> ForwardAll(Value x) => [Forward(x)];

    /// <summary>All parameters and statistics, depth first, as a torch state dict orders them.</summary>
    public IEnumerable<Parameter> Parameters() => _parameters.Concat(_children.SelectMany(c => c.Parameters()));

    /// <summary>
    /// Fills every parameter by its rule. What a parameter gets follows from the seed and its path alone.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="weights">A rule for all weights in place of each layer's own.</param>
    /// <returns>The module itself.</returns>
    public Module Initialize(long seed, Initialization? weights = null)
    {
        foreach (var parameter in Parameters()) parameter.Initialize(seed, weights);
        return this;
    }

    /// <summary>Writes the network down as a graph in its inference form, with one input <c>input</c> and one output <c>output</c>.</summary>
    /// <param name="inputShape">The input's shape; null takes <see cref="InputShape"/>.</param>
    /// <param name="name">The graph's name; null takes the type's.</param>
    /// <exception cref="Errors.ShapeException">The shapes do not fit.</exception>
    public Graph Trace(SymbolicShape? inputShape = null, string? name = null) => Trace(x => [Forward(x)], inputShape, name);

    /// <summary>Writes the network down with all its outputs: <c>output</c> and, for auxiliary heads, <c>aux1</c>, <c>aux2</c>.</summary>
    /// <inheritdoc cref="Trace(SymbolicShape?, string?)"/>
    public Graph TraceAll(SymbolicShape? inputShape = null, string? name = null) => Trace(ForwardAll, inputShape, name);

    /// <summary>Takes a module in under a name, which becomes part of its parameters' names.</summary>
    protected T Add<T>(string name, T child)
        where T : Module
    {
        if (child._parent is not null)
            throw new InvalidOperationException($"{child.GetType().Name} {name} already belongs to {child._parent.GetType().Name}.");
        if (_children.Exists(c => c._name == name)) throw new InvalidOperationException($"{GetType().Name} has two modules {name}.");
        child._parent = this;
        child._name = name;
        _children.Add(child);
        return child;
    }

    /// <summary>Takes a parameter or statistic in.</summary>
    /// <param name="name">Its name within the module, such as <c>weight</c>.</param>
    /// <param name="shape">Its extents.</param>
    /// <param name="initialization">How it starts.</param>
    /// <param name="role">Whether it is trained or a statistic.</param>
    protected Parameter AddParameter(string name, Shape shape, Initialization initialization, InitializerRole role = InitializerRole.Parameter)
    {
        var parameter = new Parameter(this, name, shape, initialization, role);
        _parameters.Add(parameter);
        return parameter;
    }

    private Graph Trace(Func<Value, IReadOnlyList<Value>> forward, SymbolicShape? inputShape, string? name)
    {
        var shape = inputShape ?? InputShape
            ?? throw new Errors.UsageException(GetType().Name, "says nothing of its input's shape.", "Give Trace the shape of the input.");
        var builder = new GraphBuilder(name ?? GetType().Name);
        var outputs = forward(builder.Input("input", InputType, shape));
        for (int i = 0; i < outputs.Count; i++) builder.Rename(outputs[i], i == 0 ? "output" : $"aux{i}");
        return builder.Build(outputs);
    }
}
