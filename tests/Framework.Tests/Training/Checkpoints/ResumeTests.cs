using Framework.Errors;
using Framework.Training;
using Framework.Training.Checkpoints;
using Framework.Training.Optimizers;
using Framework.Training.Schedules;

namespace Framework.Tests.Training.Checkpoints;

public sealed class ResumeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoints-").FullName;
    private readonly Noise _data = new(23);
    private readonly Noise _test = new(7);

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    private static readonly Dictionary<string, TrainerOptions> s_kinds = new()
    {
        ["adam, average, clipping"] = SmallRun.Options,
        ["momentum, plateau"] = SmallRun.Options with { Optimizer = new Sgd(), Average = null, Clipping = null, Schedule = Schedule.OnPlateau(0.1f, patience: 0) },
        ["accumulation, epoch mean"] = SmallRun.Options with { Optimizer = new Lars(weightDecay: 0.01f), Accumulation = 2, Average = WeightAverage.Stochastic(2) },
        ["early stopping"] = SmallRun.Options with { Optimizer = new RmsProp(momentum: 0.5f, centred: true), EarlyStopping = new EarlyStopping(0) },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_run_that_stops_after_any_step_and_goes_on_ends_with_the_same_bits(string kind)
    {
        var options = s_kinds[kind];
        var (whole, steps, history) = Undisturbed(options);
        for (int stop = 1; stop <= steps; stop++)
        {
            var folder = new CheckpointFolder(Path.Combine(_folder, $"{stop}"));
            using (var first = new Trainer(SmallNetwork.Traced(), options with { Callbacks = [new SaveCheckpoints(folder)] }))
            {
                using var cancellation = new CancellationTokenSource();
                first.Fit(_data, _test, step => CancelAt(step.Step == stop, cancellation), cancellation: cancellation.Token);
            }

            // The second half on other threads and with another prefetch.
            using var second = new Trainer(SmallNetwork.Traced(), options with { Threads = 2, Prefetch = 3 });
            second.Restore(folder.LoadNewest()!);
            var epochs = second.Fit(_data, _test);

            SmallRun.State(second).Should().Equal(whole, $"stopped after step {stop}");
            epochs.Select(Numbers).Should().Equal(history);
        }
    }

    [Fact]
    public void A_checkpoint_of_another_run_is_refused()
    {
        using var trainer = new Trainer(SmallNetwork.Traced(), SmallRun.Options);
        var checkpoint = trainer.Capture();
        using var otherSeed = new Trainer(SmallNetwork.Traced(), SmallRun.Options with { Seed = 9 });
        using var otherState = new Trainer(SmallNetwork.Traced(), SmallRun.Options with { Average = null });

        otherSeed.Invoking(t => t.Restore(checkpoint)).Should().Throw<UsageException>().WithMessage("*seed 4*seed 9*");
        otherState.Invoking(t => t.Restore(checkpoint)).Should().Throw<UsageException>().WithMessage("*mean.*");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void CancelAt(bool now, CancellationTokenSource source)
    {
        if (now) source.Cancel();
    }

    // Seconds are the only figures that a resumption changes.
    private static (int, double, double, double?, double?, float) Numbers(EpochResult e) => (e.Epoch, e.Loss, e.TrainAccuracy, e.TestAccuracy, e.TestLoss, e.Rate);

    private (byte[] State, int Steps, (int, double, double, double?, double?, float)[] History) Undisturbed(TrainerOptions options)
    {
        using var trainer = new Trainer(SmallNetwork.Traced(), options);
        var history = trainer.Fit(_data, _test);
        return (SmallRun.State(trainer), (int)trainer.Progress.Step, [.. history.Select(Numbers)]);
    }
}
