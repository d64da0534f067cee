using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Machine;

/// <summary>Reads a long stretch of memory once, and adds up what it reads so that the reads are not left out.</summary>
internal unsafe struct LoadChains<TSimd> : IJob
    where TSimd : unmanaged, ISimd<TSimd>
{
    private const int Streams = 4;

    /// <summary>The memory: <see cref="Length"/> floats for each item, one item's behind the other's.</summary>
    public float* Source;

    /// <summary>Floats that an item reads.</summary>
    public int Length;

    /// <summary>A place for the result of each item.</summary>
    public float* Sums;

    public readonly void Execute(int index, int worker) => Sums[index] = TSimd.Sum(Run(Source + ((nint)index * Length), Length));

    // Four streams: of one, the prefetcher asks too little of memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TSimd Run(float* source, int length)
    {
        int part = length / Streams / TSimd.Width * TSimd.Width;
        float* p1 = source + part, p2 = p1 + part, p3 = p2 + part;
        TSimd s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
        for (nint i = 0; i < part; i += TSimd.Width)
        {
            s0 += TSimd.Load(source + i);
            s1 += TSimd.Load(p1 + i);
            s2 += TSimd.Load(p2 + i);
            s3 += TSimd.Load(p3 + i);
        }

        return s0 + s1 + (s2 + s3);
    }
}
