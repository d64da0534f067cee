using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Models;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Framework.Tests.Training;

public class TrainerTests
{
    [Fact]
    public void Sgd_follows_its_closed_form()
    {
        const float Rate = 0.1f, Momentum = 0.9f, Decay = 0.01f;
        using var update = new Session(new Sgd(Momentum, Decay).Update(1));
        float[] gradients = [1f, -2f, 0.5f];
        double w = 3, v = 0;
        var (weights, velocity) = (Tensor.From([3f], [1]), Tensor.From([0f], [1]));
        foreach (float g in gradients)
        {
            v = (Momentum * v) + g + (Decay * w);
            w -= Rate * v;
            var outputs = update.Run(weights, Tensor.From([g], [1]), Tensor.Scalar(Rate), velocity);
            (weights, velocity) = (outputs[0], outputs[1]);
            ((double)weights.AsSpan<float>()[0]).Should().BeApproximately(w, Rounding.OfSingle(3 * 5, magnitude: 4));
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_weights_at_any_number_of_threads_and_any_prefetch()
    {
        byte[] Weights(int threads, int prefetch, long seed)
        {
            using var trainer = new Trainer(new LeNet5().Initialize(1).Trace(), new TrainerOptions { Epochs = 1, BatchSize = 48, Seed = seed, Threads = threads, Prefetch = prefetch });
            trainer.Fit(Subset.Range(Digits.Train, 0, 300));
            return [.. trainer.Network.Parameters.SelectMany(p => p.Data.AsBytes().ToArray())];
        }

        byte[] first = Weights(1, 0, 5);
        Weights(2, 4, 5).Should().Equal(first);
        Weights(3, 1, 5).Should().Equal(first);
        Weights(1, 0, 6).Should().NotEqual(first);
    }

    [Fact]
    public void Softmax_regression_learns_the_digits()
    {
        var normalize = new Normalize(Digits.Statistics);
        using var trainer = new Trainer(new SoftmaxRegression().Initialize(1).Trace(), new TrainerOptions
        {
            Epochs = 3,
            TrainTransforms = [normalize],
            TestTransforms = [normalize],
        });
        var steps = new List<StepProgress>();

        var epochs = trainer.Fit(Digits.Train, Digits.Test, steps.Add);

        epochs.Should().HaveCount(3);
        epochs[2].Loss.Should().BeLessThan(epochs[0].Loss);
        epochs[2].TestAccuracy.Should().BeGreaterThan(0.84);
        steps.Should().HaveCount(3 * ((6000 + 63) / 64));
        steps[^1].Left.Should().BeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void The_trained_network_is_a_copy_that_its_own_session_agrees_with()
    {
        using var trainer = new Trainer(new SoftmaxRegression().Initialize(1).Trace(), new TrainerOptions { Epochs = 1 });
        trainer.Fit(Subset.Range(Digits.Train, 0, 500));
        var accuracy = trainer.Evaluate(Digits.Test).Top1;
        using var session = new Session(trainer.Network);

        Evaluator.Evaluate(session, Digits.Test).Top1.Should().Be(accuracy);
    }

    [Fact]
    public void Cross_entropy_on_one_hot_targets_is_that_on_class_indices()
    {
        var network = new SoftmaxRegression(image: [1, 2, 2], classes: 3).Initialize(1).Trace();
        var images = Tensor.From(Enumerable.Range(0, 8).Select(i => (i * 0.3f) - 1).ToArray(), [2, 1, 2, 2]);
        var weights = network.Parameters.Select(p => p.Data).ToArray();
        using var indexed = new Session(TrainingGraph.Create(network, Loss.CrossEntropy).Graph);
        using var oneHot = new Session(TrainingGraph.Create(network, Loss.CrossEntropyOneHot).Graph);

        var a = indexed.Run([images, Tensor.From<long>([2, 0], [2]), .. weights]);
        var b = oneHot.Run([images, Tensor.From([0f, 0, 1, 1, 0, 0], [2, 3]), .. weights]);

        a.Count.Should().Be(b.Count);
        for (int i = 0; i < a.Count; i++)
        {
            float[] x = a[i].ToArray<float>(), y = b[i].ToArray<float>();
            for (int k = 0; k < x.Length; k++) ((double)y[k]).Should().BeApproximately(x[k], Rounding.OfSingle(20, magnitude: 2));
        }
    }

    [Fact]
    public void Dropout_draws_its_mask_from_seed_and_step_and_keeps_the_mean()
    {
        var builder = new GraphBuilder("dropout");
        var x = builder.Input("x", ElementType.Float32, ["N", 1000]);
        var inference = builder.Build([x.Dropout(0.25f)]);
        var training = new ToTraining(seed: 3).Apply(inference);
        var ones = new Tensor(ElementType.Float32, [10, 1000]);
        ones.AsSpan<float>().Fill(1);
        using var plain = new Session(inference);
        using var session = new Session(training);

        float[] first = session.Run(ones, Tensor.Scalar(0L))[0].ToArray<float>();

        plain.Run(ones)[0].ToArray<float>().Should().AllBeEquivalentTo(1f, "inference passes on");
        first.Distinct().Should().BeEquivalentTo([0f, 1 / 0.75f]);
        session.Run(ones, Tensor.Scalar(0L))[0].ToArray<float>().Should().Equal(first);
        session.Run(ones, Tensor.Scalar(1L))[0].ToArray<float>().Should().NotEqual(first);

        // Five standard deviations of a binomial share of 0.75 over 10,000 draws.
        first.Average(v => v == 0 ? 0.0 : 1).Should().BeApproximately(0.75, 5 * Math.Sqrt(0.75 * 0.25 / 10_000));
    }

    [Fact]
    public void Data_that_does_not_fit_the_network_is_refused_before_anything_runs()
    {
        using var trainer = new Trainer(new SoftmaxRegression(image: [3, 8, 8]).Initialize(1).Trace(), new TrainerOptions());

        var act = () => trainer.Fit(Digits.Train);

        act.Should().Throw<ShapeException>().WithMessage("*takes images [3,8,8], the data has [1,28,28]*");
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_with_a_remedy()
    {
        using var trainer = new Trainer(new LeNet5().Initialize(1).Trace(), new TrainerOptions { Epochs = 5, Schedule = Schedule.Constant(1e6f) });

        var act = () => trainer.Fit(Subset.Range(Digits.Train, 0, 600));

        act.Should().Throw<UsageException>().WithMessage("*the loss is*Lower the learning rate*");
    }

    [Fact]
    public void The_rank_of_the_right_class_decides_and_ties_go_to_the_first()
    {
        var tally = new ScoreTally(7);
        tally.Add([1, 1, 0, 0, 0, 0, 0], [1]);
        tally.Add([1, 1, 0, 0, 0, 0, 0], [0]);
        tally.Add([9, 8, 7, 6, 5, 4, 3], [5]);
        tally.Add([float.NaN, 0, 0, 0, 0, 0, 0], [0]);

        var result = tally.Result(1);

        result.Top1.Should().Be(1 / 4.0);
        result.Top5.Should().Be(2 / 4.0);
        result.Confusion[1, 0].Should().Be(1);
    }

    [Fact]
    public void Initialisation_follows_from_seed_and_path_and_has_the_papers_variance()
    {
        var first = new Linear(400, 300).Initialize(1).Parameters().First().Data.ToArray<float>();
        var second = new Linear(400, 300).Initialize(1).Parameters().First().Data.ToArray<float>();
        var xavier = new Linear(400, 300).Initialize(1, Initialization.Xavier).Parameters().First().Data.ToArray<float>();

        second.Should().Equal(first);
        Variance(first).Should().BeApproximately(2.0 / 400, Tolerance(2.0 / 400));
        Variance(xavier).Should().BeApproximately(2.0 / 700, Tolerance(2.0 / 700));

        static double Variance(float[] x) => x.Average(v => (double)v * v);

        // Five standard errors of a variance over 120,000 draws.
        static double Tolerance(double variance) => 5 * variance * Math.Sqrt(2.0 / 120_000);
    }
}
