using System.Runtime.CompilerServices;
using Framework.Kernels.Gemm;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>What the kernels for one filter a channel have in common.</summary>
internal static unsafe class Depthwise<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    public static string? Refusal(in ConvolutionProblem problem)
    {
        if (problem.Groups == 1) return "it has one group.";
        if (problem.Groups != problem.InputChannels || problem.Groups != problem.OutputChannels) return "a group is more than one channel to one.";
        if (DirectRefusal.HasDepth(problem)) return "it has three spatial axes.";
        return problem.Taps > FilterTap.Most ? $"a filter has {problem.Taps} taps, more than {FilterTap.Most}." : null;
    }

    public static nint PackedFloats(in ConvolutionProblem problem) => new BlockedLayout(TSimd.Width).Floats(1, problem.Groups, problem.Taps);

    /// <summary>Weights are [channel][tap]: a picture with the taps as its points.</summary>
    public static void Pack(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        LayoutConversion.ToBlocked(weights, packed, new BlockedLayout(TSimd.Width), 1, problem.Groups, problem.Taps, pool);
}

/// <summary>The convolution of each channel with a filter of its own, a block of channels at a time.</summary>
internal sealed unsafe class DepthwiseForward<TSimd>() : ForwardKernel($"Depthwise8x{TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => Depthwise<TSimd>.Refusal(problem);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => Depthwise<TSimd>.PackedFloats(problem);

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        Depthwise<TSimd>.Pack(problem, weights, packed, pool);

    public override void Run(in ConvolutionProblem problem, in ForwardArguments arguments, WorkerPool pool)
    {
        FilterTap* taps = stackalloc FilterTap[FilterTap.Most];
        var (_, height, width) = problem.Output;
        new DepthwisePass<TSimd>
        {
            Batch = problem.Batch,
            Channels = problem.Groups,
            SourceHeight = problem.Input.Height,
            SourceWidth = problem.Input.Width,
            StrideY = problem.Stride.Height,
            StrideX = problem.Stride.Width,
            Taps = taps,
            TapCount = FilterTap.Forward(problem, new Span<FilterTap>(taps, FilterTap.Most)),
            FilterTaps = problem.Taps,
            Rows = height,
            Columns = width,
            RowStep = (nint)width * TSimd.Width,
            ColumnStep = TSimd.Width,
            BlockStep = (nint)height * width * TSimd.Width,
            Source = arguments.Input,
            Weights = arguments.Weights,
            Bias = problem.HasBias ? arguments.Bias : null,
            Residual = problem.HasResidual ? arguments.Residual : null,
            Target = arguments.Output,
            Floor = problem.Activation == FusedActivation.Relu ? 0 : float.NegativeInfinity,
        }.Run(pool);
    }
}

/// <summary>The input gradient of a depthwise convolution, by the remainders of the input's rows and columns by the strides.</summary>
internal sealed unsafe class DepthwiseInputGradient<TSimd>() : InputGradientKernel($"InputGradientDepthwise8x{TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => Depthwise<TSimd>.Refusal(problem);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint PackedWeightFloats(in ConvolutionProblem problem) => Depthwise<TSimd>.PackedFloats(problem);

    public override void PackWeights(in ConvolutionProblem problem, float* weights, float* packed, WorkerPool pool) =>
        Depthwise<TSimd>.Pack(problem, weights, packed, pool);

    public override void Run(in ConvolutionProblem problem, in InputGradientArguments arguments, WorkerPool pool)
    {
        FilterTap* taps = stackalloc FilterTap[FilterTap.Most];
        var (_, height, width) = problem.Input;
        var stride = problem.Stride;
        for (int row = 0; row < Math.Min(stride.Height, height); row++)
        {
            for (int column = 0; column < Math.Min(stride.Width, width); column++)
            {
                new DepthwisePass<TSimd>
                {
                    Batch = problem.Batch,
                    Channels = problem.Groups,
                    SourceHeight = problem.Output.Height,
                    SourceWidth = problem.Output.Width,
                    StrideY = 1,
                    StrideX = 1,
                    Taps = taps,
                    TapCount = FilterTap.InputGradient(problem, row, column, new Span<FilterTap>(taps, FilterTap.Most)),
                    FilterTaps = problem.Taps,
                    Rows = ((height - 1 - row) / stride.Height) + 1,
                    Columns = ((width - 1 - column) / stride.Width) + 1,
                    RowStep = (nint)stride.Height * width * TSimd.Width,
                    ColumnStep = (nint)stride.Width * TSimd.Width,
                    BlockStep = (nint)height * width * TSimd.Width,
                    Source = arguments.OutputGradient,
                    Weights = arguments.Weights,
                    Target = arguments.InputGradient + ((((nint)row * width) + column) * TSimd.Width),
                    Floor = float.NegativeInfinity,
                }.Run(pool);
            }
        }
    }
}

