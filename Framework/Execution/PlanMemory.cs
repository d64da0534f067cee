using Framework.Tensors;

namespace Framework.Execution;

/// <summary>The memory that a plan owns: one arena for results and scratch, and what steps prepared once.</summary>
/// <param name="meter">What it is counted against; null for nothing.</param>
public sealed unsafe class PlanMemory(MemoryMeter? meter = null) : IDisposable
{
    private readonly List<Arena> _arenas = [];

    /// <summary>Bytes taken so far.</summary>
    public nint ByteCount { get; private set; }

    /// <summary>Takes memory that lives as long as the plan.</summary>
    public byte* Allocate(nint byteCount)
    {
        meter?.Take(byteCount, "plan");
        var arena = new Arena(byteCount);
        _arenas.Add(arena);
        ByteCount += byteCount;
        return arena.Pointer;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var arena in _arenas) arena.Dispose();
        _arenas.Clear();
    }
}
