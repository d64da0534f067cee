using Framework.Data;
using Framework.Data.Transforms;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Cli.Runs;

/// <summary>How a network is trained where no recipe says it.</summary>
internal sealed record TrainingSettings
{
    public int Epochs { get; init; } = 10;

    public int Batch { get; init; } = 64;

    public string Optimizer { get; init; } = "sgd";

    public float Rate { get; init; } = 0.01f;

    public float Momentum { get; init; } = 0.9f;

    public float WeightDecay { get; init; } = 5e-4f;

    public string Schedule { get; init; } = "cosine";

    public long Seed { get; init; } = 1;

    public int Threads { get; init; }

    /// <summary>The optimizers that have names.</summary>
    public static IReadOnlyDictionary<string, Func<TrainingSettings, Optimizer>> Optimizers { get; } = new Dictionary<string, Func<TrainingSettings, Optimizer>>
    {
        ["sgd"] = s => new Sgd(s.Momentum, s.WeightDecay),
        ["nesterov"] = s => new Sgd(s.Momentum, s.WeightDecay) { Nesterov = true },
        ["adam"] = s => new Adam(weightDecay: s.WeightDecay),
        ["adamw"] = s => new AdamW(weightDecay: s.WeightDecay) { SparesVectors = true },
        ["rmsprop"] = s => new RmsProp(momentum: s.Momentum, weightDecay: s.WeightDecay),
        ["adagrad"] = s => new Adagrad(weightDecay: s.WeightDecay),
        ["lars"] = s => new Lars(s.Momentum, s.WeightDecay),
    };

    /// <summary>The schedules that have names.</summary>
    public static IReadOnlyDictionary<string, Func<TrainingSettings, Schedule>> Schedules { get; } = new Dictionary<string, Func<TrainingSettings, Schedule>>
    {
        ["cosine"] = s => Framework.Training.Schedules.Schedule.Cosine(s.Rate),
        ["constant"] = s => Framework.Training.Schedules.Schedule.Constant(s.Rate),
        ["step"] = s => Framework.Training.Schedules.Schedule.Step(s.Rate, Math.Max(1, s.Epochs / 3)),
        ["exponential"] = s => Framework.Training.Schedules.Schedule.Exponential(s.Rate, MathF.Pow(0.01f, 1f / s.Epochs)),
        ["restarts"] = s => Framework.Training.Schedules.Schedule.CosineWithRestarts(s.Rate, epochs: 1, growth: 2),
        ["one-cycle"] = s => Framework.Training.Schedules.Schedule.OneCycle(s.Rate),
        ["plateau"] = s => Framework.Training.Schedules.Schedule.OnPlateau(s.Rate, patience: 2),
    };

    /// <summary>What serves a network well; a file that is trained further gets the settings for anything unknown.</summary>
    public static TrainingSettings DefaultsOf(string model, string optimizer = "sgd")
    {
        TrainingSettings usual = model switch
        {
            "softmax" => new() { Rate = 0.02f, WeightDecay = 1e-4f },
            "lenet5" => new() { Batch = 32, WeightDecay = 1e-3f },
            _ => new(),
        };
        return optimizer switch
        {
            "sgd" or "nesterov" => usual,
            "adamw" => usual with { Rate = 1e-3f, WeightDecay = 0.01f },
            "lars" => usual with { Rate = 5 },
            _ => usual with { Rate = 1e-3f, Momentum = 0 },
        };
    }

    /// <summary>What the plan says, and for the rest what serves the network well.</summary>
    public static TrainingSettings Of(RunPlan plan, int threads)
    {
        string optimizer = plan.Optimizer ?? "sgd";
        var usual = DefaultsOf(plan.Model!, optimizer);
        return new TrainingSettings
        {
            Epochs = plan.Epochs ?? usual.Epochs,
            Batch = plan.Batch ?? usual.Batch,
            Optimizer = optimizer,
            Rate = plan.Lr ?? usual.Rate,
            Momentum = plan.Momentum ?? usual.Momentum,
            WeightDecay = plan.WeightDecay ?? usual.WeightDecay,
            Schedule = plan.Schedule ?? usual.Schedule,
            Seed = plan.Seed,
            Threads = threads,
        };
    }

    /// <summary>The trainer's options, with images normalised by the given statistics.</summary>
    public TrainerOptions ToOptions(ChannelStatistics normalization) => new()
    {
        Epochs = Epochs,
        BatchSize = Batch,
        Seed = Seed,
        Threads = Threads,
        Optimizer = Optimizers[Optimizer](this),
        Schedule = Schedules[Schedule](this),
        TrainTransforms = [new Normalize(normalization)],
        TestTransforms = [new Normalize(normalization)],
    };
}
