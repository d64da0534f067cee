using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Modules;

/// <summary>
/// A weight or a statistic of a module. Its elements are made when they are first asked for, so that a network can be inspected without them.
/// </summary>
public sealed class Parameter
{
    private readonly Module _owner;
    private readonly string _name;
    private readonly Initialization _initialization;
    private Tensor? _data;

    internal Parameter(Module owner, string name, Shape shape, Initialization initialization, InitializerRole role)
    {
        _owner = owner;
        _name = name;
        _initialization = initialization;
        Shape = shape;
        Role = role;
    }

    /// <summary>The name in a state dict, as in <c>layer3.0.conv2.weight</c>.</summary>
    public string Name => _owner.Path.Length == 0 ? _name : $"{_owner.Path}.{_name}";

    /// <summary>The extents.</summary>
    public Shape Shape { get; }

    /// <summary>Whether it is trained or a statistic.</summary>
    public InitializerRole Role { get; }

    /// <summary>The elements; never initialised, they are those of seed 0. They are made when somebody first looks at them.</summary>
    public Tensor Data
    {
        get
        {
            if (_data is null) Initialize(0, null);
            return _data!;
        }
    }

    /// <summary>The edge of this parameter in the graph that <paramref name="x"/> belongs to.</summary>
    public Value In(Value x) => x.Owner.Initializer(Name, Data, Role);

    /// <summary>Takes other elements over, such as those of a state dict.</summary>
    /// <exception cref="Errors.ShapeException">Type or shape differ.</exception>
    public void Load(Tensor data)
    {
        if (data.Shape != Shape || data.ElementType != ElementType.Float32)
            throw new Errors.ShapeException($"parameter {Name}", $"is Float32{Shape}, {data} was given.");
        _data = data;
    }

    // A graph that was traced before keeps the elements that it had.
    internal void Initialize(long seed, Initialization? weights)
    {
        var rule = weights is not null && _initialization.IsRandom ? weights : _initialization;
        ulong key = CounterRandom.Key(seed, Name);
        _data = Tensor.Deferred(ElementType.Float32, Shape, data => rule.Fill(data, key));
    }
}
