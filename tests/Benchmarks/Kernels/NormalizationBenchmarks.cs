using Framework.Kernels.Normalization;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Both passes of batch normalization: statistics and normalizing with a shortcut and a ReLU forward, sums and the input's gradient backward.</summary>
public unsafe class ChannelBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All
    {
        get
        {
            var shapes = ActivationShape.All.Select(s => (s.Name, new ChannelProblem(s.Batch, s.Blocks, s.Places, s.Lanes))).ToArray();
            return Trial.Walk(ChannelKernels.List, shapes.Select(s => ($"statistics, {s.Name}", s.Item2)), Statistics)
                .Concat(Trial.Walk(ChannelKernels.List, shapes.Select(s => ($"normalize, {s.Name}", s.Item2)), Normalize))
                .Concat(Trial.Walk(ChannelKernels.List, shapes.Select(s => ($"gradient sums, {s.Name}", s.Item2)), GradientSums))
                .Concat(Trial.Walk(ChannelKernels.List, shapes.Select(s => ($"input gradient, {s.Name}", s.Item2)), InputGradient));
        }
    }

    private static Prepared Normalize(ChannelKernel kernel, ChannelProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint floats = (nint)problem.ElementsPerChannel * problem.ChannelFloats;
        var arguments = new NormalizeArguments
        {
            X = memory.Take(floats),
            Residual = memory.Take(floats),
            Y = memory.Take(floats),
            Mean = memory.Take(problem.ChannelFloats),
            Scale = memory.Take(problem.ChannelFloats),
            Shift = memory.Take(problem.ChannelFloats),
        };
        return new Prepared(memory, () => kernel.Normalize(problem, arguments, pool));
    }

    private static Prepared InputGradient(ChannelKernel kernel, ChannelProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint floats = (nint)problem.ElementsPerChannel * problem.ChannelFloats;
        var arguments = new ChannelGradientArguments
        {
            Dy = memory.Take(floats),
            X = memory.Take(floats),
            Dx = memory.Take(floats),
            Mean = memory.Take(problem.ChannelFloats),
            Scale = memory.Take(problem.ChannelFloats),
            A = memory.Take(problem.ChannelFloats),
            B = memory.Take(problem.ChannelFloats),
        };
        return new Prepared(memory, () => kernel.InputGradient(problem, arguments, pool));
    }

    private static Prepared Statistics(ChannelKernel kernel, ChannelProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        float* x = memory.Take((nint)problem.ElementsPerChannel * problem.ChannelFloats);
        float* mean = memory.Take(problem.ChannelFloats), variance = memory.Take(problem.ChannelFloats), workspace = memory.Take(problem.WorkspaceFloats);
        return new Prepared(memory, () => kernel.Statistics(problem, x, mean, variance, workspace, pool));
    }

    private static Prepared GradientSums(ChannelKernel kernel, ChannelProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint floats = (nint)problem.ElementsPerChannel * problem.ChannelFloats;
        float* x = memory.Take(floats), dy = memory.Take(floats), workspace = memory.Take(problem.WorkspaceFloats);
        float* mean = memory.Take(problem.ChannelFloats), sum = memory.Take(problem.ChannelFloats), product = memory.Take(problem.ChannelFloats);
        return new Prepared(memory, () => kernel.GradientSums(problem, x, mean, dy, sum, product, workspace, pool));
    }
}

/// <summary>Local response normalization, as in AlexNet and GoogLeNet, and its gradient.</summary>
public unsafe class LrnBenchmarks : KernelBenchmarks
{
    protected override IEnumerable<Trial> All
    {
        get
        {
            var shapes = ActivationShape.All.Take(2).Select(s => (s.Name, new LrnProblem(new ChannelProblem(s.Batch, s.Blocks, s.Places, s.Lanes), 5, 1e-4f, 0.75f, 1)));
            return Trial.Walk(LrnKernels.List, shapes, Forward).Concat(Trial.Walk(LrnKernels.List, shapes.Select(s => ($"gradient, {s.Name}", s.Item2)), Backward));
        }
    }

    private static Prepared Forward(LrnKernel kernel, LrnProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint floats = (nint)problem.Tensor.ElementsPerChannel * problem.Tensor.ChannelFloats;
        float* x = memory.Take(floats), y = memory.Take(floats);
        return new Prepared(memory, () => kernel.Forward(problem, x, y, pool));
    }

    private static Prepared Backward(LrnKernel kernel, LrnProblem problem, WorkerPool pool)
    {
        var memory = new Operands();
        nint floats = (nint)problem.Tensor.ElementsPerChannel * problem.Tensor.ChannelFloats;
        float* x = memory.Take(floats), dy = memory.Take(floats), dx = memory.Take(floats);
        return new Prepared(memory, () => kernel.Backward(problem, x, dy, dx, pool));
    }
}
