using System.Diagnostics;
using System.Globalization;

namespace Validation.Benchmarks;

/// <summary>What an engine costs that has a process to itself.</summary>
/// <param name="LoadMs">Milliseconds from the file to the first result.</param>
/// <param name="PeakRssMb">The most memory that the process held at once, after a few runs, in units of 10^6 bytes.</param>
public sealed record Alone(double LoadMs, double PeakRssMb)
{
    // The first runs may still take memory.
    private const int Runs = 3;

    /// <summary>Measures; to be called in a process that has done nothing else.</summary>
    /// <param name="open">Loads the file into the engine and runs it once.</param>
    public static Alone Measure(Func<IContender> open)
    {
        long start = Stopwatch.GetTimestamp();
        using var contender = open();
        double load = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        for (int i = 0; i < Runs; i++) contender.Run();
        return new Alone(load, PeakBytes() / 1e6);
    }

    /// <summary>The medians of some measurements.</summary>
    public static Alone Median(IReadOnlyCollection<Alone> measured) =>
        new(Spread.Of([.. measured.Select(m => m.LoadMs)]).Median, Spread.Of([.. measured.Select(m => m.PeakRssMb)]).Median);

    // .NET's own figure is the present one on Linux, not the highest.
    private static double PeakBytes()
    {
        const string status = "/proc/self/status", field = "VmHWM:";
        if (!File.Exists(status)) return Process.GetCurrentProcess().PeakWorkingSet64;
        string line = File.ReadLines(status).First(l => l.StartsWith(field, StringComparison.Ordinal));
        return 1024.0 * long.Parse(line[field.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
