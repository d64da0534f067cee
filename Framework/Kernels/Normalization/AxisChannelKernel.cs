using System.Runtime.CompilerServices;
using Framework.Kernels.Axes;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Normalization;

/// <summary>The channel kernel for one layout and one instruction set.</summary>
internal sealed unsafe class AxisChannelKernel<TAxis, TSimd>(string form) : ChannelKernel(form, TSimd.Set)
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Two numbers for each channel of each piece, and how they are joined.</summary>
    private interface IMoments
    {
        /// <summary>The numbers of a piece, whose first element and whose first channel are given.</summary>
        void OfPiece(in TAxis axis, int length, nint first, nint channel, float* one, float* two);

        /// <summary>Joins the numbers of a channel's pieces, which lie <paramref name="step"/> apart.</summary>
        void Join(in ChannelProblem problem, float* ones, float* twos, nint step, int channel);
    }

    public override string? Refusal(in ChannelProblem problem)
    {
        if (TAxis.MostPositions == 1 && TSimd.Width > 1) return problem.Lanes == 1 ? null : $"{problem.Lanes} lanes lie side by side.";
        return problem.Lanes % TSimd.Width == 0 ? null : $"{problem.Lanes} lanes are no multiple of {TSimd.Width}.";
    }

    public override void Statistics(in ChannelProblem problem, float* x, float* mean, float* variance, float* workspace, WorkerPool pool) =>
        Run(problem, new Variance(x, mean, variance), workspace, pool);

    public override void GradientSums(
        in ChannelProblem problem, float* x, float* mean, float* dy, float* sum, float* product, float* workspace, WorkerPool pool) =>
        Run(problem, new Gradient(x, mean, dy, sum, product), workspace, pool);

    private static void Run<TMoments>(in ChannelProblem problem, TMoments moments, float* workspace, WorkerPool pool)
        where TMoments : unmanaged, IMoments
    {
        pool.Run(checked(problem.Blocks * problem.Pieces), new Pieces<TMoments> { Problem = problem, Moments = moments, Workspace = workspace });
        pool.Run(problem.Blocks, new Joining<TMoments> { Problem = problem, Moments = moments, Workspace = workspace });
    }

    /// <summary>Items are pieces: [Blocks, Images, pieces of a plane]. A piece's numbers lie as [2, Lanes].</summary>
    private struct Pieces<TMoments> : IJob
        where TMoments : unmanaged, IMoments
    {
        public ChannelProblem Problem;
        public TMoments Moments;
        public float* Workspace;

        public readonly void Execute(int index, int worker)
        {
            int lanes = Problem.Lanes;
            (int rest, int piece) = Math.DivRem(index, Problem.PiecesPerPlane);
            (int block, int image) = Math.DivRem(rest, Problem.Images);
            int place = piece * Problem.PiecePlaces;
            int length = Math.Min(Problem.PiecePlaces, Problem.Places - place);
            nint first = ((((nint)image * Problem.Blocks) + block) * Problem.Places * lanes) + ((nint)place * lanes);
            float* one = Workspace + (2 * (nint)index * lanes);
            var axis = TAxis.Create(new AxisProblem(1, length, lanes), TAxis.MostPositions);
            for (int lane = 0; lane < lanes; lane += TAxis.MostPositions)
                Moments.OfPiece(axis, length, first + lane, ((nint)block * lanes) + lane, one + lane, one + lanes + lane);
        }
    }

    private struct Joining<TMoments> : IJob
        where TMoments : unmanaged, IMoments
    {
        public ChannelProblem Problem;
        public TMoments Moments;
        public float* Workspace;

        public readonly void Execute(int index, int worker)
        {
            int lanes = Problem.Lanes;
            float* ones = Workspace + (2 * (nint)index * Problem.Pieces * lanes);
            for (int lane = 0; lane < lanes; lane++)
                Moments.Join(Problem, ones + lane, ones + lanes + lane, 2 * lanes, (index * lanes) + lane);
        }
    }

    private readonly struct Variance(float* x, float* mean, float* variance) : IMoments
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void OfPiece(in TAxis axis, int length, nint first, nint channel, float* one, float* two)
        {
            TSimd pieceMean = AxisSum<TAxis, TSimd>.Of(axis, new Element(x + first)) / TSimd.Broadcast(length);
            axis.StorePositions(one, pieceMean);
            axis.StorePositions(two, AxisSum<TAxis, TSimd>.Of(axis, new SquaredDistance(x + first, pieceMean, length)));
        }

        public void Join(in ChannelProblem problem, float* ones, float* twos, nint step, int channel)
        {
            double weighted = 0, squares = 0;
            for (int piece = 0; piece < problem.Pieces; piece++) weighted += PieceLength(problem, piece) * ones[piece * step];
            double joint = weighted / problem.ElementsPerChannel;
            for (int piece = 0; piece < problem.Pieces; piece++)
            {
                double distance = ones[piece * step] - joint;
                squares += twos[piece * step] + (PieceLength(problem, piece) * distance * distance);
            }

            mean[channel] = (float)joint;
            variance[channel] = (float)(squares / problem.ElementsPerChannel);
        }

        private static double PieceLength(in ChannelProblem problem, int piece) =>
            Math.Min(problem.PiecePlaces, problem.Places - (piece % problem.PiecesPerPlane * problem.PiecePlaces));
    }

    private readonly struct Gradient(float* x, float* mean, float* dy, float* sum, float* product) : IMoments
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void OfPiece(in TAxis axis, int length, nint first, nint channel, float* one, float* two)
        {
            axis.StorePositions(one, AxisSum<TAxis, TSimd>.Of(axis, new Element(dy + first)));
            TSimd means = axis.LoadPositions(mean + channel);
            axis.StorePositions(two, AxisSum<TAxis, TSimd>.Of(axis, new GradientTimesDistance(dy + first, x + first, means)));
        }

        public void Join(in ChannelProblem problem, float* ones, float* twos, nint step, int channel)
        {
            double ofGradients = 0, ofProducts = 0;
            for (int piece = 0; piece < problem.Pieces; piece++)
            {
                ofGradients += ones[piece * step];
                ofProducts += twos[piece * step];
            }

            sum[channel] = (float)ofGradients;
            product[channel] = (float)ofProducts;
        }
    }

    private readonly struct Element(float* x) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step) => axis.Load(x, step, 0);
    }

    private readonly struct SquaredDistance(float* x, TSimd mean, int length) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step)
        {
            TSimd distance = axis.Load(x, step, 0) - mean;
            TSimd exists = TSimd.LessThan(axis.Index(step), TSimd.Broadcast(length));
            return exists & (distance * distance);
        }
    }

    private readonly struct GradientTimesDistance(float* dy, float* x, TSimd mean) : IAxisTerm<TAxis, TSimd>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd At(in TAxis axis, int step) => axis.Load(dy, step, 0) * (axis.Load(x, step, 0) - mean);
    }
}
