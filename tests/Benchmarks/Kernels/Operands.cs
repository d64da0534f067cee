namespace Benchmarks.Kernels;

/// <summary>Memory that is freed together.</summary>
internal sealed unsafe class Operands : IDisposable
{
    private readonly List<Floats> _all = [];

    /// <summary>So many numbers from a fixed seed.</summary>
    public float* Take(nint floats)
    {
        _all.Add(new Floats(floats, seed: _all.Count));
        return _all[^1].Pointer;
    }

    public void Dispose()
    {
        foreach (var floats in _all) floats.Dispose();
        _all.Clear();
    }
}
