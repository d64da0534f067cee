using System.Diagnostics;
using System.Globalization;
using Benchmarks.Kernels;
using Framework.Kernels;
using Framework.Kernels.Convolution;
using Framework.Kernels.Gemm;
using Framework.Kernels.Machine;
using Framework.Kernels.Simd;
using Framework.Threading;

namespace Benchmarks;

/// <summary>
/// What share of the processor's own limits single kernels reach, over networks' layers, as tables in Markdown. The limit is measured before and behind
/// each run of a kernel and the share is of their mean, so that a shared machine's changes of speed cancel; medians over rounds.
/// </summary>
internal static class KernelShares
{
    // Enough for a median, and short enough to be repeated.
    private const int Rounds = 15;

    // A kernel is repeated until it takes about as long as the probe, so that one hiccup weighs the same in both.
    private const double SecondsOfRun = 0.5e-3;

    internal const int TrainingBatch = 8;

    /// <param name="threads">Threads of the kernels and of the probe.</param>
    /// <param name="part">What the names of the families to measure contain.</param>
    public static void Print(int threads, string part)
    {
        using var pool = new WorkerPool(threads);
        using var probe = MachineProbe.Of(pool, InstructionSet.Best);
        var set = InstructionSet.Best;
        Console.WriteLine($"{set}, {threads} threads; share of the multiply-adds' peak: beside the kernel, median of {Rounds} rounds; and best over best");
        var medians = new List<(string Family, Share Median)>();
        Table("direct 3x3, N=1", Layer.ThreeByThree, l => Forward(l, set, pool));
        Table("direct 3x3 halving, N=1", Layer.ThreeByThreeHalving, l => Forward(l, set, pool));
        Table("direct 1x1, N=1", Layer.OneByOne, l => Forward(l, set, pool));

        // VGG's first two layers, 8 images of 64 and 128 channels at 224x224 and 112x112, take nearly as long as all the others together.
        Layer[] training = [.. Layer.ThreeByThree.Skip(2).Concat(Layer.ThreeByThreeHalving).Select(l => l.WithBatch(TrainingBatch))];
        Layer[] training1 = [.. Layer.OneByOne.Select(l => l.WithBatch(TrainingBatch))];
        Table($"weight gradient 3x3, N={TrainingBatch}", training, WeightGradient, MultiplyAddsWithinInput);
        Table($"weight gradient 1x1, N={TrainingBatch}", training1, WeightGradient, MultiplyAddsWithinInput);
        Table($"input gradient 3x3, N={TrainingBatch}", training, l => new PreparedInputGradient(First<InputGradientKernel>(ConvolutionInputGradient.List, l.Problem, set), l.Problem, pool));
        Table($"input gradient 1x1, N={TrainingBatch}", training1, l => new PreparedInputGradient(First<InputGradientKernel>(ConvolutionInputGradient.List, l.Problem, set), l.Problem, pool));
        const string Vector = "GEMV, of the read bandwidth";
        if (Vector.Contains(part, StringComparison.Ordinal)) medians.Add((Vector, MatrixTimesVector(pool, probe, set)));

        Console.WriteLine("\n| medians over the layers | side by side | best over best |\n|---|---|---|");
        foreach (var (family, median) in medians) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {family} | {median.Paired:P1} | {median.Best:P1} |"));

        PreparedWeightGradient WeightGradient(Layer layer) =>
            new(First<WeightGradientKernel>(ConvolutionWeightGradient.List, layer.Problem, set), layer.Problem, pool);

        void Table(string family, IReadOnlyList<Layer> layers, Func<Layer, IPrepared> prepare, Func<ConvolutionProblem, long>? multiplyAdds = null)
        {
            if (!family.Contains(part, StringComparison.Ordinal)) return;
            Console.WriteLine($"\n| {family} | side by side | best over best |\n|---|---|---|");
            medians.Add((family, Median([.. layers.Select(Row)])));

            Share Row(Layer layer)
            {
                using var prepared = prepare(layer);
                return Show(layer.Name, Shares(prepared, 2.0 * (multiplyAdds?.Invoke(layer.Problem) ?? layer.Problem.MultiplyAdds), probe.Flops));
            }
        }
    }

