using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Elementwise;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

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
        if (ElementwiseForm.Of(node) is not { } form) return null;
        Value[] reads = [.. form.OperandsOf(node).Select(o => node.Inputs[o]!)];
        var output = node.Outputs[0]!;
        if (reads.Append(output).Any(v => v.ElementType is not (ElementType.Float32 or ElementType.Bool)) || output.Shape!.ElementCount.Value == 0) return null;
        var (alpha, beta) = form.Parameters?.Invoke(node.Attributes) ?? (0, 0);
        var builder = new ElementwiseBuilder();
        ElementwiseValue[] operands = [.. reads.Select(r => builder.Input(TypeOf(r)))];
        builder.Output(form.Compose?.Invoke(builder, form, operands, node) ?? builder.Apply(form.Operation, operands, alpha, beta), TypeOf(output));
        var problem = ElementwiseProblem.Broadcast(builder.Build(), InMemory(output), [.. reads.Select(InMemory)]);
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

    private static ElementwiseType TypeOf(Value value) => value.ElementType == ElementType.Bool ? ElementwiseType.Boolean : ElementwiseType.Float;

    // Of blocked operands the layout pass has seen to it that they broadcast block by block.
    private static Shape InMemory(Value value)
    {
        var shape = value.Shape!.ToShape(value.Name);
        if (shape.ElementCount == 1) return Shape.Scalar;
        int block = value.Layout.ChannelBlock;
        return block == 0 ? shape : [shape[0], (shape[1] + block - 1) / block, shape[2..].ElementCount, block];
    }
}
