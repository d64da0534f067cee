using Framework.Execution;
using Framework.Graphs;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>Copies a value into a tensor of the user's where nothing else writes it there: an input or a constant passed through.</summary>
internal sealed unsafe class CopyStep(Value value, PlanBuffer target)
    : Step(value.Producer ?? CopyNode(value), "Copy", [value], [])
{
    public override void Run(byte* workspace, WorkerPool pool) => Buffer.MemoryCopy(Read(0), target.Address, target.ByteCount, target.ByteCount);

    private static Node CopyNode(Value value) => new(Operators.Identity.Instance, value.Name, [value], [], Attributes.None, null);
}
