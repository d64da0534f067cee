namespace Benchmarks.Kernels;

/// <summary>Something to run over and over, and the memory that it works on.</summary>
internal sealed class Prepared(Operands memory, Action run) : IPrepared
{
    public void Run() => run();

    public void Dispose() => memory.Dispose();
}
