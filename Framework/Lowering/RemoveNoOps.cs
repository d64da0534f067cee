using Framework.Graphs;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>Drops what passes its input on: Identity, Dropout outside training, and casts to the same type.</summary>
internal sealed class RemoveNoOps() : GraphPatch("RemoveNoOps")
{
    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        bool passesOn = node.Operator switch
        {
            Identity => true,
            Operators.Dropout => node.Outputs.Skip(1).All(o => o is null || Uses(o) == 0) && (node.Inputs.Count < 3 || node.Inputs[2] is null),
            Cast => node.Inputs[0]!.ElementType == node.Outputs[0]!.ElementType,
            _ => false,
        };
        return passesOn ? [Map.Get(node.Inputs[0]!), .. node.Outputs.Skip(1).Select(_ => (Value?)null)] : null;
    }
}
