using System.Diagnostics;
using System.Globalization;
using Benchmarks.Kernels;
using Framework.Kernels;
using Framework.Kernels.Convolution;
using Framework.Kernels.Machine;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Lowering;
using Framework.Threading;

namespace Benchmarks;

/// <summary>
/// Whether the cost model's choice between direct and Winograd kernels is the faster one, over networks' 3x3 layers, as tables in Markdown: what
/// judges the model's constants on the machine at hand, for weights that are packed before. Before each run of a kernel the caches are swept, so that weights and activations
/// are as cold as a layer finds them in a network that does not fit there.
/// </summary>
internal static class ColdCosts
{
    private const int Rounds = 9;

    private static readonly TimeSpan s_warmUp = TimeSpan.FromMilliseconds(200);

    /// <param name="threads">Threads of the kernels.</param>
    public static void Print(int threads)
    {
        using var pool = new WorkerPool(threads);
        var set = InstructionSet.Best;
        using var probe = MachineProbe.Of(pool, set);
        Console.WriteLine($"{set}, {threads} threads; microseconds with cold caches, medians of {Rounds} rounds by turns");
        foreach (int batch in (int[])[1, KernelShares.TrainingBatch])
        {
            Table($"forward, N={batch}", batch, ConvolutionForward.List, WinogradKernels.Forward,
                (k, p) => ConvolutionCost.Pass(p, k, p.Output, packed: true), (k, p) => new PreparedForward(k, p, pool));
        }

        Table($"input gradient, N={KernelShares.TrainingBatch}", KernelShares.TrainingBatch, ConvolutionInputGradient.List, WinogradKernels.InputGradient,
            (k, p) => ConvolutionCost.Pass(p, k, p.Input, packed: true), (k, p) => new PreparedInputGradient(k, p, pool));
        Table($"weight gradient, N={KernelShares.TrainingBatch}", KernelShares.TrainingBatch, ConvolutionWeightGradient.List, WinogradKernels.WeightGradient,
            (k, p) => ConvolutionCost.WeightGradient(p, k), (k, p) => new PreparedWeightGradient(k, p, pool));

        void Table<TKernel>(
            string family, int batch, IReadOnlyList<TKernel> directs, IReadOnlyList<TKernel> winograds,
            Func<TKernel, ConvolutionProblem, double> cost, Func<TKernel, ConvolutionProblem, IPrepared> prepare)
            where TKernel : ConvolutionKernel
        {
            Console.WriteLine($"\n| {family} | direct | Winograd | measured ratio | expected ratio | lost by the choice |\n|---|---|---|---|---|---|");
            foreach (var layer in Layer.ThreeByThree.Select(l => l.WithBatch(batch)))
            {
                var problem = layer.Problem;
                var direct = directs.Select(problem, set);
                var winograd = winograds.Where(k => k.Set == set && k is IMinimalFiltering { Tile: < 6 } && k.Refusal(problem) is null).MinBy(k => cost(k, problem))!;
                using IPrepared first = prepare(direct, problem), second = prepare(winograd, problem);
                var (plain, filtered) = ByTurns(first, second, probe);
                double measured = plain / filtered, expected = cost(direct, problem) / cost(winograd, problem);
                double lost = (expected > 1 ? filtered / plain : plain / filtered) - 1;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"| {layer.Name} | {plain:F0} | {filtered:F0} | {measured:F2} | {expected:F2} | {Math.Max(0, lost):P0} |"));
            }
        }
    }

    private static (double First, double Second) ByTurns(IPrepared first, IPrepared second, MachineProbe probe)
    {
        WarmUp(first);
        WarmUp(second);
        double[] times = new double[Rounds], timesOfSecond = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            times[round] = Cold(first, probe);
            timesOfSecond[round] = Cold(second, probe);
        }

        return (KernelShares.Median(times), KernelShares.Median(timesOfSecond));
    }

    // Until what is compiled at first, and then again, has been.
    private static void WarmUp(IPrepared prepared)
    {
        long start = Stopwatch.GetTimestamp();
        do prepared.Run();
        while (Stopwatch.GetElapsedTime(start) < s_warmUp);
    }

    private static double Cold(IPrepared prepared, MachineProbe probe)
    {
        // Reads far more than the caches hold.
        _ = probe.ReadBytes();
        long start = Stopwatch.GetTimestamp();
        prepared.Run();
        return Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }
}
