using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Simd;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>Which room makes the step of an operator: the explicit table. What is not in it, or refused there, is evaluated the plain way, and the plan says so.</summary>
internal static class StepSelection
{
    private static readonly Dictionary<Operator, Func<Node, InstructionSet, Step?>> s_table = Table();

    public static Step For(Node node, InstructionSet set) =>
        (s_table.TryGetValue(node.Operator, out var make) ? make(node, set) : null) ?? new ReferenceStep(node);

    private static Dictionary<Operator, Func<Node, InstructionSet, Step?>> Table()
    {
        var table = new Dictionary<Operator, Func<Node, InstructionSet, Step?>>
        {
            [Gemm.Instance] = GemmStep.For,
            [Fused.Gemm] = GemmStep.For,
            [MatMul.Instance] = GemmStep.ForMatMul,
        };
        foreach (var op in ElementwiseForm.Operators) table.Add(op, ElementwiseStep.For);
        return table;
    }
}
