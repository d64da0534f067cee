using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The input gradient with images in the lanes: the convolution of the output's gradient with the filters turned around.</summary>
internal sealed unsafe class LanesInputGradient<TSimd>() : InputGradientKernel(
    $"InputGradientLanes{LanesTiles<TSimd>.MaxPoints}x{LanesTiles<TSimd>.MaxChannels}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem)
    {
        if (LanesRefusal.Of(problem, TSimd.Width) is { } refusal) return refusal;
        if (problem.Stride != Extents.One) return $"the stride is {problem.Stride.Height}x{problem.Stride.Width}, not 1.";
        if (ZerosBefore(problem) < 0) return "the pads are wider than the filters reach.";
        return LanesRefusal.OfTerms(problem.OutputChannels, problem.Taps);
    }

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.WeightCount;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        Pass(problem).Pack(weights, problem.Taps, (nint)problem.InputChannels * problem.Taps, turned: true, packed);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => Rows(problem).WorkspaceFloats;

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool)
    {
        var pass = Pass(problem);
        pass.Source = Rows(problem).Prepare(arguments.OutputGradient, arguments.Workspace, pool);
        pass.Weights = arguments.Weights;
        pass.Result = arguments.InputGradient;
        pass.Floor = float.NegativeInfinity;
        pass.Run(pool);
    }

    private static int ZerosBefore(in ConvolutionProblem problem) => Reach(problem) - problem.PadBegin.Width;

    /// <summary>Columns from a filter's first tap to its last.</summary>
    private static int Reach(in ConvolutionProblem problem) => (problem.Kernel.Width - 1) * problem.Dilation.Width;

    private static LanesRows<TSimd> Rows(in ConvolutionProblem problem) => new(
        problem.Batch / TSimd.Width * problem.OutputChannels, problem.Output.Height, problem.Output.Width, ZerosBefore(problem), problem.Input.Width + Reach(problem));

    private static LanesPass<TSimd> Pass(in ConvolutionProblem problem) => new()
    {
        ImageBlocks = problem.Batch / TSimd.Width,
        SourceChannels = problem.OutputChannels,
        SourceHeight = problem.Output.Height,
        SourceColumns = Rows(problem).Columns,
        TargetChannels = problem.InputChannels,
        Target = problem.Input,
        Kernel = problem.Kernel,
        Stride = Extents.One,
        Dilation = problem.Dilation,
        Above = ((problem.Kernel.Height - 1) * problem.Dilation.Height) - problem.PadBegin.Height,
    };
}
