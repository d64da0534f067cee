using Framework.Kernels.Elementwise;
using Framework.Kernels.Optimizer;
using Framework.Tensors;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Chains of elementwise steps: single formulas, a broadcast bias.</summary>
public class ElementwiseBenchmarks : KernelBenchmarks
{
    private static IEnumerable<(string Shape, ElementwiseProblem Problem)> Shapes
    {
        get
        {
            foreach (var s in ActivationShape.All)
            {
                Shape all = [s.Batch, s.Blocks, s.Places, s.Lanes], channel = [s.Blocks, 1, s.Lanes];
                yield return ($"ReLU, {s.Name}", ElementwiseProblem.Broadcast(ElementwiseBuilder.Single(ElementwiseOperation.Relu), all, all));
                yield return ($"sigmoid, {s.Name}", ElementwiseProblem.Broadcast(ElementwiseBuilder.Single(ElementwiseOperation.Sigmoid), all, all));
                yield return ($"add a channel's, {s.Name}", ElementwiseProblem.Broadcast(ElementwiseBuilder.Single(ElementwiseOperation.Add), all, all, channel));
            }
        }
    }

    protected override IEnumerable<Trial> All => Trial.Walk(ElementwiseKernels.List, Shapes, PreparedProgram.Of);
}

/// <summary>Fused optimizer updates of one layer's weights.</summary>
public class OptimizerBenchmarks : KernelBenchmarks
{
    private static readonly Shape s_scalar = [];

    private static IEnumerable<(string Shape, ElementwiseProblem Problem)> Shapes
    {
        get
        {
            foreach (int count in (int[])[64 * 64 * 9, 512 * 512 * 9])
            {
                Shape all = [count];
                yield return ($"SGD with momentum, {count}", ElementwiseProblem.Broadcast(OptimizerUpdates.Sgd(0.9f, 1e-4f), all, all, all, s_scalar, all));
                yield return ($"Adam, {count}", ElementwiseProblem.Broadcast(
                    OptimizerUpdates.Adam(0.9f, 0.999f, 1e-8f, 1e-4f), all, all, all, s_scalar, all, all, s_scalar, s_scalar));
            }
        }
    }

    protected override IEnumerable<Trial> All => Trial.Walk(ElementwiseKernels.List, Shapes, PreparedProgram.Of);
}

/// <summary>A program with operands that do not overlap.</summary>
internal static unsafe class PreparedProgram
{
    public static Prepared Of(ElementwiseKernel kernel, ElementwiseProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint[] inputs = new nint[problem.Program.Inputs.Length], outputs = new nint[problem.Program.Outputs.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = (nint)memory.Take(problem.Count);
        for (int o = 0; o < outputs.Length; o++) outputs[o] = (nint)memory.Take(problem.Count);
        return new Prepared(memory, () => kernel.Run(problem, inputs, outputs, pool));
    }
}
