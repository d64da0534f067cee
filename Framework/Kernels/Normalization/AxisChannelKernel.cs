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
    /// <summary>Channels whose pieces are joined side by side.</summary>
    private const int JoinedAtOnce = 16;

    /// <summary>What is done with a piece.</summary>
    private interface IPieceWork
    {
        /// <param name="axis">The way through the piece.</param>
        /// <param name="length">Its places.</param>
        /// <param name="first">Its first element.</param>
        /// <param name="channel">Its first channel.</param>
        /// <param name="number">Which piece it is of all, times the lanes, plus the lane.</param>
        void Do(in TAxis axis, int length, nint first, nint channel, nint number);
    }

    /// <summary>Two numbers for each channel of each piece, and how they are joined.</summary>
    private interface IMoments : IPieceWork
    {
        /// <summary>Joins the numbers of the pieces of some channels, at most <see cref="JoinedAtOnce"/>.</summary>
        void Join(in ChannelProblem problem, int block, int lane, int count);
    }

    public override string? Refusal(in ChannelProblem problem)
    {
        if (TAxis.MostPositions == 1 && TSimd.Width > 1) return problem.Lanes == 1 ? null : $"{problem.Lanes} lanes lie side by side.";
        return problem.Lanes % TSimd.Width == 0 ? null : $"{problem.Lanes} lanes are no multiple of {TSimd.Width}.";
    }

    public override void Statistics(in ChannelProblem problem, float* x, float* mean, float* variance, float* workspace, WorkerPool pool) =>
        Sum(problem, new Variance(x, mean, variance, new Numbers(problem, workspace)), pool);

    public override void GradientSums(
        in ChannelProblem problem, float* x, float* mean, float* dy, float* sum, float* product, float* workspace, WorkerPool pool) =>
        Sum(problem, new Gradient(x, mean, dy, sum, product, new Numbers(problem, workspace)), pool);

    public override void Normalize(in ChannelProblem problem, in NormalizeArguments arguments, WorkerPool pool)
    {
        if (arguments.Residual is null) Run(problem, new Normalization<Alone>(arguments), pool);
        else Run(problem, new Normalization<Added>(arguments), pool);
    }

    public override void InputGradient(in ChannelProblem problem, in ChannelGradientArguments arguments, WorkerPool pool) =>
        Run(problem, new GradientOfInput(arguments), pool);

    private static void Sum<TMoments>(in ChannelProblem problem, TMoments moments, WorkerPool pool)
        where TMoments : unmanaged, IMoments
    {
        Run(problem, moments, pool);
        pool.Run(problem.Blocks, new Joining<TMoments> { Problem = problem, Moments = moments });
    }

    private static void Run<TWork>(in ChannelProblem problem, TWork work, WorkerPool pool)
        where TWork : unmanaged, IPieceWork
    {
        int pieces = checked(problem.Blocks * problem.Pieces);
        pool.Run((pieces + problem.PiecesPerItem - 1) / problem.PiecesPerItem, new Pieces<TWork> { Problem = problem, Work = work, Count = pieces });
    }

    /// <summary>Items are a few pieces each: of [Blocks, Images, pieces of a plane], so that a thread meets the same in each pass.</summary>
    private struct Pieces<TWork> : IJob
        where TWork : unmanaged, IPieceWork
    {
        public ChannelProblem Problem;
        public TWork Work;
        public int Count;

        public readonly void Execute(int index, int worker)
        {
            int perItem = Problem.PiecesPerItem;
            int end = Math.Min((index + 1) * perItem, Count);
            for (int piece = index * perItem; piece < end; piece++) Do(piece);
        }

        private readonly void Do(int index)
        {
            int lanes = Problem.Lanes;
            (int rest, int piece) = Math.DivRem(index, Problem.PiecesPerPlane);
            (int block, int image) = Math.DivRem(rest, Problem.Images);
            int place = piece * Problem.PiecePlaces;
            int length = Math.Min(Problem.PiecePlaces, Problem.Places - place);
            nint first = ((((nint)image * Problem.ImageBlocks) + block) * Problem.BlockElements) + ((nint)place * lanes);
            var axis = TAxis.Create(new AxisProblem(1, length, lanes), TAxis.MostPositions);
            for (int lane = 0; lane < lanes; lane += TAxis.MostPositions)
                Work.Do(axis, length, first + lane, ((nint)block * lanes) + lane, ((nint)index * lanes) + lane);
        }
    }

    private struct Joining<TMoments> : IJob
        where TMoments : unmanaged, IMoments
    {
        public ChannelProblem Problem;
        public TMoments Moments;

        public readonly void Execute(int index, int worker)
        {
            for (int lane = 0; lane < Problem.Lanes; lane += JoinedAtOnce)
                Moments.Join(Problem, index, lane, Math.Min(JoinedAtOnce, Problem.Lanes - lane));
        }
    }

    /// <summary>The two numbers of each piece: [2, pieces, lanes].</summary>
    private readonly struct Numbers(in ChannelProblem problem, float* workspace)
    {
        private readonly nint _pieces = (nint)problem.Blocks * problem.Pieces * problem.Lanes;

        /// <summary>The first of the numbers of a piece.</summary>
        public float* One(nint number) => workspace + number;

        /// <summary>The second.</summary>
        public float* Two(nint number) => workspace + _pieces + number;

        /// <summary>The number of a lane of a block's piece.</summary>
        public static nint Of(in ChannelProblem problem, int block, int piece, int lane) =>
            ((((nint)block * problem.Pieces) + piece) * problem.Lanes) + lane;
    }

    private readonly struct Variance(float* x, float* mean, float* variance, Numbers numbers) : IMoments
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Do(in TAxis axis, int length, nint first, nint channel, nint number)
        {
            TSimd pieceMean = AxisSum<TAxis, TSimd>.Of(axis, new Element(x + first)) / TSimd.Broadcast(length);
            axis.StorePositions(numbers.One(number), pieceMean);
            axis.StorePositions(numbers.Two(number), AxisSum<TAxis, TSimd>.Of(axis, new SquaredDistance(x + first, pieceMean, length)));
        }

        public void Join(in ChannelProblem problem, int block, int lane, int count)
        {
            double* joint = stackalloc double[JoinedAtOnce], squares = stackalloc double[JoinedAtOnce];
            for (int c = 0; c < count; c++) joint[c] = squares[c] = 0;
            for (int piece = 0; piece < problem.Pieces; piece++)
            {
                double length = PieceLength(problem, piece);
                float* means = numbers.One(Numbers.Of(problem, block, piece, lane));
                for (int c = 0; c < count; c++) joint[c] += length * means[c];
            }

            for (int c = 0; c < count; c++) joint[c] /= problem.ElementsPerChannel;
            for (int piece = 0; piece < problem.Pieces; piece++)
            {
                double length = PieceLength(problem, piece);
                nint number = Numbers.Of(problem, block, piece, lane);
                float* means = numbers.One(number), distances = numbers.Two(number);
                for (int c = 0; c < count; c++)
                {
                    double distance = means[c] - joint[c];
                    squares[c] += distances[c] + (length * distance * distance);
                }
            }

            nint channel = ((nint)block * problem.Lanes) + lane;
            for (int c = 0; c < count; c++)
            {
                mean[channel + c] = (float)joint[c];
                variance[channel + c] = (float)(squares[c] / problem.ElementsPerChannel);
            }
        }

        private static double PieceLength(in ChannelProblem problem, int piece) =>
            Math.Min(problem.PiecePlaces, problem.Places - (piece % problem.PiecesPerPlane * problem.PiecePlaces));
    }

    private readonly struct Gradient(float* x, float* mean, float* dy, float* sum, float* product, Numbers numbers) : IMoments
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Do(in TAxis axis, int length, nint first, nint channel, nint number)
        {
            axis.StorePositions(numbers.One(number), AxisSum<TAxis, TSimd>.Of(axis, new Element(dy + first)));
            TSimd means = axis.LoadPositions(mean + channel);
            axis.StorePositions(numbers.Two(number), AxisSum<TAxis, TSimd>.Of(axis, new GradientTimesDistance(dy + first, x + first, means)));
        }

        public void Join(in ChannelProblem problem, int block, int lane, int count)
        {
            double* ofGradients = stackalloc double[JoinedAtOnce], ofProducts = stackalloc double[JoinedAtOnce];
            for (int c = 0; c < count; c++) ofGradients[c] = ofProducts[c] = 0;
            for (int piece = 0; piece < problem.Pieces; piece++)
            {
                nint number = Numbers.Of(problem, block, piece, lane);
                float* ones = numbers.One(number), twos = numbers.Two(number);
                for (int c = 0; c < count; c++)
                {
                    ofGradients[c] += ones[c];
                    ofProducts[c] += twos[c];
                }
            }

            nint channel = ((nint)block * problem.Lanes) + lane;
            for (int c = 0; c < count; c++)
            {
                sum[channel + c] = (float)ofGradients[c];
                product[channel + c] = (float)ofProducts[c];
            }
        }
    }

    /// <summary>Whether a residual is added; a constant to the compiler.</summary>
    private interface IAddition
    {
        static abstract bool Adds { get; }
    }

    private readonly struct Alone : IAddition
    {
        public static bool Adds => false;
    }

    private readonly struct Added : IAddition
    {
        public static bool Adds => true;
    }

    private readonly struct Normalization<TAddition>(NormalizeArguments arguments) : IPieceWork
        where TAddition : struct, IAddition
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Do(in TAxis axis, int length, nint first, nint channel, nint number)
        {
            TAxis way = axis;
            float* x = arguments.X + first, y = arguments.Y + first, residual = arguments.Residual + first;
            TSimd mean = way.LoadPositions(arguments.Mean + channel), scale = way.LoadPositions(arguments.Scale + channel);
            TSimd shift = way.LoadPositions(arguments.Shift + channel), floor = TSimd.Broadcast(arguments.Floor);
            int steps = way.Steps;
            for (int step = 0; step < steps; step++)
            {
                TSimd result = TSimd.MultiplyAdd(way.Load(x, step, 0) - mean, scale, shift);
                if (TAddition.Adds) result += way.Load(residual, step, 0);
                way.Store(y, step, TSimd.Max(floor, result));
            }
        }
    }

    private readonly struct GradientOfInput(ChannelGradientArguments arguments) : IPieceWork
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Do(in TAxis axis, int length, nint first, nint channel, nint number)
        {
            TAxis way = axis;
            float* dy = arguments.Dy + first, x = arguments.X + first, dx = arguments.Dx + first;
            TSimd mean = way.LoadPositions(arguments.Mean + channel), scale = way.LoadPositions(arguments.Scale + channel);
            TSimd a = way.LoadPositions(arguments.A + channel), b = -way.LoadPositions(arguments.B + channel);
            int steps = way.Steps;
            for (int step = 0; step < steps; step++)
            {
                TSimd rest = way.Load(dy, step, 0) - a;
                way.Store(dx, step, scale * TSimd.MultiplyAdd(way.Load(x, step, 0) - mean, b, rest));
            }
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
