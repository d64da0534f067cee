using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>What a step may know of, and add to, the graph around a node.</summary>
/// <param name="facts">What is known of a value of the graph.</param>
/// <param name="names">All names that values have; new ones are added.</param>
internal sealed class FormScope(Func<string, Fact?> facts, NameSet names)
{
    private readonly List<(string Name, Tensor Data)> _constants = [];
    private readonly Dictionary<string, Fact> _added = [];
    private readonly List<NodeForm> _before = [];
    private readonly List<NodeForm> _after = [];

    /// <summary>What is known of a value; null where nothing is.</summary>
    public Fact? FactOf(string value) => value.Length == 0 ? null : _added.GetValueOrDefault(value) ?? facts(value);

    /// <summary>Adds a constant that a node reads, and says its name.</summary>
    public string AddConstant(NodeForm node, string what, Tensor data)
    {
        string name = Fresh(node, what);
        _constants.Add((name, data));
        _added.Add(name, Fact.Of(data));
        return name;
    }

    /// <summary>Adds a constant vector of integers.</summary>
    public string AddIntegers(NodeForm node, string what, params long[] values) => AddConstant(node, what, Tensor.From(values, [values.Length]));

    /// <summary>Emits a node before the one that a step changes.</summary>
    /// <returns>The name of its result.</returns>
    public string Before(NodeForm node, string op, IReadOnlyList<string> inputs, Attributes? attributes = null)
    {
        string output = Fresh(node, op.ToLowerInvariant());
        _before.Add(new NodeForm { Operator = op, Name = output, Inputs = [.. inputs], Outputs = [output], Attributes = attributes ?? Attributes.None });
        return output;
    }

    /// <summary>Emits a node after the one that a step changes, which makes <paramref name="output"/> in its stead.</summary>
    public void After(NodeForm node, string op, IReadOnlyList<string> inputs, string output, Attributes? attributes = null) => _after.Add(new NodeForm
    {
        Operator = op,
        Name = Fresh(node, op.ToLowerInvariant()),
        Inputs = [.. inputs],
        Outputs = [output],
        Attributes = attributes ?? Attributes.None,
    });

    /// <summary>Renames an output of the node that a step changes, so that another node can make it.</summary>
    /// <returns>The new name.</returns>
    public string Divert(NodeForm node, int output) => node.Outputs[output] = Fresh(node, "direct");

    /// <summary>The constants that were added since the last call.</summary>
    public IReadOnlyList<(string Name, Tensor Data)> TakeConstants()
    {
        var taken = _constants.ToArray();
        _constants.Clear();
        return taken;
    }

    /// <summary>The node among those that were emitted around it since the last call.</summary>
    public IReadOnlyList<NodeForm> Surround(NodeForm node)
    {
        NodeForm[] all = [.. _before, node, .. _after];
        _before.Clear();
        _after.Clear();
        return all;
    }

    /// <summary>A name that no value has yet, after that of a node.</summary>
    public string Fresh(NodeForm node, string what) => names.Fresh($"{(node.Name.Length > 0 ? node.Name : node.Outputs.Find(o => o.Length > 0))}.{what}");
}
