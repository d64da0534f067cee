using Framework.Data;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Schedules;
using static Framework.Operators.ValueOperators;

namespace Framework.Tests.Training;

public sealed class TrainerStatisticsTests
{
    [Fact]
    public void Training_carries_statistics_from_step_to_step_into_the_network_that_it_gives()
    {
        var options = new TrainerOptions { BatchSize = 4, Epochs = 3, Schedule = Schedule.Constant(0), Prefetch = 0 };
        using var trainer = new Trainer(new Normalized(heads: false).Trace(), options);

        trainer.Fit(new Constants());

        // Every batch is of fours: mean 4, variance 0; three steps of a tenth each.
        var state = trainer.Network.Initializers.ToDictionary(i => i.Name, i => i.Data.ToArray<float>()[0]);
        ((double)state["bn.running_mean"]).Should().BeApproximately(4 * (1 - (0.9f * 0.9f * 0.9f)), Rounding.OfSingle(10, magnitude: 4));
        ((double)state["bn.running_var"]).Should().BeApproximately(0.9f * 0.9f * 0.9f, Rounding.OfSingle(10, magnitude: 1));
    }

    [Fact]
    public void Evaluation_uses_the_statistics_so_far()
    {
        var network = new Normalized(heads: false).Trace();
        using var trainer = new Trainer(network, new TrainerOptions { BatchSize = 4, Epochs = 1, Schedule = Schedule.Constant(0), Prefetch = 0 });
        double before = trainer.Evaluate(new Constants()).Loss;
        trainer.Fit(new Constants());

        trainer.Evaluate(new Constants()).Loss.Should().NotBe(before);
        using var session = new Framework.Execution.Session(trainer.Network);
        Evaluator.Evaluate(session, new Constants()).Loss.Should().Be(trainer.Evaluate(new Constants()).Loss);
    }

    [Fact]
    public void A_network_with_auxiliary_heads_trains_and_is_evaluated_by_its_first_output()
    {
        var network = new Normalized(heads: true).TraceAll();
        using var trainer = new Trainer(network, new TrainerOptions { BatchSize = 2, Epochs = 1, Prefetch = 0 });

        var result = trainer.Fit(new Constants());

        result[0].Loss.Should().BeGreaterThan(0);
        trainer.Network.Outputs.Select(o => o.Name).Should().Equal("output", "aux1");
        trainer.Evaluate(new Constants()).Images.Should().Be(4);
    }

    private sealed class Constants : IDataset
    {
        public int Count => 4;

        public Shape SampleShape { get; } = [1, 1, 2];

        public IReadOnlyList<string> ClassNames { get; } = ["a", "b"];

        public ChannelStatistics? Statistics => null;

        public int Read(int index, Span<float> sample)
        {
            sample.Fill(4);
            return index % 2;
        }
    }

    private sealed class Normalized : Module
    {
        private readonly BatchNorm2d _bn;
        private readonly Dropout _dropout;
        private readonly Linear _fc;
        private readonly Linear? _aux;

        public Normalized(bool heads)
        {
            _bn = Add("bn", new BatchNorm2d(1));
            _dropout = Add("dropout", new Dropout(0.25f));
            _fc = Add("fc", new Linear(2, 2));
            _aux = heads ? Add("aux", new Linear(2, 2)) : null;
        }

        public override SymbolicShape InputShape => ["N", 1, 1, 2];

        public override Value Forward(Value x) => ForwardAll(x)[0];

        public override IReadOnlyList<Value> ForwardAll(Value x)
        {
            x = _dropout.Forward(_bn.Forward(x).Flatten());
            return _aux is null ? [_fc.Forward(x)] : [_fc.Forward(x), _aux.Forward(x)];
        }
    }
}
