using Framework.Kernels.Pooling;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Pooling, the places of maxima kept as in training.</summary>
public unsafe class PoolingBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All => Trial.Walk(PoolingKernels.List, PoolingShapes.All, Prepare);

    private static Prepared Prepare(PoolingKernel kernel, PoolingProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* x = memory.Take(problem.Planes * problem.InputPlaneLength);
        float* y = memory.Take(problem.Planes * problem.OutputPlaneLength);
        byte* argmax = (byte*)memory.Take(problem.ArgmaxBytes);
        return new Prepared(memory, () => kernel.Run(problem, x, y, argmax, pool));
    }
}

/// <summary>Pooling's gradient.</summary>
public unsafe class PoolingGradientBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All => Trial.Walk(PoolingGradientKernels.List, PoolingShapes.All, Prepare);

    private static Prepared Prepare(PoolingGradientKernel kernel, PoolingProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* dx = memory.Take(problem.Planes * problem.InputPlaneLength);
        float* dy = memory.Take(problem.Planes * problem.OutputPlaneLength);
        byte* argmax = (byte*)memory.Take(problem.ArgmaxBytes);
        new Span<byte>(argmax, (int)problem.ArgmaxBytes).Clear();
        return new Prepared(memory, () => kernel.Run(problem, dy, argmax, dx, pool));
    }
}

/// <summary>The windows of the networks.</summary>
internal static class PoolingShapes
{
    public static IEnumerable<(string Shape, PoolingProblem Problem)> All
    {
        get
        {
            foreach (var shape in ActivationShape.All)
            {
                yield return ($"max 3x3/2, {shape.Name}", Problem(shape, PoolingKind.Max, new(shape.Extent, (shape.Extent + 1) / 2, 3, 2, padBegin: 1, padEnd: 1)));
                if (shape.Extent % 2 == 0) yield return ($"max 2x2/2, {shape.Name}", Problem(shape, PoolingKind.Max, new(shape.Extent, shape.Extent / 2, 2, 2)));
                yield return ($"average of all, {shape.Name}", Problem(shape, PoolingKind.Average, new(shape.Extent, 1, shape.Extent)));
            }
        }
    }

    private static PoolingProblem Problem(ActivationShape shape, PoolingKind kind, PoolingAxis axis) =>
        new(kind, shape.Batch * shape.Blocks, shape.Lanes, axis, axis);
}
