using Framework.Kernels.Convolution;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>A layer's output, its weights packed before.</summary>
internal sealed unsafe class PreparedForward : IPrepared
{
    private readonly Operands _memory = new();
    private readonly ForwardKernel _kernel;
    private readonly ConvolutionProblem _problem;
    private readonly ForwardArguments _arguments;
    private readonly WorkerPool _pool;

    public PreparedForward(ForwardKernel kernel, in ConvolutionProblem problem, WorkerPool pool)
    {
        (_kernel, _problem, _pool) = (kernel, problem, pool);
        _arguments = new ForwardArguments
        {
            Input = _memory.Take(kernel.InputLayout(problem).Floats(problem.Batch, problem.InputChannels, problem.Input.Volume)),
            Weights = PreparedWeights.Of(kernel, problem, _memory, pool),
            Output = _memory.Take(kernel.OutputLayout(problem).Floats(problem.Batch, problem.OutputChannels, problem.Output.Volume)),
            Workspace = _memory.Take(kernel.WorkspaceFloats(problem, pool.Threads)),
        };
    }

    public void Run() => _kernel.Run(_problem, _arguments, _pool);

    public void Dispose() => _memory.Dispose();
}

/// <summary>The gradient of a layer's input, its weights packed before.</summary>
internal sealed unsafe class PreparedInputGradient : IPrepared
{
    private readonly Operands _memory = new();
    private readonly InputGradientKernel _kernel;
    private readonly ConvolutionProblem _problem;
    private readonly InputGradientArguments _arguments;
    private readonly WorkerPool _pool;

    public PreparedInputGradient(InputGradientKernel kernel, in ConvolutionProblem problem, WorkerPool pool)
    {
        (_kernel, _problem, _pool) = (kernel, problem, pool);
        _arguments = new InputGradientArguments
        {
            OutputGradient = _memory.Take(kernel.OutputLayout(problem).Floats(problem.Batch, problem.OutputChannels, problem.Output.Volume)),
            Weights = PreparedWeights.Of(kernel, problem, _memory, pool),
            InputGradient = _memory.Take(kernel.InputLayout(problem).Floats(problem.Batch, problem.InputChannels, problem.Input.Volume)),
            Workspace = _memory.Take(kernel.WorkspaceFloats(problem, pool.Threads)),
        };
    }

    public void Run() => _kernel.Run(_problem, _arguments, _pool);

    public void Dispose() => _memory.Dispose();
}

/// <summary>The gradient of a layer's weights.</summary>
internal sealed unsafe class PreparedWeightGradient : IPrepared
{
    private readonly Operands _memory = new();
    private readonly WeightGradientKernel _kernel;
    private readonly ConvolutionProblem _problem;
    private readonly WeightGradientArguments _arguments;
    private readonly WorkerPool _pool;

    public PreparedWeightGradient(WeightGradientKernel kernel, in ConvolutionProblem problem, WorkerPool pool)
    {
        (_kernel, _problem, _pool) = (kernel, problem, pool);
        _arguments = new WeightGradientArguments
        {
            Input = _memory.Take(kernel.InputLayout(problem).Floats(problem.Batch, problem.InputChannels, problem.Input.Volume)),
            OutputGradient = _memory.Take(kernel.OutputLayout(problem).Floats(problem.Batch, problem.OutputChannels, problem.Output.Volume)),
            WeightGradient = _memory.Take(problem.WeightCount),
            Workspace = _memory.Take(kernel.WorkspaceFloats(problem, pool.Threads)),
        };
    }

    public void Run() => _kernel.Run(_problem, _arguments, _pool);

    public void Dispose() => _memory.Dispose();
}

/// <summary>Weights as a kernel wants them.</summary>
internal static unsafe class PreparedWeights
{
    public static float* Of(WeightReadingKernel kernel, in ConvolutionProblem problem, Operands memory, WorkerPool pool)
    {
        float* weights = memory.Take(problem.WeightCount);
        nint floats = kernel.PackedWeightFloats(problem);
        if (floats == 0) return weights;
        float* packed = memory.Take(floats);
        kernel.PackWeights(problem, weights, packed, pool);
        return packed;
    }
}
