using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Softmax;

/// <summary>The softmax kernel for one way through the axis and one instruction set.</summary>
internal sealed unsafe class AxisSoftmax<TAxis, TSimd>(string form) : SoftmaxKernel(form, TSimd.Set)
    where TAxis : unmanaged, IAxis<TAxis, TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Elements that a thread takes at a time, about.</summary>
    private const int ItemElements = 2048;

    /// <summary>What is done to the distributions of an axis object.</summary>
    private interface IWork
    {
        /// <param name="axis">The way through the distributions.</param>
        /// <param name="first">The first element, counted from the tensor's.</param>
        /// <param name="position">The first distribution.</param>
        /// <param name="positions">How many there are.</param>
        void Do(in TAxis axis, nint first, nint position, int positions);
    }

    public override string? Refusal(in SoftmaxProblem problem) => TAxis.Refusal(problem);

    public override void Softmax(in SoftmaxProblem problem, float* x, float* y, WorkerPool pool) =>
        Run(problem, new Mapping(x, y, &SoftmaxLoops<TAxis, TSimd>.Softmax), pool);

    public override void LogSoftmax(in SoftmaxProblem problem, float* x, float* y, WorkerPool pool) =>
        Run(problem, new Mapping(x, y, &SoftmaxLoops<TAxis, TSimd>.LogSoftmax), pool);

    public override void SoftmaxGradient(in SoftmaxProblem problem, float* y, float* dy, float* dx, WorkerPool pool) =>
        Run(problem, new Gradient(y, dy, dx, &SoftmaxLoops<TAxis, TSimd>.SoftmaxGradient), pool);

    public override void LogSoftmaxGradient(in SoftmaxProblem problem, float* y, float* dy, float* dx, WorkerPool pool) =>
        Run(problem, new Gradient(y, dy, dx, &SoftmaxLoops<TAxis, TSimd>.LogSoftmaxGradient), pool);

    private protected override void RunCrossEntropy(in SoftmaxProblem problem, in CrossEntropyArguments arguments, WorkerPool pool) =>
        Run(problem, new Entropy(arguments), pool);

    private static void Run<TWork>(in SoftmaxProblem problem, TWork work, WorkerPool pool)
        where TWork : unmanaged, IWork
    {
        int groups = (problem.Inner + TAxis.MostPositions - 1) / TAxis.MostPositions;
        long units = (long)problem.Outer * groups;
        int unitsPerItem = Math.Max(1, ItemElements / problem.Length);
        var job = new Job<TWork> { Problem = problem, Work = work, Groups = groups, Units = units, UnitsPerItem = unitsPerItem };
        pool.Run(checked((int)((units + unitsPerItem - 1) / unitsPerItem)), job);
    }

    private readonly struct Mapping(float* x, float* y, delegate*<in TAxis, float*, float*, void> loop) : IWork
    {
        public void Do(in TAxis axis, nint first, nint position, int positions) => loop(axis, x + first, y + first);
    }

    private readonly struct Gradient(float* y, float* dy, float* dx, delegate*<in TAxis, float*, float*, float*, void> loop) : IWork
    {
        public void Do(in TAxis axis, nint first, nint position, int positions) => loop(axis, y + first, dy + first, dx + first);
    }

    private readonly struct Entropy(CrossEntropyArguments arguments) : IWork
    {
        public void Do(in TAxis axis, nint first, nint position, int positions)
        {
            TSimd scale = TSimd.Broadcast(arguments.GradientScale == null ? 1 : *arguments.GradientScale);
            float* logits = arguments.Logits + first;
            float* losses = arguments.Losses == null ? null : arguments.Losses + position;
            float* logProbabilities = arguments.LogProbabilities == null ? null : arguments.LogProbabilities + first;
            float* gradient = arguments.LogitsGradient == null ? null : arguments.LogitsGradient + first;
            if (arguments.Targets != null)
            {
                SoftmaxLoops<TAxis, TSimd>.CrossEntropyOfTargets(
                    axis, logits, arguments.Targets + first, losses, logProbabilities, gradient, scale);
                return;
            }

            float* classes = stackalloc float[TAxis.MostPositions];
            float* weights = stackalloc float[TAxis.MostPositions];
            for (int i = 0; i < positions; i++)
            {
                long c = arguments.Classes[position + i];
                bool ignored = c == arguments.IgnoredClass;
                classes[i] = ignored ? -1 : c;
                weights[i] = ignored ? 0 : arguments.ClassWeights == null ? 1 : arguments.ClassWeights[c];
            }

            SoftmaxLoops<TAxis, TSimd>.CrossEntropyOfClasses(
                axis, logits, axis.LoadPositions(classes), axis.LoadPositions(weights), losses, logProbabilities, gradient, scale);
        }
    }

    private struct Job<TWork> : IJob
        where TWork : unmanaged, IWork
    {
        public SoftmaxProblem Problem;
        public TWork Work;
        public int Groups;
        public long Units;
        public int UnitsPerItem;

        public readonly void Execute(int index, int worker)
        {
            long from = (long)index * UnitsPerItem;
            long to = Math.Min(Units, from + UnitsPerItem);
            for (long unit = from; unit < to; unit++)
            {
                (long outer, long group) = Math.DivRem(unit, Groups);
                int inner = (int)group * TAxis.MostPositions;
                int positions = Math.Min(TAxis.MostPositions, Problem.Inner - inner);
                nint first = ((nint)outer * Problem.Length * Problem.Inner) + inner;
                Work.Do(TAxis.Create(Problem, positions), first, ((nint)outer * Problem.Inner) + inner, positions);
            }
        }
    }
}
