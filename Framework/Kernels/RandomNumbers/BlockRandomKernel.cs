using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Kernels.RandomNumbers;

/// <summary>Fills tiles with words, then makes of them what is wanted.</summary>
internal sealed unsafe class BlockRandomKernel<TBlocks, TSimd>() : RandomKernel(TSimd.Set)
    where TBlocks : IBlockSource
    where TSimd : unmanaged, ISimd<TSimd>
{
    private const int WordsPerBlock = 4;
    private const int TileBlocks = 256;
    private const int TileLength = TileBlocks * WordsPerBlock;
    private const int TilesPerItem = 4;

    /// <summary>What becomes of words.</summary>
    private interface ISink
    {
        /// <summary>Puts elements from <paramref name="index"/> on; uniform numbers come as a tile.</summary>
        void Put(nint index, float* uniform, int count);
    }

    public override string? Refusal(in RandomProblem problem) =>
        TBlocks.IsSupported ? null : "The processor lacks the multiplication of 32-bit lanes to 64 bits.";

    public override void Uniform(in RandomProblem problem, float* target, WorkerPool pool) =>
        Run(problem, new UniformSink(target), pool);

    private protected override void RunDropout(
        in RandomProblem problem, float ratio, float* source, float* target, byte* mask, WorkerPool pool) =>
        Run(problem, new DropoutSink(ratio, source, target, mask), pool);

    private static void Run<TSink>(in RandomProblem problem, TSink sink, WorkerPool pool)
        where TSink : unmanaged, ISink
    {
        const int itemLength = TilesPerItem * TileLength;
        pool.Run(checked((int)((problem.Count + itemLength - 1) / itemLength)), new Job<TSink> { Problem = problem, Sink = sink });
    }

    private readonly struct UniformSink(float* target) : ISink
    {
        public void Put(nint index, float* uniform, int count) =>
            Unsafe.CopyBlock(target + index, uniform, (uint)count * sizeof(float));
    }

    private readonly struct DropoutSink(float ratio, float* source, float* target, byte* mask) : ISink
    {
        private readonly float _scale = 1 / (1 - ratio);

        [MethodImpl(MethodImplOptions.NoInlining)]
        public void Put(nint index, float* uniform, int count)
        {
            TSimd ratios = TSimd.Broadcast(ratio), scales = TSimd.Broadcast(_scale);
            for (int i = 0; i < count; i += TSimd.Width)
            {
                int lanes = Math.Min(TSimd.Width, count - i);
                TSimd kept = TSimd.LessThanOrEqual(ratios, TSimd.Load(uniform + i));
                if (lanes == TSimd.Width) TSimd.Store(target + index + i, kept & (TSimd.Load(source + index + i) * scales));
                else TSimd.StorePartial(target + index + i, kept & (TSimd.LoadPartial(source + index + i, lanes) * scales), lanes);
            }

            if (mask == null) return;
            for (int i = 0; i < count; i++) mask[index + i] = uniform[i] >= ratio ? (byte)1 : (byte)0;
        }
    }

    private struct Job<TSink> : IJob
        where TSink : unmanaged, ISink
    {
        public RandomProblem Problem;
        public TSink Sink;

        [SkipLocalsInit]
        public readonly void Execute(int index, int worker)
        {
            uint* words = stackalloc uint[TileLength];
            nint from = (nint)index * TilesPerItem * TileLength;
            nint to = Math.Min(Problem.Count, from + (TilesPerItem * TileLength));
            for (; from < to; from += TileLength)
            {
                int count = (int)Math.Min(TileLength, to - from);
                int blocks = (count + (IBlockSource.Multiple * WordsPerBlock) - 1) / (IBlockSource.Multiple * WordsPerBlock) * IBlockSource.Multiple;
                TBlocks.Fill(Problem.Seed, Problem.Stream, (ulong)from / WordsPerBlock, blocks, words);
                ToUnit((float*)words, blocks * WordsPerBlock);
                Sink.Put(from, (float*)words, count);
            }
        }

        /// <summary>Words to floats from 0 to below 1, in place: <see cref="Philox.ToUnit"/> for vectors.</summary>
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void ToUnit(float* words, int count)
        {
            TSimd mask = TSimd.BroadcastInteger((1 << Philox.UnitBits) - 1), unit = TSimd.Broadcast(Philox.Unit);
            for (int i = 0; i < count; i += TSimd.Width)
            {
                TSimd upper = TSimd.ShiftRight(TSimd.Load(words + i), 32 - Philox.UnitBits) & mask;
                TSimd.Store(words + i, TSimd.FromInteger(upper) * unit);
            }
        }
    }
}
