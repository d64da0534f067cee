using Framework.Kernels.Gemm;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>A matrix product, operands as they lie.</summary>
internal sealed unsafe class PreparedProduct : IPrepared
{
    private readonly Operands _memory = new();
    private readonly GemmKernel _kernel;
    private readonly GemmProblem _problem;
    private readonly GemmArguments _arguments;
    private readonly WorkerPool _pool;

    public PreparedProduct(GemmKernel kernel, in GemmProblem problem, WorkerPool pool)
    {
        (_kernel, _problem, _pool) = (kernel, problem, pool);
        _arguments = new GemmArguments
        {
            A = _memory.Take((nint)problem.Rows * problem.Depth),
            B = _memory.Take((nint)problem.Depth * problem.Columns),
            C = _memory.Take((nint)problem.Rows * problem.Columns),
            Workspace = _memory.Take(kernel.WorkspaceFloats(problem, pool.Threads)),
        };
    }

    public void Run() => _kernel.Run(_problem, _arguments, _pool);

    public void Dispose() => _memory.Dispose();
}
