using Framework.Graphs;
using Framework.Kernels.Simd;

namespace Framework.Lowering;

internal sealed class AssignLayouts(InstructionSet set) : GraphPatch("AssignLayouts for " + set)
{
    protected override IReadOnlyList<Value?>? Replace(Node node) => null;
}
