using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
using Framework.Kernels.RandomNumbers;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Dropout in training by the random kernels; the step's number, which names the stream, is read at each run.</summary>
internal sealed unsafe class DropoutStep : Step
{
    private readonly RandomKernel _kernel;
    private readonly int _count;
    private readonly float _ratio;
    private readonly ulong _seed;

    private DropoutStep(Node node, RandomKernel kernel, int count)
        : base(node, kernel.Name, [node.Inputs[0]!, node.Inputs[1]!], [node.Outputs[0]!, node.Outputs[1]!])
    {
        _kernel = kernel;
        _count = count;
        _ratio = node.Attributes.Float("ratio", 0.5f);
        _seed = (ulong)node.Attributes.Int("seed", 0);
    }

    public static Step? For(Node node, InstructionSet set)
    {
        if (node.Outputs[0]!.ElementType != ElementType.Float32 || node.Attributes.Float("ratio", 0.5f) is not (>= 0 and < 1)) return null;
        int count = node.Outputs[0]!.Shape!.ToShape().ElementCount;
        return new DropoutStep(node, RandomKernels.List.Select(new RandomProblem(count, 0, 0), set), count);
    }

    public override bool MayOverwrite(int read, int write) => read == 0 && write == 0;

    public override void Run(byte* workspace, WorkerPool pool)
    {
        ulong stream = (ulong)*(long*)Read(1);
        _kernel.Dropout(new RandomProblem(_count, _seed, stream), _ratio, Read(0), Write(0), (byte*)Write(1), pool);
    }
}
