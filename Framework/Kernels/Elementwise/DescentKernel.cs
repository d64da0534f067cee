using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Framework.Kernels.Elementwise;

/// <summary>
/// Descent with momentum in one loop: d = g + decay w, where there is decay; v' = share v + d; w' = w - rate v'. What is computed, and how it is rounded, is
/// what the program says; but three streams from memory run side by side, which steps that take turns do not reach.
/// </summary>
internal sealed unsafe class DescentKernel<TSimd>() : ElementwiseKernel($"Descent{TSimd.Set}", TSimd.Set)
    where TSimd : unmanaged, ISimd<TSimd>
{
    /// <summary>Elements that a thread takes at a time.</summary>
    private const int ItemLength = 1 << 15;

    public override string? Refusal(in ElementwiseProblem problem) => Descent.Of(problem) is null ? "it is not descent with momentum." : null;

    public override void Run(ElementwiseProblem problem, ReadOnlySpan<nint> inputs, ReadOnlySpan<nint> outputs, WorkerPool pool)
    {
        CheckCounts(problem, inputs, outputs);
        var descent = Descent.Of(problem)!.Value;
        var job = new Job
        {
            Weights = (float*)inputs[descent.Weights],
            Gradients = (float*)inputs[descent.Gradients],
            Velocity = (float*)inputs[descent.Velocity],
            NewWeights = (float*)outputs[descent.NewWeights],
            NewVelocity = (float*)outputs[descent.NewVelocity],
            Share = descent.Share.In(problem, inputs),
            Rate = descent.Rate.In(problem, inputs),
            Decay = descent.Decay?.In(problem, inputs) ?? 0,
            Decays = descent.Decay is not null,
            Count = problem.Count,
        };
        pool.Run((int)(((long)problem.Count + ItemLength - 1) / ItemLength), job);
        GC.KeepAlive(problem);
    }

    private struct Job : IJob
    {
        public float* Weights;
        public float* Gradients;
        public float* Velocity;
        public float* NewWeights;
        public float* NewVelocity;
        public float Share;
        public float Rate;
        public float Decay;
        public bool Decays;
        public int Count;

        public readonly void Execute(int index, int worker)
        {
            int start = index * ItemLength, count = Math.Min(ItemLength, Count - start);
            if (Decays) Run<Count1>(start, count);
            else Run<Count0>(start, count);
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private readonly void Run<TDecay>(int start, int count)
            where TDecay : ICount
        {
            float* w = Weights + start, g = Gradients + start, v = Velocity + start, newW = NewWeights + start, newV = NewVelocity + start;
            TSimd share = TSimd.Broadcast(Share), rate = TSimd.Broadcast(Rate), decay = TSimd.Broadcast(Decay);
            int i = 0;
            for (; i <= count - TSimd.Width; i += TSimd.Width)
            {
                TSimd weights = TSimd.Load(w + i), step = TSimd.Load(g + i);
                if (TDecay.Value > 0) step += weights * decay;
                TSimd velocity = (TSimd.Load(v + i) * share) + step;
                TSimd.Store(newV + i, velocity);
                TSimd.Store(newW + i, weights - (velocity * rate));
            }

            int rest = count - i;
            if (rest > 0)
            {
                TSimd weights = TSimd.LoadPartial(w + i, rest), step = TSimd.LoadPartial(g + i, rest);
                if (TDecay.Value > 0) step += weights * decay;
                TSimd velocity = (TSimd.LoadPartial(v + i, rest) * share) + step;
                TSimd.StorePartial(newV + i, velocity, rest);
                TSimd.StorePartial(newW + i, weights - (velocity * rate), rest);
            }
        }
    }
}
