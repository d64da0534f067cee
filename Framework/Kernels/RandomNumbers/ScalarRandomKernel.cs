using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.RandomNumbers;

/// <summary>One block of four words at a time.</summary>
internal sealed unsafe class ScalarRandomKernel() : RandomKernel(InstructionSet.Scalar)
{
    private const int WordsPerBlock = 4;
    private const int ItemBlocks = 1024;

    public override void Uniform(in RandomProblem problem, float* target, WorkerPool pool) =>
        Run(problem, new UniformSink(target), pool);

    public override void Dropout(in RandomProblem problem, float ratio, float* source, float* target, byte* mask, WorkerPool pool)
    {
        if (!(ratio >= 0 && ratio < 1)) throw new ArgumentOutOfRangeException(nameof(ratio), ratio, "A share from 0 to below 1 can be dropped.");
        Run(problem, new DropoutSink(ratio, source, target, mask), pool);
    }

    private static void Run<TSink>(in RandomProblem problem, TSink sink, WorkerPool pool)
        where TSink : unmanaged, ISink
    {
        const int itemLength = ItemBlocks * WordsPerBlock;
        pool.Run((int)((problem.Count + itemLength - 1) / itemLength), new Job<TSink> { Problem = problem, Sink = sink });
    }

    /// <summary>Where the words go.</summary>
    private interface ISink
    {
        void Put(nint index, uint word);
    }

    private readonly struct UniformSink(float* target) : ISink
    {
        public void Put(nint index, uint word) => target[index] = Philox.ToUnit(word);
    }

    private readonly struct DropoutSink(float ratio, float* source, float* target, byte* mask) : ISink
    {
        private readonly float _scale = 1 / (1 - ratio);

        public void Put(nint index, uint word)
        {
            bool kept = Philox.ToUnit(word) >= ratio;
            target[index] = kept ? source[index] * _scale : 0;
            if (mask != null) mask[index] = kept ? (byte)1 : (byte)0;
        }
    }

    private struct Job<TSink> : IJob
        where TSink : unmanaged, ISink
    {
        public RandomProblem Problem;
        public TSink Sink;

        public readonly void Execute(int index, int worker)
        {
            nint first = (nint)index * ItemBlocks;
            nint last = Math.Min(first + ItemBlocks, (Problem.Count + WordsPerBlock - 1) / WordsPerBlock);
            for (nint block = first; block < last; block++)
            {
                var (w0, w1, w2, w3) = Philox.Block(Problem.Seed, Problem.Stream, (ulong)block);
                nint element = block * WordsPerBlock;
                Sink.Put(element, w0);
                if (element + 1 < Problem.Count) Sink.Put(element + 1, w1);
                if (element + 2 < Problem.Count) Sink.Put(element + 2, w2);
                if (element + 3 < Problem.Count) Sink.Put(element + 3, w3);
            }
        }
    }
}
