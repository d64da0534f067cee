using Framework.Kernels.RandomNumbers;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Random numbers, and dropout with its mask.</summary>
public unsafe class RandomBenchmarks : KernelBenchmarks
{
    private static readonly (string Shape, RandomProblem Problem)[] s_shapes = [("4096", new RandomProblem(4096, 1, 2)), ("2^20", new RandomProblem(1 << 20, 1, 2))];

    protected override IEnumerable<Trial> All => Trial.Walk(RandomKernels.List, s_shapes, Uniform)
        .Concat(Trial.Walk(RandomKernels.List, s_shapes.Select(s => ($"dropout, {s.Shape}", s.Problem)), Dropout));

    private static Prepared Uniform(RandomKernel kernel, RandomProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* target = memory.Take(problem.Count);
        return new Prepared(memory, () => kernel.Uniform(problem, target, pool));
    }

    private static Prepared Dropout(RandomKernel kernel, RandomProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* source = memory.Take(problem.Count), target = memory.Take(problem.Count);
        byte* mask = (byte*)memory.Take(problem.Count);
        return new Prepared(memory, () => kernel.Dropout(problem, 0.5f, source, target, mask, pool));
    }
}
