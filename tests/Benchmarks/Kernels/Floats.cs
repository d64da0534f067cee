using Framework.Tensors;

namespace Benchmarks.Kernels;

/// <summary>Numbers from a fixed seed, in memory as a plan's.</summary>
internal sealed unsafe class Floats : IDisposable
{
    private readonly Arena _memory;

    public Floats(nint count, int seed = 1)
    {
        _memory = new Arena(Math.Max(1, count) * sizeof(float));
        var random = new Random(seed);
        for (nint i = 0; i < count; i++) Pointer[i] = (random.NextSingle() * 2) - 1;
    }

    public float* Pointer => (float*)_memory.Pointer;

    public void Dispose() => _memory.Dispose();
}
