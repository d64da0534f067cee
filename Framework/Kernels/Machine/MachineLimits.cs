using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Machine;

/// <summary>What a processor can do at most with all threads of a pool: the two ceilings below which every kernel stays.</summary>
/// <param name="Flops">Single-precision operations a second, a fused multiply-add counted as two.</param>
/// <param name="ReadBytes">Bytes a second that can be read from memory.</param>
/// <param name="InstructionSet">The instruction set that they were measured with.</param>
public sealed record MachineLimits(double Flops, double ReadBytes, InstructionSet InstructionSet)
{
    /// <summary>Attempts, of which the best counts: whatever else runs can only take away.</summary>
    private const int Attempts = 12;

    /// <summary>Measures; takes about half a second.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="set">The instruction set.</param>
    public static MachineLimits Measure(WorkerPool pool, InstructionSet set)
    {
        using var probe = MachineProbe.Of(pool, set);
        double flops = 0, bytes = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            flops = Math.Max(flops, probe.Flops());
            bytes = Math.Max(bytes, probe.ReadBytes());
        }

        return new MachineLimits(flops, bytes, set);
    }
}
