namespace Benchmarks.Kernels;

/// <summary>A kernel with a problem, operands and threads, ready to run over and over.</summary>
public interface IPrepared : IDisposable
{
    void Run();
}
