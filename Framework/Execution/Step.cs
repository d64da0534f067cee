using Framework.Graphs;
using Framework.Threading;

namespace Framework.Execution;

/// <summary>One step of a plan: a kernel bound to its problem and to the places of its operands.</summary>
public abstract unsafe class Step
{
    private PlanBuffer[] _reads = [];
    private PlanBuffer[] _writes = [];

    /// <summary>Makes a step.</summary>
    /// <param name="node">The node that it carries out.</param>
    /// <param name="kernel">The kernel's name.</param>
    /// <param name="reads">The values that it reads: those of the node's inputs that the kernel needs.</param>
    /// <param name="writes">The values that it writes.</param>
    protected Step(Node node, string kernel, IReadOnlyList<Value> reads, IReadOnlyList<Value> writes)
    {
        Node = node;
        Kernel = kernel;
        Reads = reads;
        Writes = writes;
    }

    /// <summary>The node that the step carries out.</summary>
    public Node Node { get; }

    /// <summary>The kernel's name.</summary>
    public string Kernel { get; }

    /// <summary>
    /// Why other kernels were not taken: those that stand before this one in the family's list; of convolutions also the Winograd kernels of the same
    /// instruction set, and the direct one where a Winograd kernel is taken.
    /// </summary>
    public IReadOnlyList<string> Refusals { get; init; } = [];

    /// <summary>The values that it reads.</summary>
    public IReadOnlyList<Value> Reads { get; }

    /// <summary>The values that it writes.</summary>
    public IReadOnlyList<Value> Writes { get; }

    /// <summary>Whether no kernel takes the node, so that it is evaluated the plain, slow way.</summary>
    public virtual bool IsFallback => false;

    /// <summary>The least time that a run of the step has taken; zero before the first.</summary>
    public TimeSpan LeastTime { get; private set; }

    /// <summary>Bytes of the operands and results, each once.</summary>
    public nint ByteCount => _reads.Concat(_writes).Distinct().Aggregate((nint)0, (sum, buffer) => sum + buffer.ByteCount);

    /// <summary>Multiply-adds of convolutions and matrix products; 0 for the rest.</summary>
    public virtual long MultiplyAdds => 0;

    /// <summary>Bytes of scratch that a run by so many threads needs.</summary>
    public virtual nint WorkspaceBytes(int threads) => 0;

    /// <summary>Whether a result may lie where an operand lies that nobody needs afterwards.</summary>
    public virtual bool MayOverwrite(int read, int write) => false;

    /// <summary>Does once what need not be done at each run, such as packing constant weights.</summary>
    /// <param name="memory">Gives memory that lives as long as the plan.</param>
    /// <param name="pool">The threads to use.</param>
    public virtual void Prepare(PlanMemory memory, WorkerPool pool)
    {
    }

    /// <summary>Computes.</summary>
    /// <param name="workspace">Scratch of <see cref="WorkspaceBytes"/>.</param>
    /// <param name="pool">The threads to use.</param>
    public abstract void Run(byte* workspace, WorkerPool pool);

    /// <summary>The first element of an operand.</summary>
    protected float* Read(int read) => (float*)_reads[read].Address;

    /// <summary>The first element of a result.</summary>
    protected float* Write(int write) => (float*)_writes[write].Address;

    /// <summary>Whether an operand is known when the plan is made.</summary>
    protected bool IsConstant(int read) => _reads[read].Kind == BufferKind.Constant;

    internal void Took(TimeSpan time)
    {
        if (LeastTime == TimeSpan.Zero || time < LeastTime) LeastTime = time;
    }

    internal void Bind(Func<Value, PlanBuffer> bufferOf)
    {
        _reads = [.. Reads.Select(bufferOf)];
        _writes = [.. Writes.Select(bufferOf)];
    }
}
