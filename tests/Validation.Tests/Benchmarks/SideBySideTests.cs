using Validation.Benchmarks;

namespace Validation.Tests.Benchmarks;

public class SideBySideTests
{
    [Theory]
    [InlineData(new double[] { 3 }, 3, 3, 3)]
    [InlineData(new double[] { 5, 1, 3 }, 1, 3, 5)]
    [InlineData(new double[] { 4, 1, 3, 2 }, 1, 2.5, 4)]
    public void The_median_is_in_the_middle(double[] measurements, double min, double median, double max) =>
        Spread.Of(measurements).Should().Be(new Spread(min, median, max));

    [Fact]
    public void Contenders_take_turns_and_each_begins_as_often()
    {
        var log = new List<string>();
        IContender[] contenders = [new Logged("a", log), new Logged("b", log)];

        double[][] times = SideBySide.Measure(contenders, rounds: 4);

        times.Should().HaveCount(2).And.OnlyContain(t => t.Length == 4 && t.All(ms => ms >= Logged.Milliseconds * 0.5));
        string turns = string.Concat(log).TrimStart('a');
        turns = string.Concat(turns.Where((c, i) => i == 0 || turns[i - 1] != c));
        turns.Should().Be("bababa", "b warms up, then a and b, b and a, a and b, b and a are timed");
    }

    private sealed class Logged(string name, List<string> log) : IContender
    {
        public const int Milliseconds = 25;

        public string Engine => name;

        public string Version => "1";

        public void Run()
        {
            log.Add(name);
            Thread.Sleep(Milliseconds);
        }

        public void Dispose()
        {
        }
    }
}
