using Framework.Data;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;
using static Framework.Operators.ValueOperators;

namespace Framework.Tests.Training;

/// <summary>A network of all kinds of state (weights, running statistics, dropout's counter) that trains within milliseconds.</summary>
internal sealed class SmallNetwork : Module
{
    private readonly Conv2d _conv;
    private readonly BatchNorm2d _bn;
    private readonly Dropout _dropout;
    private readonly Linear _fc;

    public SmallNetwork()
    {
        _conv = Add("conv", new Conv2d(1, 2, kernel: 3));
        _bn = Add("bn", new BatchNorm2d(2));
        _dropout = Add("dropout", new Dropout(0.25f));
        _fc = Add("fc", new Linear(2 * 2 * 2, 3));
    }

    public override SymbolicShape InputShape => ["N", 1, 4, 4];

    public override Value Forward(Value x) => _fc.Forward(_dropout.Forward(_bn.Forward(_conv.Forward(x)).Relu().Flatten()));

    public static Graph Traced() => new SmallNetwork().Initialize(3).Trace();
}

/// <summary>Random images, learnable by heart only.</summary>
internal sealed class Noise(int count) : IDataset
{
    public int Count => count;

    public Shape SampleShape { get; } = [1, 4, 4];

    public IReadOnlyList<string> ClassNames { get; } = ["a", "b", "c"];

    public ChannelStatistics? Statistics => null;

    public int Read(int index, Span<float> sample)
    {
        var random = new CounterRandom(5, index);
        foreach (ref float value in sample) value = (float)random.NextNormal();
        return index % 3;
    }
}

/// <summary>What a run leaves.</summary>
internal static class SmallRun
{
    public static TrainerOptions Options { get; } = new()
    {
        Epochs = 3,
        BatchSize = 5,
        Seed = 4,
        Prefetch = 0,
        Threads = 1,
        Optimizer = new Adam(weightDecay: 0.01f) { SparesVectors = true },
        Schedule = Schedule.OneCycle(0.01f),
        Average = WeightAverage.Exponential(0.9f),
        Clipping = GradientClipping.ByNorm(1),
    };

    public static byte[] Weights(Trainer trainer) => [.. trainer.Network.Initializers.SelectMany(p => p.Data.AsBytes().ToArray())];

    public static byte[] State(Trainer trainer) =>
        [.. trainer.Capture().Tensors.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => t.Value.AsBytes().ToArray())];
}