    // Weight gradients pass over the taps that meet the padding, which are not to count as work then; the other kernels multiply its zeros.
    private static long MultiplyAddsWithinInput(ConvolutionProblem p) =>
        (long)p.Batch * p.InputChannelsOfGroup * p.OutputChannels
        * Meetings(p.Input.Height, p.Output.Height, p.Kernel.Height, p.Stride.Height, p.Dilation.Height, p.PadBegin.Height)
        * Meetings(p.Input.Width, p.Output.Width, p.Kernel.Width, p.Stride.Width, p.Dilation.Width, p.PadBegin.Width);

    // Pairs of a tap and an output, along an axis, that meet the input.
    private static long Meetings(int input, int output, int kernel, int stride, int dilation, int pad) => (
        from tap in Enumerable.Range(0, kernel)
        from place in Enumerable.Range(0, output)
        let at = (place * stride) + (tap * dilation) - pad
        where at >= 0 && at < input
        select at).LongCount();

    private static PreparedForward Forward(Layer layer, InstructionSet set, WorkerPool pool) =>
        new(First<ForwardKernel>(ConvolutionForward.List, layer.Problem, set), layer.Problem, pool);

    private static TKernel First<TKernel>(IReadOnlyList<TKernel> list, in ConvolutionProblem problem, InstructionSet set)
        where TKernel : IKernel<ConvolutionProblem> => list.Select(problem, set);

    private static Share MatrixTimesVector(WorkerPool pool, MachineProbe probe, InstructionSet set)
    {
        Console.WriteLine("\n| matrix times vector, of the read bandwidth | side by side | best over best |\n|---|---|---|");
        (string Name, int Depth, int Columns)[] layers = [("VGG fc6", 25088, 4096), ("AlexNet fc6", 9216, 4096), ("AlexNet fc7", 4096, 4096)];
        return Median([.. layers.Select(l =>
        {
            var problem = new GemmProblem(1, l.Columns, l.Depth, transposeB: true);
            using var prepared = new PreparedProduct(GemmKernels.List.Select(problem, set), problem, pool);
            return Show(l.Name, Shares(prepared, (double)l.Depth * l.Columns * sizeof(float), probe.ReadBytes));
        })]);
    }

    private static Share Shares(IPrepared prepared, double work, Func<double> limit)
    {
        prepared.Run();
        _ = limit();
        int runs = Math.Max(1, (int)(SecondsOfRun / Seconds(prepared, 1)));
        var shares = new double[Rounds];
        double before = limit(), bestLimit = before, bestRate = 0;
        for (int round = 0; round < Rounds; round++)
        {
            double rate = work * runs / Seconds(prepared, runs);
            double behind = limit();
            shares[round] = rate / ((before + behind) / 2);
            (bestLimit, bestRate) = (Math.Max(bestLimit, behind), Math.Max(bestRate, rate));
            before = behind;
        }

        return new Share(Median(shares), bestRate / bestLimit);
    }

    private static double Seconds(IPrepared prepared, int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++) prepared.Run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static Share Show(string name, Share share)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {share.Paired:P0} | {share.Best:P0} |"));
        return share;
    }

    private static Share Median(Share[] shares) => new(Median([.. shares.Select(s => s.Paired)]), Median([.. shares.Select(s => s.Best)]));

    /// <summary>The number in the middle, or the mean of the two there; sorts them.</summary>
    internal static double Median(double[] numbers)
    {
        Array.Sort(numbers);
        return (numbers[(numbers.Length - 1) / 2] + numbers[numbers.Length / 2]) / 2;
    }

    /// <summary>What part of a limit was reached.</summary>
    /// <param name="Paired">Of the limit just before and behind, the median over rounds.</param>
    /// <param name="Best">The best round's rate over the best limit seen.</param>
    private readonly record struct Share(double Paired, double Best);
}
