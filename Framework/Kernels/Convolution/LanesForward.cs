using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The convolution with images in the lanes: no lane is wasted however few the channels are, where the batch fills blocks.</summary>
internal sealed unsafe class LanesForward<TSimd>() : ForwardKernel(
    $"Lanes{LanesTiles<TSimd>.MaxPoints}x{LanesTiles<TSimd>.MaxChannels}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) =>
        LanesRefusal.Of(problem, TSimd.Width) ?? LanesRefusal.OfTerms(problem.InputChannels, problem.Taps);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width, IsOfImages: true);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.WeightCount;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        Pass(problem).Pack(weights, (nint)problem.InputChannels * problem.Taps, problem.Taps, turned: false, packed);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => Rows(problem).WorkspaceFloats;

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool)
    {
        var pass = Pass(problem);
        pass.Source = Rows(problem).Prepare(arguments.Input, arguments.Workspace, pool);
        pass.Weights = arguments.Weights;
        pass.Bias = problem.HasBias ? arguments.Bias : null;
        pass.Residual = problem.HasResidual ? arguments.Residual : null;
        pass.Result = arguments.Output;
        pass.Floor = problem.Activation == FusedActivation.Relu ? 0 : float.NegativeInfinity;
        pass.Run(pool);
    }

    /// <summary>The input's rows as the filters meet them.</summary>
    internal static LanesRows<TSimd> Rows(in ConvolutionProblem problem) => new(
        problem.Batch / TSimd.Width * problem.InputChannels,
        problem.Input.Height,
        problem.Input.Width,
        problem.PadBegin.Width,
        ((problem.Output.Width - 1) * problem.Stride.Width) + ((problem.Kernel.Width - 1) * problem.Dilation.Width) + 1);

    private static LanesPass<TSimd> Pass(in ConvolutionProblem problem) => new()
    {
        ImageBlocks = problem.Batch / TSimd.Width,
        SourceChannels = problem.InputChannels,
        SourceHeight = problem.Input.Height,
        SourceColumns = Rows(problem).Columns,
        TargetChannels = problem.OutputChannels,
        Target = problem.Output,
        Kernel = problem.Kernel,
        Stride = problem.Stride,
        Dilation = problem.Dilation,
        Above = problem.PadBegin.Height,
    };
}
