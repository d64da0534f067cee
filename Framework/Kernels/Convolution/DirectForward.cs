using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The convolution summed directly in registers, channels in blocks; or, for the few channels of a first layer, from a plain input,
/// along whose rows the taps then lie.
/// </summary>
/// <param name="plain">Whether the input is plain.</param>
/// <param name="precise">Whether sums are cut as finely as pays in precision.</param>
internal sealed unsafe class DirectForward<TSimd>(bool plain, bool precise = false) : ForwardKernel(
    $"Direct{(plain ? "Plain" : "")}{(precise ? "Precise" : "")}{DirectTiles<TSimd>.MaxPixels}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) =>
        DirectRefusal.Of(problem, TSimd.Width) ?? (plain ? DirectRefusal.OfPlainInput(problem) : null);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => plain ? BlockedLayout.Plain : new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.Groups * Weights(problem, problem.Taps).GroupFloats;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool)
    {
        FilterTap* taps = stackalloc FilterTap[FilterTap.Most];
        var job = Weights(problem, FilterTap.Forward(problem, new Span<FilterTap>(taps, FilterTap.Most)));
        job.Plain = weights;
        job.Packed = packed;
        job.Taps = taps;
        job.Pack(pool);
    }

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads)
    {
        Span<FilterTap> taps = stackalloc FilterTap[FilterTap.Most];
        return Pass(problem, taps[..FilterTap.Forward(problem, taps)]).WorkspaceFloats(threads);
    }

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool)
    {
        Span<FilterTap> taps = stackalloc FilterTap[FilterTap.Most];
        taps = taps[..FilterTap.Forward(problem, taps)];
        var pass = Pass(problem, taps);
        pass.Source = arguments.Input;
        pass.Weights = arguments.Weights;
        pass.Output = arguments.Output;
        pass.Residual = problem.HasResidual ? arguments.Residual : null;
        pass.Floor = problem.Activation == FusedActivation.Relu ? 0 : float.NegativeInfinity;
        pass.Prepare(arguments.Workspace, problem.HasBias ? arguments.Bias : null, taps);
        pass.Run(pool);
    }

    private DirectWeights<TSimd> Weights(in ConvolutionProblem problem, int taps) => new()
    {
        TargetStep = (nint)problem.InputChannelsOfGroup * problem.Taps,
        SourceStep = problem.Taps,
        FilterTaps = problem.Taps,
        TapCount = taps,
        Groups = problem.Groups,
        SourceChannels = problem.InputChannelsOfGroup,
        SourceLanes = InputLayout(problem).Block,
        TargetChannels = problem.OutputChannelsOfGroup,
    };

    private DirectPass<TSimd> Pass(in ConvolutionProblem problem, ReadOnlySpan<FilterTap> taps)
    {
        var (_, height, width) = problem.Output;
        var source = new DirectPass<TSimd>.Plane(problem.InputChannelsOfGroup, InputLayout(problem).Block, problem.Input.Height, problem.Input.Width);
        nint rowStep = (nint)width * TSimd.Width;
        var target = new DirectPass<TSimd>.Plane(
            problem.OutputChannelsOfGroup, TSimd.Width, height, width, 0, rowStep, TSimd.Width, height * rowStep);
        int chunk = precise ? DirectPass<TSimd>.PreciseChunkTerms : DirectPass<TSimd>.UsualChunkTerms;
        return new DirectPass<TSimd>(problem.Batch, problem.Groups, source, problem.Stride.Height, problem.Stride.Width, taps, target, chunk);
    }
}
