using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Winograd;

/// <summary>The output of a convolution by small filters, with fewer multiplications than the definition has.</summary>
internal sealed unsafe class WinogradForward<TSimd, TForm>()
    : ForwardKernel($"Winograd{TForm.Name}{TSimd.Set}", TSimd.Set), IMinimalFiltering
    where TSimd : unmanaged, ISimd<TSimd>
    where TForm : IForm
{
    public int Tile => TForm.Tile;

    public int Patch => TForm.Patch;

    public override string? Refusal(in ConvolutionProblem problem) => WinogradRefusal.Of(problem, TForm.FilterSide);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => Packing(problem).Floats;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        (Packing(problem) with { Plain = weights, Packed = packed }).Pack(pool);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => Pass(problem, default).WorkspaceFloats(threads);

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool)
    {
        var pass = Pass(problem, arguments);
        pass.Weights = arguments.Weights;
        pass.Residual = problem.HasResidual ? arguments.Residual : null;
        pass.Floor = problem.Activation == FusedActivation.Relu ? 0 : float.NegativeInfinity;
        pass.Run(arguments.Workspace, problem.HasBias ? arguments.Bias : null, pool);
    }

    private static WinogradWeights<TSimd, TForm> Packing(in ConvolutionProblem problem) =>
        new() { SourceChannels = problem.InputChannels, TargetChannels = problem.OutputChannels };

    private static WinogradPass<TSimd, TForm> Pass(in ConvolutionProblem problem, in ForwardArguments arguments) => new(
        problem.Batch,
        new(problem.InputChannels, problem.Input.Height, problem.Input.Width, (nint)arguments.Input),
        new(problem.OutputChannels, problem.Output.Height, problem.Output.Width, (nint)arguments.Output),
        -problem.PadBegin.Height,
        -problem.PadBegin.Width);
}
