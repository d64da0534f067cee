using BenchmarkDotNet.Attributes;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Every kernel of the lists that computes the gradient of a layer's weights at this process's widest vectors.</summary>
public unsafe class WeightGradientBenchmarks
{
    private static readonly WorkerPool s_pool = new(1);
    private Floats[] _memory = [];
    private WeightGradientArguments _arguments;
    private WeightGradientKernel _kernel = null!;

    public static IEnumerable<Layer> Layers => Layer.All;

    public static IEnumerable<string> Kernels =>
        from kernel in ConvolutionWeightGradient.List.Concat(WinogradKernels.WeightGradient)
        where kernel.Set == InstructionSet.Best && Layer.All.All(l => kernel.Refusal(l.Problem) is null)
        select kernel.Name;

    [ParamsSource(nameof(Layers))]
    public Layer Layer { get; set; } = null!;

    [ParamsSource(nameof(Kernels))]
    public string Kernel { get; set; } = "";

    [GlobalSetup]
    public void SetUp()
    {
        var problem = Layer.Problem;
        _kernel = ConvolutionWeightGradient.List.Concat(WinogradKernels.WeightGradient).First(k => k.Name == Kernel);
        var input = new Floats(_kernel.InputLayout(problem).Floats(problem.Batch, problem.InputChannels, problem.Input.Volume));
        var gradient = new Floats(_kernel.OutputLayout(problem).Floats(problem.Batch, problem.OutputChannels, problem.Output.Volume));
        var weights = new Floats(problem.WeightCount);
        var workspace = new Floats(_kernel.WorkspaceFloats(problem, s_pool.Threads));
        _memory = [input, gradient, weights, workspace];
        _arguments = new WeightGradientArguments
        {
            Input = input.Pointer,
            OutputGradient = gradient.Pointer,
            WeightGradient = weights.Pointer,
            Workspace = workspace.Pointer,
        };
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        foreach (var memory in _memory) memory.Dispose();
    }

    [Benchmark]
    public void Run() => _kernel.Run(Layer.Problem, _arguments, s_pool);
}
