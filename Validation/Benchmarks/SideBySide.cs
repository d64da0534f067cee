using System.Diagnostics;

namespace Validation.Benchmarks;

/// <summary>Times of several engines taken by turns in one process, so that whatever slows the machine slows them all.</summary>
/// <remarks>
/// Before each turn the process rests until the threads of the engine before have stopped spinning, which they do for a while after each run and which
/// would take a core from the next; then a run that is not timed brings the weights back into the caches. Before the first round each engine runs
/// until what compiles, allocates or measures itself at first has done so.
/// </remarks>
public static class SideBySide
{
    /// <summary>A measurement is made of so many runs that it takes at least this long.</summary>
    private const double LeastMilliseconds = 100;

    /// <summary>How long an engine runs before the first round.</summary>
    private const double WarmUpMilliseconds = 1500;

    private const int WarmUpRuns = 3;

    /// <summary>Longer than any engine's threads spin.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMilliseconds(50);

    /// <summary>Times the contenders.</summary>
    /// <param name="contenders">The engines; the order in which they take their turn changes from round to round.</param>
    /// <param name="rounds">How often each is measured.</param>
    /// <returns>Milliseconds a run, for each contender and round.</returns>
    public static double[][] Measure(IReadOnlyList<IContender> contenders, int rounds)
    {
        int[] runs = [.. contenders.Select(RunsFor)];
        double[][] times = [.. contenders.Select(_ => new double[rounds])];
        for (int round = 0; round < rounds; round++)
        {
            for (int turn = 0; turn < contenders.Count; turn++)
            {
                int i = (turn + round) % contenders.Count;
                Thread.Sleep(s_rest);
                contenders[i].Run();
                times[i][round] = Milliseconds(contenders[i], runs[i]) / runs[i];
            }
        }

        return times;
    }

    /// <summary>Bytes that a run allocates on the managed heap, over all threads.</summary>
    public static long AllocatedBytes(IContender contender)
    {
        // What other threads allocate meanwhile is not the run's: the least of a few.
        long least = long.MaxValue;
        for (int i = 0; i < WarmUpRuns; i++)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            contender.Run();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    }

    private static int RunsFor(IContender contender)
    {
        double least = double.MaxValue, passed = 0;
        for (int i = 0; i < WarmUpRuns || passed < WarmUpMilliseconds; i++)
        {
            double milliseconds = Milliseconds(contender, 1);
            least = Math.Min(least, milliseconds);
            passed += milliseconds;
        }

        return (int)Math.Ceiling(LeastMilliseconds / Math.Max(least, LeastMilliseconds / 1000));
    }

    private static double Milliseconds(IContender contender, int runs)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < runs; i++) contender.Run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
