using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx.Opsets;

namespace Onnx;

/// <summary>
/// What the initializers of a file are for, which no file says. An operator's signature does: a float that is read where an operator takes a
/// weight is trainable, also if it is reshaped, transposed or computed from others before. A float without extents is a number of the
/// model's form, such as a factor or an epsilon.
/// </summary>
internal static class Roles
{
    /// <summary>The values that hold parameters or state; an initializer that is not among them is a constant.</summary>
    /// <param name="nodes">The nodes in topological order.</param>
    /// <param name="initializers">The names of the initializers.</param>
    public static Dictionary<string, InitializerRole> Find(IReadOnlyList<NodeForm> nodes, IEnumerable<string> initializers)
    {
        // Values that depend on no input: what is computed from initializers alone.
        var constant = new HashSet<string>(initializers);
        foreach (var node in nodes)
        {
            if (node.Inputs.All(v => v.Length == 0 || constant.Contains(v))) constant.UnionWith(node.Outputs);
        }

        var roles = new Dictionary<string, InitializerRole>();
        foreach (var node in nodes.Reverse())
        {
            if (OperatorSet.Find(node.Domain, node.Operator) is not { } op) continue;
            var passed = node.Outputs.Where(o => constant.Contains(o)).Select(o => roles.GetValueOrDefault(o)).DefaultIfEmpty().Max();
            for (int i = 0; i < node.Inputs.Count; i++)
            {
                var role = op.Signature.Role(i) switch
                {
                    InputRole.Shape => InitializerRole.Constant,
                    _ when constant.Contains(node.Outputs[0]) => passed,
                    InputRole.Parameter => InitializerRole.Parameter,
                    InputRole.State => InitializerRole.State,
                    _ => InitializerRole.Constant,
                };
                if (role > roles.GetValueOrDefault(node.Inputs[i])) roles[node.Inputs[i]] = role;
            }
        }

        return roles;
    }

    /// <summary>The role of an initializer.</summary>
    public static InitializerRole Of(string name, Tensor data, Dictionary<string, InitializerRole> roles) =>
        data.ElementType.IsFloat() && data.Shape.Rank > 0 ? roles.GetValueOrDefault(name) : InitializerRole.Constant;
}
