using BenchmarkDotNet.Attributes;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Threading;

namespace Benchmarks.Kernels;

/// <summary>Every kernel of the lists that computes a layer's output at this process's widest vectors; weights are packed before.</summary>
public unsafe class ForwardBenchmarks
{
    private static readonly WorkerPool s_pool = new(1);
    private Floats[] _memory = [];
    private ForwardArguments _arguments;
    private ForwardKernel _kernel = null!;

    public static IEnumerable<Layer> Layers => Layer.All;

    public static IEnumerable<string> Kernels =>
        from kernel in ConvolutionForward.List.Concat(WinogradKernels.Forward)
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
        _kernel = ConvolutionForward.List.Concat(WinogradKernels.Forward).First(k => k.Name == Kernel);
        var input = new Floats(_kernel.InputLayout(problem).Floats(problem.Batch, problem.InputChannels, problem.Input.Volume));
        var output = new Floats(_kernel.OutputLayout(problem).Floats(problem.Batch, problem.OutputChannels, problem.Output.Volume));
        var weights = new Floats(problem.WeightCount);
        var packed = new Floats(_kernel.PackedWeightFloats(problem));
        var workspace = new Floats(_kernel.WorkspaceFloats(problem, s_pool.Threads));
        _memory = [input, output, weights, packed, workspace];
        bool packs = _kernel.PackedWeightFloats(problem) > 0;
        if (packs) _kernel.PackWeights(problem, weights.Pointer, packed.Pointer, s_pool);
        _arguments = new ForwardArguments
        {
            Input = input.Pointer,
            Weights = packs ? packed.Pointer : weights.Pointer,
            Output = output.Pointer,
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
