using Framework.Kernels.Machine;
using Validation.Benchmarks;

namespace Cli.Plumbing;

/// <summary>
/// The figures of <c>cnn bench</c>; times in milliseconds a run. Operations are those of the textbook, bytes those of each step's operands, once: what
/// comes from a cache counts too.
/// </summary>
internal sealed record BenchFigures(
    string Model,
    string Mode,
    int Batch,
    int Threads,
    int Rounds,
    Spread OursMs,
    long AllocatedBytesPerRun,
    double PeakRssMb,
    double LoadMs,
    double ImagesPerSecond,
    double Gflops,
    double GbPerSecond,
    MachineFigures Machine,
    IReadOnlyList<OpponentFigures> Against);

/// <summary>What the machine can do at most with so many threads.</summary>
internal sealed record MachineFigures(string InstructionSet, double PeakGflops, double ReadGbPerSecond)
{
    public static MachineFigures Of(MachineLimits limits) => new($"{limits.InstructionSet}", limits.Flops / 1e9, limits.ReadBytes / 1e9);
}

/// <summary>Another engine's figures. Ratios are its time over ours, round by round: above 1 ours is faster.</summary>
internal sealed record OpponentFigures(string Engine, string Version, Spread Ms, double LoadMs, double PeakRssMb, Spread Ratio);
