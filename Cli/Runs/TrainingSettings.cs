using Cli.Plumbing;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Runs;

/// <summary>How a network is trained.</summary>
internal sealed record TrainingSettings
{
    public int Epochs { get; init; } = 10;

    public int Batch { get; init; } = 64;

    public float Rate { get; init; } = 0.01f;

    public float Momentum { get; init; } = 0.9f;

    public float WeightDecay { get; init; } = 5e-4f;

    public string Schedule { get; init; } = Cosine;

    public long Seed { get; init; } = 1;

    public int Threads { get; init; }

    public const string Cosine = "cosine";

    public const string Constant = "constant";

    /// <summary>What serves a network well; a file that is trained further gets the settings for anything unknown.</summary>
    public static TrainingSettings DefaultsOf(string model) => model switch
    {
        "softmax" => new() { Rate = 0.02f, WeightDecay = 1e-4f },
        "lenet5" => new() { Batch = 32, WeightDecay = 1e-3f },
        _ => new(),
    };

    /// <summary>The trainer's options, with images normalised by the given statistics.</summary>
    public TrainerOptions ToOptions(ChannelStatistics normalization) => new()
    {
        Epochs = Epochs,
        BatchSize = Batch,
        Seed = Seed,
        Threads = Threads,
        Optimizer = new Sgd(Momentum, WeightDecay),
        Schedule = Schedule == Constant ? Framework.Training.Schedules.Schedule.Constant(Rate) : Framework.Training.Schedules.Schedule.Cosine(Rate),
        TrainTransforms = [new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };

    public SettingsFigures ToFigures() => new(Epochs, Batch, "sgd", Rate, Momentum, WeightDecay, Schedule, Seed);
}
