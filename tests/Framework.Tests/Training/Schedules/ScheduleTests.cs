using Framework.Training;
using Framework.Training.Schedules;

namespace Framework.Tests.Training.Schedules;

public sealed class ScheduleTests
{
    private const int StepsPerEpoch = 10, Epochs = 12, Steps = StepsPerEpoch * Epochs;

    // A rate is computed in double precision and rounded once.
    private const double Accuracy = 2 * Rounding.SingleUnit;

    [Fact]
    public void Step_falls_every_so_many_epochs() =>
        Rates(Schedule.Step(0.8f, 5, 0.5f)).Should().Equal(Each(e => 0.8f * MathF.Pow(0.5f, e / 5)), Near);

    [Fact]
    public void Multi_step_falls_at_each_milestone() =>
        Rates(Schedule.MultiStep(1, [2, 7])).Should().Equal(Each(e => e < 2 ? 1 : e < 7 ? 0.1 : 0.01), Near);

    [Fact]
    public void Exponential_falls_after_each_epoch() =>
        Rates(Schedule.Exponential(1, 0.9f)).Should().Equal(Each(e => Math.Pow(0.9f, e)), Near);

    [Fact]
    public void Cosine_goes_from_the_rate_to_nothing()
    {
        var rates = Rates(Schedule.Cosine(2));
        rates[0].Should().Be(2);
        rates[Steps / 2].Should().BeApproximately(1, (float)Accuracy);
        rates.Should().BeInDescendingOrder();
    }

    [Fact]
    public void A_restart_begins_at_the_rate_again_and_takes_longer()
    {
        var rates = Rates(Schedule.CosineWithRestarts(1, epochs: 1, growth: 3));
        int[] starts = [0, 1 * StepsPerEpoch, 4 * StepsPerEpoch];
        rates.Select((r, i) => (r, i)).Where(p => p.r == 1).Select(p => p.i).Should().Equal(starts);
        Near(rates[StepsPerEpoch / 2], 0.5).Should().BeTrue();
        Near(rates[(1 * StepsPerEpoch) + (3 * StepsPerEpoch / 2)], 0.5).Should().BeTrue();
    }

    [Fact]
    public void One_cycle_has_its_three_corners()
    {
        var rates = Rates(Schedule.OneCycle(1, rise: 0.25, startDivisor: 10, endDivisor: 100));
        int top = (Steps / 4) - 1;
        Near(rates[0], 0.1).Should().BeTrue();
        Near(rates[top], 1).Should().BeTrue();
        Near(rates[^1], 0.001).Should().BeTrue();
        rates[..(top + 1)].Should().BeInAscendingOrder();
        rates[top..].Should().BeInDescendingOrder();
    }

    [Fact]
    public void Warming_up_scales_the_first_epochs()
    {
        var rates = Rates(Schedule.Step(1, 5).WarmedUp(epochs: 2, from: 0.5));
        Near(rates[0], 0.5).Should().BeTrue();
        Near(rates[StepsPerEpoch], 0.75).Should().BeTrue();
        rates[2 * StepsPerEpoch].Should().Be(1);
        Near(rates[5 * StepsPerEpoch], 0.1).Should().BeTrue();
    }

    [Fact]
    public void A_plateau_lowers_the_rate_once_patience_is_over()
    {
        var schedule = Schedule.OnPlateau(1, factor: 0.5f, patience: 1, threshold: 0.1, least: 0.2f);
        double[] losses = [10, 9.5, 8, 8, 8, 8, 8, 8, 8, 8];

        // The third loss is the best; 9.5 and then every 8 that follows it are no falls, of which one in a row is forgiven.
        float[] expected = [1, 1, 1, 1, 1, 0.5f, 0.5f, 0.25f, 0.25f, 0.2f, 0.2f];

        for (int epoch = 0; epoch <= losses.Length; epoch++)
            schedule.RateAt(new RunPosition(0, Steps, StepsPerEpoch, History(losses[..epoch]))).Should().Be(expected[epoch], $"after {epoch} epochs");
    }

    [Theory]
    [InlineData(new double[] { 5, 4, 3, 2 }, false)]
    [InlineData(new double[] { 5, 4, 4, 4 }, false)]
    [InlineData(new double[] { 5, 4, 4, 4.5, 3.95 }, true)]
    [InlineData(new double[] { 5, 4, 4, 3.5, 3.5, 3.5 }, false)]
    public void Early_stopping_waits_for_its_patience(double[] losses, bool over) =>
        new EarlyStopping(Patience: 2, LeastFall: 0.1).IsOver(History(losses)).Should().Be(over);

    private static bool Near(float actual, double expected) => Math.Abs(actual - expected) <= Accuracy * Math.Max(1, expected);

    private static float[] Rates(Schedule schedule) =>
        [.. Enumerable.Range(0, Steps).Select(s => schedule.RateAt(new RunPosition(s, Steps, StepsPerEpoch, [])))];

    private static IEnumerable<double> Each(Func<int, double> rate) => Enumerable.Range(0, Steps).Select(s => rate(s / StepsPerEpoch));

    private static EpochResult[] History(double[] losses) => [.. losses.Select((l, i) => new EpochResult(i + 1, 1 / l, 0, null, 1, 1, TestLoss: l))];
}
