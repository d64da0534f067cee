using Framework.Kernels.Axes;
using Framework.Kernels.Reduction;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Reductions along an axis: rows, columns, all.</summary>
public unsafe class ReductionBenchmarks : KernelBenchmarks
{
    private static IEnumerable<(string Shape, ReductionProblem Problem)> Shapes =>
        from kind in (ReductionKind[])[ReductionKind.Sum, ReductionKind.Max]
        from shape in ((int Outer, int Length, int Inner)[])[(1, 1 << 20, 1), (8, 4096, 1), (1, 64, 4096), (8, 256, 49)]
        select ($"{kind}, {shape.Outer} x {shape.Length} x {shape.Inner}", new ReductionProblem(kind, shape.Outer, shape.Length, shape.Inner));

    protected override IEnumerable<Trial> All => Trial.Walk(ReductionKernels.List, Shapes, Prepare);

    private static Prepared Prepare(ReductionKernel kernel, ReductionProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* x = memory.Take((nint)problem.Outer * problem.Length * problem.Inner);
        float* y = memory.Take((nint)problem.Outer * problem.Inner), workspace = memory.Take(problem.WorkspaceFloats);
        return new Prepared(memory, () => kernel.Run(problem, x, y, workspace, pool));
    }
}

/// <summary>Where the largest lies along an axis.</summary>
public unsafe class ArgReductionBenchmarks : KernelBenchmarks
{
    private static readonly (string Shape, AxisProblem Problem)[] s_shapes = [("8 x 1000", new AxisProblem(8, 1000)), ("1 x 21 x 56x56", new AxisProblem(1, 21, 56 * 56))];

    protected override IEnumerable<Trial> All => Trial.Walk(ArgReductionKernels.List, s_shapes, Prepare);

    private static Prepared Prepare(ArgReductionKernel kernel, AxisProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* x = memory.Take(problem.Positions * problem.Length);
        long* indices = (long*)memory.Take(2 * problem.Positions);
        return new Prepared(memory, () => kernel.Run(problem, ArgReductionKind.Max, last: false, x, indices, pool));
    }
}