/// <summary>The weight gradient of a depthwise convolution: for each tap a product of two pictures, lane by lane, summed.</summary>
internal sealed unsafe class DepthwiseWeightGradient<TSimd>() : WeightGradientKernel($"WeightGradientDepthwise{TSimd.Width}{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    public override string? Refusal(in ConvolutionProblem problem) => Depthwise<TSimd>.Refusal(problem);

    public override BlockedLayout InputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override BlockedLayout OutputLayout(in ConvolutionProblem problem) => new(TSimd.Width);

    public override nint WorkspaceFloats(in ConvolutionProblem problem, int threads) => Depthwise<TSimd>.PackedFloats(problem);

    public override void Run(in ConvolutionProblem problem, in WeightGradientArguments arguments, WorkerPool pool)
    {
        int blocks = new BlockedLayout(TSimd.Width).Blocks(problem.Groups);
        pool.Run(blocks * problem.Taps, new Sums { Problem = problem, Arguments = arguments, Blocks = blocks });
        var layout = new BlockedLayout(TSimd.Width);
        LayoutConversion.ToPlain(arguments.Workspace, arguments.WeightGradient, layout, 1, problem.Groups, problem.Taps, pool);
    }

    private struct Sums : IJob
    {
        public ConvolutionProblem Problem;
        public WeightGradientArguments Arguments;
        public int Blocks;

        public readonly void Execute(int index, int worker)
        {
            int block = index / Problem.Taps, tap = index % Problem.Taps;
            var (_, inputHeight, inputWidth) = Problem.Input;
            var (_, height, width) = Problem.Output;
            var stride = Problem.Stride;
            int row = (tap / Problem.Kernel.Width * Problem.Dilation.Height) - Problem.PadBegin.Height;
            int column = (tap % Problem.Kernel.Width * Problem.Dilation.Width) - Problem.PadBegin.Width;
            var (left, right) = TapRange.Of(column, stride.Width, inputWidth, width);

            TSimd total = TSimd.Zero;
            for (int image = 0; image < Problem.Batch; image++)
            {
                nint plane = ((nint)image * Blocks) + block;
                TSimd sum = TSimd.Zero;
                for (int y = 0; y < height; y++)
                {
                    int inputY = (y * stride.Height) + row;
                    if ((uint)inputY >= (uint)inputHeight || right <= left) continue;
                    nint at = (((plane * inputHeight) + inputY) * inputWidth) + (left * stride.Width) + column;
                    float* gradient = Arguments.OutputGradient + ((((plane * height) + y) * width) + left) * TSimd.Width;
                    sum += Row(Arguments.Input + (at * TSimd.Width), (nint)stride.Width * TSimd.Width, gradient, right - left);
                }

                total += sum;
            }

            TSimd.Store(Arguments.Workspace + ((nint)index * TSimd.Width), total);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static TSimd Row(float* x, nint step, float* gradient, int count)
        {
            TSimd even = TSimd.Zero, odd = TSimd.Zero;
            int i = 0;
            for (; i <= count - 2; i += 2, x += 2 * step, gradient += 2 * TSimd.Width)
            {
                TSimd.Accumulate(ref even, TSimd.Load(x), TSimd.Load(gradient));
                TSimd.Accumulate(ref odd, TSimd.Load(x + step), TSimd.Load(gradient + TSimd.Width));
            }

            if (i < count) TSimd.Accumulate(ref even, TSimd.Load(x), TSimd.Load(gradient));
            return even + odd;
        }
    }
}
