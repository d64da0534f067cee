using Framework.Kernels.Axes;
using Framework.Kernels.Softmax;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Softmax of scores, and cross-entropy with its gradient in one pass.</summary>
public unsafe class SoftmaxBenchmarks : KernelBenchmarks
{
    private static readonly (string Shape, AxisProblem Problem)[] s_shapes =
    [
        ("64 x 10", new AxisProblem(64, 10)),
        ("8 x 1000", new AxisProblem(8, 1000)),
        ("1 x 21 x 56x56", new AxisProblem(1, 21, 56 * 56)),
    ];

    protected override IEnumerable<Trial> All => Trial.Walk(SoftmaxKernels.List, s_shapes, Softmax)
        .Concat(Trial.Walk(SoftmaxKernels.List, s_shapes.Select(s => ($"cross-entropy, {s.Shape}", s.Problem)), CrossEntropy));

    private static Prepared Softmax(SoftmaxKernel kernel, AxisProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* x = memory.Take(problem.Positions * problem.Length), y = memory.Take(problem.Positions * problem.Length);
        return new Prepared(memory, () => kernel.Softmax(problem, x, y, pool));
    }

    private static Prepared CrossEntropy(SoftmaxKernel kernel, AxisProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        long* classes = (long*)memory.Take(2 * problem.Positions);
        new Span<long>(classes, (int)problem.Positions).Fill(problem.Length / 2);
        float* scale = memory.Take(1);
        *scale = 1;
        var arguments = new CrossEntropyArguments
        {
            Logits = memory.Take(problem.Positions * problem.Length),
            Classes = classes,
            Losses = memory.Take(problem.Positions),
            LogitsGradient = memory.Take(problem.Positions * problem.Length),
            GradientScale = scale,
        };
        return new Prepared(memory, () => kernel.CrossEntropy(problem, arguments, pool));
    }
}
