using Framework.Kernels;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>A kernel and what it solves, shown by both names; operands are made when it is prepared.</summary>
public sealed record Trial(string Shape, string Kernel, Func<WorkerPool, IPrepared> Prepare)
{
    /// <summary>A family's list on some problems: every kernel at this process's widest vectors that does not refuse.</summary>
    public static IEnumerable<Trial> Walk<TKernel, TProblem>(
        IEnumerable<TKernel> list, IEnumerable<(string Shape, TProblem Problem)> problems, Func<TKernel, TProblem, WorkerPool, IPrepared> prepare)
        where TKernel : IKernel<TProblem> =>
        from problem in problems
        from kernel in list
        where kernel.Set == InstructionSet.Best && kernel.Refusal(problem.Problem) is null
        select new Trial(problem.Shape, kernel.Name, pool => prepare(kernel, problem.Problem, pool));

    public override string ToString() => $"{Shape}: {Kernel}";
}
