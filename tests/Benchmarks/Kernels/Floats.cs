using System.Runtime.InteropServices;

namespace Benchmarks.Kernels;

/// <summary>Numbers from a fixed seed in memory aligned to a page.</summary>
internal sealed unsafe class Floats : IDisposable
{
    private const int PageBytes = 4096;

    public Floats(nint count, int seed = 1)
    {
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)Math.Max(1, count) * sizeof(float), PageBytes);
        var random = new Random(seed);
        for (nint i = 0; i < count; i++) Pointer[i] = (random.NextSingle() * 2) - 1;
    }

    public float* Pointer { get; }

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
