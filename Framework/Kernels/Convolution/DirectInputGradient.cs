using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// The input gradient as direct convolutions of the output gradient with the turned filter, channels swapped: one for each
/// remainder of the input's rows and columns by the strides, with the taps that reach it. None of them multiplies by a stride's
/// zeros.
/// </summary>
/// <param name="precise">Whether sums are cut as finely as pays in precision.</param>
internal sealed unsafe class DirectInputGradient<TSimd>(bool precise = false) : InputGradientKernel(
    $"InputGradientDirect{(precise ? "Precise" : "")}{DirectTiles<TSimd>.MaxPixels}x{2 * TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => DirectRefusal.Of(problem, TSimd.Width);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => problem.Groups * Weights(problem, problem.Taps).GroupFloats;

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool)
    {
        FilterTap* taps = stackalloc FilterTap[FilterTap.Most];
        for (int remainder = 0; remainder < Remainders(problem); remainder++)
        {
            var (row, column) = Position(problem, remainder);
            var job = Weights(problem, FilterTap.InputGradient(problem, row, column, new Span<FilterTap>(taps, FilterTap.Most)));
            if (job.TapCount == 0) continue;
            job.Plain = weights;
            job.Packed = packed;
            job.Taps = taps;
            job.Pack(pool);
            packed += job.Groups * job.GroupFloats;
        }
    }

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads)
    {
        nint most = 0;
        Span<FilterTap> taps = stackalloc FilterTap[FilterTap.Most];
        for (int remainder = 0; remainder < Remainders(problem); remainder++)
        {
            var (row, column) = Position(problem, remainder);
            if (row >= problem.Input.Height || column >= problem.Input.Width) continue;
            var pass = Pass(problem, row, column, taps[..FilterTap.InputGradient(problem, row, column, taps)]);
            most = Math.Max(most, pass.WorkspaceFloats(threads));
        }

        return most;
    }

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool)
    {
        Span<FilterTap> room = stackalloc FilterTap[FilterTap.Most];
        float* weights = arguments.Weights;
        for (int remainder = 0; remainder < Remainders(problem); remainder++)
        {
            var (row, column) = Position(problem, remainder);
            var taps = room[..FilterTap.InputGradient(problem, row, column, room)];
            if (row < problem.Input.Height && column < problem.Input.Width)
            {
                var pass = Pass(problem, row, column, taps);
                pass.Source = arguments.OutputGradient;
                pass.Weights = weights;
                pass.Output = arguments.InputGradient;
                pass.Floor = float.NegativeInfinity;
                pass.Prepare(arguments.Workspace, null, taps);
                pass.Run(pool);
            }

            weights += problem.Groups * Weights(problem, taps.Length).GroupFloats;
        }
    }

    private static int Remainders(in ConvolutionProblem problem) => problem.Stride.Height * problem.Stride.Width;

    private static (int Row, int Column) Position(in ConvolutionProblem problem, int remainder) =>
        (remainder / problem.Stride.Width, remainder % problem.Stride.Width);

    private static DirectWeights<TSimd> Weights(in ConvolutionProblem problem, int taps) => new()
    {
        TargetStep = problem.Taps,
        SourceStep = (nint)problem.InputChannelsOfGroup * problem.Taps,
        FilterTaps = problem.Taps,
        TapCount = taps,
        Groups = problem.Groups,
        SourceChannels = problem.OutputChannelsOfGroup,
        SourceLanes = TSimd.Width,
        TargetChannels = problem.InputChannelsOfGroup,
    };

    private DirectPass<TSimd> Pass(in ConvolutionProblem problem, int row, int column, ReadOnlySpan<FilterTap> taps)
    {
        var input = problem.Input;
        var stride = problem.Stride;
        var source = new DirectPass<TSimd>.Plane(problem.OutputChannelsOfGroup, TSimd.Width, problem.Output.Height, problem.Output.Width);
        nint rowStep = (nint)input.Width * TSimd.Width;
        var target = new DirectPass<TSimd>.Plane(
            problem.InputChannelsOfGroup,
            TSimd.Width,
            ((input.Height - 1 - row) / stride.Height) + 1,
            ((input.Width - 1 - column) / stride.Width) + 1,
            (row * rowStep) + ((nint)column * TSimd.Width),
            stride.Height * rowStep,
            (nint)stride.Width * TSimd.Width,
            input.Height * rowStep);
        int chunk = precise ? DirectPass<TSimd>.PreciseChunkTerms : DirectPass<TSimd>.UsualChunkTerms;
        return new DirectPass<TSimd>(problem.Batch, problem.Groups, source, 1, 1, taps, target, chunk);
    }
}
