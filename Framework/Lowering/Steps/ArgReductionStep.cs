using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Axes;
using Framework.Kernels.Reduction;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>ArgMax and ArgMin by the kernels for them.</summary>
internal sealed unsafe class ArgReductionStep : Step
{
    private readonly AxisProblem _problem;
    private readonly ArgReductionKernel _kernel;
    private readonly bool _last;

    private ArgReductionStep(Node node, in AxisProblem problem, ArgReductionKernel kernel)
        : base(node, kernel.Name, [node.Inputs[0]!], [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
        _last = node.Attributes.Int("select_last_index", 0) != 0;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var x = node.Inputs[0]!;
        if (x.ElementType != ElementType.Float32 || x.Shape!.ElementCount == 0) return null;
        var shape = x.Shape.ToShape();
        int axis = (int)node.Attributes.Int("axis", 0);
        if (axis < 0) axis += shape.Rank;
        var problem = new AxisProblem(shape[..axis].ElementCount, shape[axis], shape[(axis + 1)..].ElementCount);
        return new ArgReductionStep(node, problem, ArgReductionKernels.List.Select(problem, set));
    }

    public override void Run(byte* workspace, WorkerPool pool) => _kernel.Run(
        _problem, Node.Operator is ArgMax ? ArgReductionKind.Max : ArgReductionKind.Min, _last, Read(0), (long*)Write(0), pool);
}
