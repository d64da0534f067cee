using Framework.Execution;
using Validation.Engines;

namespace Validation.Parity;

/// <summary>What a comparison is to cover.</summary>
public sealed record ParityOptions
{
    /// <summary>The name of the reference in float64, our own interpreter.</summary>
    public const string Float64 = "float64";

    /// <summary>The engines to compare with beside <see cref="Float64"/>.</summary>
    public IReadOnlyList<IEngine> Engines { get; init; } = [];

    /// <summary>Whether there are rows for <see cref="Float64"/>; it is computed in any case.</summary>
    public bool AgainstFloat64 { get; init; } = true;

    /// <summary>Whether every single step is judged.</summary>
    public bool Steps { get; init; } = true;

    /// <summary>What is judged in place of our engine, as a test does; null for our own.</summary>
    public IEngine? Judged { get; init; }

    /// <summary>Which convolution kernels of ours compute.</summary>
    public ConvolutionAlgorithm Algorithm { get; init; }

    /// <summary>How many float64 runs are disturbed, each by other roundings, in any case.</summary>
    public int Disturbances { get; init; } = 3;

    /// <summary>How many are disturbed at most, where our error stands out of those that there are.</summary>
    public int MostDisturbances { get; init; } = 24;

    /// <summary>Threads of ours; 0 takes one for each processor.</summary>
    public int Threads { get; init; }

    /// <summary>Only rows and steps of this name; null takes all.</summary>
    public string? Only { get; init; }

    /// <summary>Seeds the direction of the check of all gradients.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Told what is being done.</summary>
    public Action<string> Progress { get; init; } = _ => { };

    /// <summary>How our sessions run.</summary>
    internal SessionOptions Session => new() { Threads = Threads, Algorithm = Algorithm };
}
