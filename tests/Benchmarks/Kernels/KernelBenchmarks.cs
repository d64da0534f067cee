using BenchmarkDotNet.Attributes;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>A suite: every kernel of a family's list at this process's widest vectors, on one thread, on networks' shapes.</summary>
public abstract class KernelBenchmarks
{
    private static readonly WorkerPool s_pool = new(1);
    private IPrepared _prepared = null!;

    // Not overridden itself: an attribute's name must mean one member.
    public IEnumerable<Trial> Trials => All;

    [ParamsSource(nameof(Trials))]
    public Trial Trial { get; set; } = null!;

    protected abstract IEnumerable<Trial> All { get; }

    [GlobalSetup]
    public void SetUp() => _prepared = Trial.Prepare(s_pool);

    [GlobalCleanup]
    public void CleanUp() => _prepared.Dispose();

    [Benchmark]
    public void Run() => _prepared.Run();
}
