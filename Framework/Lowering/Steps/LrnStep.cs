using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.Normalization;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Local response normalisation and its gradient by the kernels for it, plain or blocked.</summary>
internal sealed unsafe class LrnStep : Step
{
    private const int LargestSize = 256;
    private readonly LrnProblem _problem;
    private readonly LrnKernel _kernel;

    private LrnStep(Node node, in LrnProblem problem, LrnKernel kernel)
        : base(node, kernel.Name, [.. node.Inputs.OfType<Value>()], [node.Outputs[0]!])
    {
        _problem = problem;
        _kernel = kernel;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var x = node.Inputs[^1]!;
        if (x.ElementType != ElementType.Float32 || x.Shape!.ElementCount == 0) return null;
        var a = node.Attributes;
        if (a.Int("size", 1) > LargestSize) return null;
        var shape = x.Shape.ToShape(x.Name);
        int lanes = Math.Max(1, x.Layout.ChannelBlock);
        var tensor = new ChannelProblem(shape[0], (shape[1] + lanes - 1) / lanes, shape[2..].ElementCount, lanes);
        var problem = new LrnProblem(tensor, (int)a.Int("size", 1), a.Float("alpha", 1e-4f), a.Float("beta", 0.75f), a.Float("bias", 1));
        var kernel = LrnKernels.List.Select(problem, set);
        return new LrnStep(node, problem, kernel) { Refusals = Passed.Over(LrnKernels.List, kernel, problem, set) };
    }

    /// <summary>Whether zeros stay zeros, as the padding of channel blocks must.</summary>
    public static bool KeepsZero(Node node) => node.Attributes.Float("bias", 1) > 0 && node.Attributes.Int("size", 1) <= LargestSize;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        if (Node.Operator is LRN) _kernel.Forward(_problem, Read(0), Write(0), pool);
        else _kernel.Backward(_problem, Read(1), Read(0), Write(0), pool);
    }
}
