using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Winograd;

/// <summary>The input gradient of a convolution by small filters: the convolution of the output's gradient, channels swapped and filters turned.</summary>
internal sealed unsafe class WinogradInputGradient<TSimd, TForm>()
    : InputGradientKernel($"InputGradientWinograd{TForm.Name}{TSimd.Set}", TSimd.Set), IMinimalFiltering
    where TSimd : unmanaged, ISimd<TSimd>
    where TForm : IForm
{
    /// <summary>Rows of a filter before its last.</summary>
    private static int Reach => TForm.FilterSide - 1;

    public int Tile => TForm.Tile;

    public int Patch => TForm.Patch;

    public override string? Refusal(in ConvolutionProblem problem) => WinogradRefusal.Of(problem, TForm.FilterSide);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => Packing(problem).Floats;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        (Packing(problem) with { Plain = weights, Packed = packed }).Pack(pool);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => Pass(problem, default).WorkspaceFloats(threads);

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool)
    {
        var pass = Pass(problem, arguments);
        pass.Weights = arguments.Weights;
        pass.Floor = float.NegativeInfinity;
        pass.Run(arguments.Workspace, null, pool);
    }

    private static WinogradWeights<TSimd, TForm> Packing(in ConvolutionProblem problem) =>
        new() { SourceChannels = problem.OutputChannels, TargetChannels = problem.InputChannels, Turned = true };

    private static WinogradPass<TSimd, TForm> Pass(in ConvolutionProblem problem, in InputGradientArguments arguments) => new(
        problem.Batch,
        new(problem.OutputChannels, problem.Output.Height, problem.Output.Width, (nint)arguments.OutputGradient),
        new(problem.InputChannels, problem.Input.Height, problem.Input.Width, (nint)arguments.InputGradient),
        problem.PadBegin.Height - Reach,
        problem.PadBegin.Width - Reach);
}
