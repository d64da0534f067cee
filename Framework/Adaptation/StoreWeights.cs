using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Adaptation;

/// <summary>
/// Some files do not hold their weights but compute them, from constants alone: nodes <c>Constant</c> or <c>ConstantOfShape</c>, perhaps
/// transposed. Here they become initializers, parameters or statistics as the operators that read them say, so that training finds them. What is
/// computed from parameters stays as it is: gradients go through it.
/// </summary>
public sealed class StoreWeights() : GraphPatch(nameof(StoreWeights))
{
    private readonly Dictionary<Value, InitializerRole> _roles = [];
    private readonly Dictionary<Value, Tensor> _made = [];
    private readonly HashSet<Value> _needed = [];
    private readonly HashSet<Node> _computed = [];

    /// <inheritdoc/>
    protected override void Begin()
    {
        _roles.Clear();
        _made.Clear();
        _needed.Clear();
        _computed.Clear();
        var constant = Source.Initializers.Where(i => i.Role == InitializerRole.Constant).Select(i => i.Value).ToHashSet();
        foreach (var node in Source.Nodes)
        {
            if (IsConstant(node, constant)) constant.UnionWith(node.Outputs.OfType<Value>());
        }

        FindWeights(constant);
        foreach (var initializer in Source.Initializers.Where(i => constant.Contains(i.Value))) _made.Add(initializer.Value, initializer.Data);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (!_computed.Contains(node)) return null;
        var results = Evaluation.Run(
            node.Operator, node.Place, node.Attributes, [.. node.Inputs.Select(i => i is null ? null : _made[i])], node.Outputs.Count, Precision.Native);
        var values = new Value?[node.Outputs.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (node.Outputs[i] is not { } output) continue;
            _made.Add(output, results[i]!);
            values[i] = Builder.Initializer(output.Name, results[i]!, _roles.GetValueOrDefault(output));
        }

        return values;
    }

    private static bool IsConstant(Node node, HashSet<Value> constant) =>
        node.Operator.Domain == Domains.Onnx && node.Operator is not Dropout && node.Inputs.All(i => i is null || constant.Contains(i));

    // Backwards: which values a weight is read from, and which nodes that takes.
    private void FindWeights(HashSet<Value> constant)
    {
        foreach (var node in Source.Nodes.Reverse())
        {
            if (node.Outputs.All(o => o is null || constant.Contains(o)))
            {
                if (!node.Outputs.Any(o => o is not null && (_roles.ContainsKey(o) || _needed.Contains(o)))) continue;
                _computed.Add(node);
                _needed.UnionWith(node.Inputs.OfType<Value>());
                continue;
            }

            for (int i = 0; i < node.Inputs.Count; i++)
            {
                if (node.Inputs[i] is not { Producer: not null } input || !constant.Contains(input) || RoleOf(node, i) is not { } role) continue;
                if (input.ElementType.IsFloat() && input.Shape is { Rank: > 0 }) _roles[input] = role;
            }
        }
    }

    private static InitializerRole? RoleOf(Node node, int input) => node.Operator.Signature.Role(input) switch
    {
        InputRole.Parameter => InitializerRole.Parameter,
        InputRole.State => InitializerRole.State,
        _ => null,
    };
}
