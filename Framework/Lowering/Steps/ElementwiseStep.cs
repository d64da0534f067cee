using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering;

/// <summary>Elementwise operators by the elementwise kernels; those of gradients read of their operands only what their formula needs.</summary>
internal sealed unsafe class ElementwiseStep : Step
{
    private readonly ElementwiseProblem _problem;
    private readonly ElementwiseKernel _kernel;

    private ElementwiseStep(Node node, ElementwiseProblem problem, ElementwiseKernel kernel, IReadOnlyList<Value> reads)
        : base(node, kernel.Name, reads, [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var form = ElementwiseForm.Of[node.Operator];
        Value[] reads = [.. form.Operands.Select(o => node.Inputs[o]!)];
        if (reads.Append(node.Outputs[0]!).Any(v => v.ElementType != ElementType.Float32)) return null;
        var output = node.Outputs[0]!;
        if (output.Shape!.ElementCount.Value == 0) return null;
        var program = ElementwiseBuilder.Single(form.Operation);
        var problem = ElementwiseProblem.Broadcast(program, InMemory(output), [.. reads.Select(InMemory)]);
        return new ElementwiseStep(node, problem, ElementwiseKernels.List.Select(problem, set), reads);
    }

    public override bool MayOverwrite(int read, int write) => _problem.MayOverwrite(read, write);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        nint* inputs = stackalloc nint[Reads.Count];
        for (int i = 0; i < Reads.Count; i++) inputs[i] = (nint)Read(i);
        nint output = (nint)Write(0);
        _kernel.Run(_problem, new ReadOnlySpan<nint>(inputs, Reads.Count), new ReadOnlySpan<nint>(ref output), pool);
    }

    // Blocked operands are walked as they lie in memory; the layout pass has seen to it that all of a step agree.
    private static Shape InMemory(Value value) =>
        value.Layout.IsBlocked ? [(int)Blocks.ElementCount(value)] : value.Shape!.ToShape(value.Name);
}
