using Framework.Threading;

namespace Framework.Kernels.Convolution;

/// <summary>
/// Groups of few channels seen as fewer groups that fill blocks: weights between channels that were in different groups are zeros. So many more products
/// are made as groups are joined, but by whole vectors.
/// </summary>
internal static unsafe class JoinedGroups
{
    /// <summary>
    /// Groups of few channels that are joined at most. Of groups of one channel to two, 16 joined take a third of the time of products of small matrices, so that
    /// those are about as fast beyond.
    /// </summary>
    private const int Most = 48;

    /// <summary>The same of groups that are as wide as a vector.</summary>
    private const int MostOfWide = 2;

    /// <summary>Why groups are not joined; null where they are.</summary>
    public static string? Refusal(in ConvolutionProblem problem, int lanes)
    {
        if (problem.Groups == 1) return "it has one group.";
        int count = Count(problem, lanes);
        if (count == 1) return "its groups fill blocks as they are.";
        if (count > MostOfWide && Math.Min(problem.InputChannelsOfGroup, problem.OutputChannelsOfGroup) >= lanes)
            return $"{count} groups would have to be joined, and each is wide enough for a product of matrices.";
        if (count > Most) return $"{count} groups would have to be joined to fill blocks of {lanes}, more than {Most}.";
        return DirectRefusal.Of(Joined(problem, lanes), lanes);
    }

    /// <summary>The problem with groups joined.</summary>
    public static ConvolutionProblem Joined(in ConvolutionProblem problem, int lanes) => problem with { Groups = problem.Groups / Count(problem, lanes) };

    /// <summary>Floats of weights packed by a kernel that takes the joined groups, and of those that they are packed from, behind them.</summary>
    public static nint PackedFloats(WeightReadingKernel kernel, in ConvolutionProblem problem, int lanes)
    {
        var joined = Joined(problem, lanes);
        return kernel.PackedWeightFloats(joined) + joined.WeightCount;
    }

    /// <summary>Packs weights for a kernel that takes the joined groups.</summary>
    public static void Pack(WeightReadingKernel kernel, in ConvolutionProblem problem, int lanes, float* weights, float* packed, WorkerPool pool)
    {
        var joined = Joined(problem, lanes);
        float* spread = packed + kernel.PackedWeightFloats(joined);
        pool.Run(problem.OutputChannels, new Rows(problem, Count(problem, lanes)) { Weights = weights, Joined = spread, Spreads = true });
        kernel.PackWeights(joined, spread, packed, pool);
    }

    /// <summary>Reads, of the weights' gradient of the joined groups, that of weights that there are.</summary>
    public static void Gather(in ConvolutionProblem problem, int lanes, float* joined, float* weights, WorkerPool pool) =>
        pool.Run(problem.OutputChannels, new Rows(problem, Count(problem, lanes)) { Weights = weights, Joined = joined });

    // The fewest that fill blocks on either side, or all.
    private static int Count(in ConvolutionProblem problem, int lanes)
    {
        for (int count = 1; count < problem.Groups; count++)
        {
            bool fills = count * problem.InputChannelsOfGroup % lanes == 0 && count * problem.OutputChannelsOfGroup % lanes == 0;
            if (fills && problem.Groups % count == 0) return count;
        }

        return problem.Groups;
    }

    /// <summary>An item is the filter of an output channel: a row of [input channels of the group][taps].</summary>
    private struct Rows(in ConvolutionProblem problem, int count) : IJob
    {
        private readonly int _length = problem.InputChannelsOfGroup * problem.Taps;
        private readonly int _channels = problem.OutputChannelsOfGroup;
        private readonly int _count = count;

        public float* Weights;
        public float* Joined;
        public bool Spreads;

        public readonly void Execute(int index, int worker)
        {
            int place = index / _channels % _count * _length;
            var row = new Span<float>(Weights + ((nint)index * _length), _length);
            var joined = new Span<float>(Joined + ((nint)index * _count * _length), _count * _length);
            if (!Spreads)
            {
                joined.Slice(place, _length).CopyTo(row);
                return;
            }

            joined.Clear();
            row.CopyTo(joined[place..]);
        }
    }
}
