using System.Diagnostics;
using Framework.Kernels.Simd;
using Framework.Tensors;
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

    // Far beyond any cache.
    private const int ReadLength = 64 << 20;

    /// <summary>Measures; takes about half a second.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="set">The instruction set.</param>
    public static MachineLimits Measure(WorkerPool pool, InstructionSet set) => set switch
    {
        InstructionSet.Vector512 => Measure<Simd512>(pool),
        InstructionSet.Vector256 => Measure<Simd256>(pool),
        InstructionSet.Vector128 => Measure<Simd128>(pool),
        _ => Measure<SimdScalar>(pool),
    };

    private static unsafe MachineLimits Measure<TSimd>(WorkerPool pool)
        where TSimd : unmanaged, ISimd<TSimd>
    {
        using var memory = new Arena((nint)ReadLength * sizeof(float));
        float* data = (float*)memory.Pointer;
        new Span<float>(data, ReadLength).Fill(1);
        var results = new float[pool.Threads];
        fixed (float* sums = results)
        {
            var chains = new MultiplyAddChains<TSimd> { Sums = sums };
            var loads = new LoadChains<TSimd> { Source = data, Length = ReadLength / pool.Threads, Sums = sums };
            double flops = 0, bytes = 0;
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                flops = Math.Max(flops, pool.Threads * MultiplyAddChains<TSimd>.Operations / Seconds(pool, chains));
                bytes = Math.Max(bytes, (double)loads.Length * pool.Threads * sizeof(float) / Seconds(pool, loads));
            }

            return new MachineLimits(flops, bytes, TSimd.Set);
        }
    }

    private static double Seconds<TJob>(WorkerPool pool, in TJob job)
        where TJob : unmanaged, IJob
    {
        long start = Stopwatch.GetTimestamp();
        pool.Run(pool.Threads, job);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
