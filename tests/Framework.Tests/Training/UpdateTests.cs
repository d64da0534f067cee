using Framework.Execution;
using Framework.Graphs;
using Framework.Models;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Framework.Tests.Training;

public sealed class UpdateTests
{
    private static readonly Noise s_data = new(24);

    [Fact]
    public void Accumulated_batches_make_the_step_of_one_large_batch()
    {
        // Without normalisation over the batch and without dropout the two are the same sum in another order.
        var options = new TrainerOptions { Epochs = 1, Prefetch = 0, Schedule = Schedule.Constant(0.1f) };
        var large = Weights(options with { BatchSize = 9 }, out long largeSteps);
        var small = Weights(options with { BatchSize = 3, Accumulation = 3 }, out long smallSteps);

        smallSteps.Should().Be(largeSteps).And.Be(3, "the last step has six images in two batches");
        large.Zip(small).Should().OnlyContain(p => Math.Abs(p.First - p.Second) <= Rounding.OfSingle(3 * 9 * 16, 1));
        Weights(options with { BatchSize = 3 }, out _).Should().NotEqual(small);
    }

    [Fact]
    public void Spared_vectors_do_not_decay()
    {
        var network = SmallNetwork.Traced();
        using var trainer = new Trainer(network, new TrainerOptions
        {
            Epochs = 1,
            BatchSize = 24,
            Prefetch = 0,
            Schedule = Schedule.Constant(0.5f),
            Optimizer = new Sgd(0) { WeightDecay = 1, DecoupledDecay = true, SparesVectors = true },
            Clipping = GradientClipping.ByValue(0),
        });

        trainer.Fit(s_data);

        // Nothing is left of the gradients, so decay alone moves weights.
        foreach (var (before, after) in network.Parameters.Zip(trainer.Network.Parameters))
        {
            float kept = before.Data.Shape.Rank > 1 ? 0.5f : 1;
            after.Data.ToArray<float>().Should().Equal(before.Data.ToArray<float>().Select(w => w * kept));
        }
    }

    [Fact]
    public void Clipping_by_norm_scales_all_alike_and_leaves_small_gradients()
    {
        using var clip = new Session(GradientClipping.ByNorm(2).Graph());
        clip.Run(Tensor.From([3f, 0, -4], [3]))[0].ToArray<float>()
            .Zip([1.2, 0, -1.6]).Should().OnlyContain(p => Math.Abs(p.First - p.Second) <= 1e-6 + Rounding.OfSingle(8, 2));
        clip.Run(Tensor.From([0.3f, -0.4f], [2]))[0].ToArray<float>().Should().Equal(0.3f, -0.4f);
    }

    [Fact]
    public void Clipping_by_value_cuts_each()
    {
        using var clip = new Session(GradientClipping.ByValue(1).Graph());
        clip.Run(Tensor.From([3f, 0.5f, -4], [3]))[0].ToArray<float>().Should().Equal(1, 0.5f, -1);
    }

    [Fact]
    public void An_exponential_mean_of_weights_follows_its_formula_and_is_what_is_evaluated()
    {
        const float Kept = 0.8f;
        double mean = 0;
        int steps = 0;
        var follow = new Watch(trainer =>
        {
            double weight = trainer.Capture().Tensors["fc.weight"].ToArray<float>()[0];
            mean += (weight - mean) * Math.Max(1 - Kept, 1.0 / ++steps);
        });
        using var trainer = new Trainer(SmallNetwork.Traced(), SmallRun.Options with { Average = WeightAverage.Exponential(Kept), Callbacks = [follow] });

        trainer.Fit(s_data);

        double found = trainer.Network.Parameters.First(p => p.Name == "fc.weight").Data.ToArray<float>()[0];
        found.Should().BeApproximately(mean, Rounding.OfSingle(3 * steps, magnitude: 2));
        using var session = new Session(trainer.Network);

        // Weights that are constants may go through other kernels than weights that come in.
        Evaluator.Evaluate(session, s_data).Loss.Should().BeApproximately(trainer.Evaluate(s_data).Loss, Rounding.OfSingle(100, magnitude: 4));
    }

    [Fact]
    public void A_mean_over_epochs_takes_their_ends_alone()
    {
        var ends = new List<float>();
        var note = new Watch(null, trainer => ends.Add(trainer.Capture().Tensors["fc.weight"].ToArray<float>()[0]));
        using var trainer = new Trainer(
            SmallNetwork.Traced(), SmallRun.Options with { Epochs = 5, Average = WeightAverage.Stochastic(fromEpoch: 3), Callbacks = [note] });

        trainer.Fit(s_data);

        double found = trainer.Network.Parameters.First(p => p.Name == "fc.weight").Data.ToArray<float>()[0];
        found.Should().BeApproximately(ends.Skip(2).Average(e => (double)e), Rounding.OfSingle(9, magnitude: 2));
    }

    [Fact]
    public void A_run_ends_early_when_its_loss_stays()
    {
        using var trainer = new Trainer(SmallNetwork.Traced(), SmallRun.Options with
        {
            Epochs = 50,
            Schedule = Schedule.Constant(0),
            Average = null,
            EarlyStopping = new EarlyStopping(Patience: 2, LeastFall: 100),
        });
        trainer.Fit(s_data).Should().HaveCount(4);
    }

    private static float[] Weights(TrainerOptions options, out long steps)
    {
        using var trainer = new Trainer(new SoftmaxRegression(image: [1, 4, 4], classes: 3).Initialize(2).Trace(), options);
        trainer.Fit(s_data);
        steps = trainer.Progress.Step;
        return [.. trainer.Network.Parameters.SelectMany(p => p.Data.ToArray<float>())];
    }

    private sealed class Watch(Action<Trainer>? onStep, Action<Trainer>? onEpoch = null) : ITrainingCallback
    {
        public void StepDone(Trainer trainer, StepProgress step) => onStep?.Invoke(trainer);

        public void EpochDone(Trainer trainer, EpochResult epoch) => onEpoch?.Invoke(trainer);
    }
}
