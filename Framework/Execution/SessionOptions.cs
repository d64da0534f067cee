using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Execution;

/// <summary>How a session runs.</summary>
public sealed record SessionOptions
{
    /// <summary>The usual: all processors, the widest instruction set that this process supports.</summary>
    public static SessionOptions Default { get; } = new();

    /// <summary>Threads that work on a run, the caller's included; 0 means one for each processor. Results do not depend on it.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Threads that the session shares with others, which then take turns, and does not dispose of; null for its own. Where sessions run one after the other
    /// a shared pool spares each the other's threads, still awake and waiting. <see cref="Threads"/> is ignored then.
    /// </summary>
    public WorkerPool? Pool { get; init; }

    /// <summary>The widest instruction set that kernels may use.</summary>
    public InstructionSet InstructionSet { get; init; } = InstructionSet.Best;

    /// <summary>How convolutions are computed where more than one kernel fits.</summary>
    public ConvolutionAlgorithm Algorithm { get; init; } = ConvolutionAlgorithm.Auto;

    /// <summary>
    /// Bytes that plans may take beside the graph's own weights and the inputs: results, scratch, prepared weights, outputs. Looked at before they are taken; a
    /// run that needs more ends in a <see cref="Errors.MemoryBudgetException"/>. All that the machine has unless told otherwise.
    /// </summary>
    public long MemoryBudget { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>How many compiled plans, one for each set of input shapes, are kept; at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is less.</exception>
    public int KeptPlans
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 8;

    /// <summary>
    /// Pairs of an output and an input, by name, that the user gives the same memory. A plan writes such an output only when nothing reads
    /// the input any more.
    /// </summary>
    public IReadOnlyList<(string Output, string Input)> InPlace { get; init; } = [];
}
