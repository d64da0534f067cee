using System.Diagnostics;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Kernels.Machine;

/// <summary>
/// One look at what a processor does at the moment, a fraction of a millisecond for multiply-adds. Taken before and behind something else, it cancels
/// what a shared machine's speed does in between.
/// </summary>
public abstract class MachineProbe : IDisposable
{
    private protected MachineProbe()
    {
    }

    /// <summary>A probe by all threads of a pool.</summary>
    /// <param name="pool">The threads; must outlive the probe.</param>
    /// <param name="set">The instruction set.</param>
    public static MachineProbe Of(WorkerPool pool, InstructionSet set) => set switch
    {
        InstructionSet.Vector512 => new Probe<Simd512>(pool),
        InstructionSet.Vector256 => new Probe<Simd256>(pool),
        InstructionSet.Vector128 => new Probe<Simd128>(pool),
        _ => new Probe<SimdScalar>(pool),
    };

    /// <summary>Single-precision operations a second, a fused multiply-add counted as two.</summary>
    public abstract double Flops();

    /// <summary>Bytes a second that are read from memory.</summary>
    public abstract double ReadBytes();

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Free();

    private sealed unsafe class Probe<TSimd>(WorkerPool pool) : MachineProbe
        where TSimd : unmanaged, ISimd<TSimd>
    {
        // Far beyond any cache.
        private const int ReadLength = 64 << 20;

        private readonly float[] _sums = new float[pool.Threads];
        private Arena? _memory;

        public override double Flops()
        {
            fixed (float* sums = _sums)
            {
                var chains = new MultiplyAddChains<TSimd> { Sums = sums };
                return pool.Threads * MultiplyAddChains<TSimd>.Operations / Seconds(chains);
            }
        }

        public override double ReadBytes()
        {
            if (_memory is null)
            {
                _memory = new Arena((nint)ReadLength * sizeof(float));
                new Span<float>(_memory.Pointer, ReadLength).Fill(1);
            }

            fixed (float* sums = _sums)
            {
                var loads = new LoadChains<TSimd> { Source = (float*)_memory.Pointer, Length = ReadLength / pool.Threads, Sums = sums };
                return (double)loads.Length * pool.Threads * sizeof(float) / Seconds(loads);
            }
        }

        private protected override void Free() => _memory?.Dispose();

        private double Seconds<TJob>(in TJob job)
            where TJob : unmanaged, IJob
        {
            long start = Stopwatch.GetTimestamp();
            pool.Run(pool.Threads, job);
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }
}
