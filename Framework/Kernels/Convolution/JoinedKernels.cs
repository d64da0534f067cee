using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>The direct convolution over groups that are joined until they fill blocks.</summary>
/// <remarks>What is not finite in a channel makes NaN of all that is joined with its group, since 0 times it is.</remarks>
internal sealed unsafe class JoinedForward<TSimd>(DirectForward<TSimd> direct) : ForwardKernel($"Joined{direct.Name}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => JoinedGroups.Refusal(problem, TSimd.Width);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => direct.InputLayout(problem);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => direct.OutputLayout(problem);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => JoinedGroups.PackedFloats(direct, problem, TSimd.Width);

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        JoinedGroups.Pack(direct, problem, TSimd.Width, weights, packed, pool);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => direct.WorkspaceFloats(JoinedGroups.Joined(problem, TSimd.Width), threads);

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool) => direct.Run(JoinedGroups.Joined(problem, TSimd.Width), arguments, pool);
}

/// <summary>The input gradient over groups that are joined until they fill blocks.</summary>
/// <inheritdoc cref="JoinedForward{TSimd}" path="/remarks"/>
internal sealed unsafe class JoinedInputGradient<TSimd>(DirectInputGradient<TSimd> direct) : InputGradientKernel($"Joined{direct.Name}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => JoinedGroups.Refusal(problem, TSimd.Width);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => direct.InputLayout(problem);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => direct.OutputLayout(problem);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => JoinedGroups.PackedFloats(direct, problem, TSimd.Width);

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        JoinedGroups.Pack(direct, problem, TSimd.Width, weights, packed, pool);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => direct.WorkspaceFloats(JoinedGroups.Joined(problem, TSimd.Width), threads);

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool) => direct.Run(JoinedGroups.Joined(problem, TSimd.Width), arguments, pool);
}

/// <summary>The weight gradient over groups that are joined until they fill blocks; of it what belongs to weights that there are.</summary>
internal sealed unsafe class JoinedWeightGradient<TSimd>(DirectWeightGradient<TSimd> direct) : WeightGradientKernel($"Joined{direct.Name}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => JoinedGroups.Refusal(problem, TSimd.Width);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => direct.InputLayout(problem);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => direct.OutputLayout(problem);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads)
    {
        var joined = JoinedGroups.Joined(problem, TSimd.Width);
        return direct.WorkspaceFloats(joined, threads) + joined.WeightCount;
    }

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        var joined = JoinedGroups.Joined(problem, TSimd.Width);
        var whole = arguments;
        whole.WeightGradient = arguments.Workspace + direct.WorkspaceFloats(joined, pool.Threads);
        direct.Run(joined, whole, pool);
        JoinedGroups.Gather(problem, TSimd.Width, whole.WeightGradient, arguments.WeightGradient, pool);
    }
}
