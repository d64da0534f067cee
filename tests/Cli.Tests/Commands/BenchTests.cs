using System.Text.Json;

namespace Cli.Tests.Commands;

public sealed class BenchTests
{
    [Theory]
    [InlineData("infer", "onnxruntime,libtorch")]
    [InlineData("train", "libtorch")]
    public void Every_engine_is_timed_and_the_ratio_is_theirs_over_ours(string mode, string against)
    {
        using var cnn = new Cnn();

        var result = cnn.Run("bench", "--model", "lenet5", "--mode", mode, "--batch", "3", "--rounds", "3", "--threads", "1", "--against", against, "--json", "-");

        result.ExitCode.Should().Be(0, result.Error);
        var figures = Json.Parse(result.Output);
        figures.GetProperty("model").GetString().Should().Be("lenet5");
        figures.GetProperty("mode").GetString().Should().Be(mode);
        figures.GetProperty("batch").GetInt32().Should().Be(3);
        figures.GetProperty("threads").GetInt32().Should().Be(1);
        figures.GetProperty("rounds").GetInt32().Should().Be(3);
        figures.GetProperty("allocated_bytes_per_run").GetInt64().Should().Be(0);
        figures.GetProperty("load_ms").GetDouble().Should().BePositive();
        figures.GetProperty("peak_rss_mb").GetDouble().Should().BeInRange(10, 10_000);
        figures.GetProperty("gflops").GetDouble().Should().BePositive();
        figures.GetProperty("gb_per_second").GetDouble().Should().BePositive();
        var machine = figures.GetProperty("machine");
        machine.GetProperty("peak_gflops").GetDouble().Should().BePositive();
        machine.GetProperty("read_gb_per_second").GetDouble().Should().BePositive();
        var ours = Ordered(figures.GetProperty("ours_ms"));
        var others = figures.GetProperty("against").EnumerateArray().ToArray();
        others.Select(o => o.GetProperty("engine").GetString()).Should().Equal(against.Split(','));
        foreach (var other in others)
        {
            other.GetProperty("version").GetString().Should().MatchRegex(@"^\d+\.\d+");
            other.GetProperty("load_ms").GetDouble().Should().BePositive();
            other.GetProperty("peak_rss_mb").GetDouble().Should().BePositive();
            var theirs = Ordered(other.GetProperty("ms"));
            var ratio = Ordered(other.GetProperty("ratio"));
            ratio.Min.Should().BeGreaterThanOrEqualTo(theirs.Min / ours.Max * (1 - 1e-12));
            ratio.Max.Should().BeLessThanOrEqualTo(theirs.Max / ours.Min * (1 + 1e-12));
        }
    }

    [Fact]
    public void An_engine_alone_says_what_it_costs()
    {
        using var cnn = new Cnn();
        cnn.Run("export", "lenet5", "--out", "lenet5.onnx").ExitCode.Should().Be(0);

        var result = cnn.Run("bench", "--model", "lenet5.onnx", "--alone", "onnxruntime");

        result.ExitCode.Should().Be(0, result.Error);
        Json.Parse(result.Output).GetProperty("load_ms").GetDouble().Should().BePositive();
    }

    [Theory]
    [InlineData("'nope' is no engine", "bench", "--model", "lenet5", "--against", "nope")]
    [InlineData("does not train", "bench", "--model", "lenet5", "--mode", "train", "--against", "onnxruntime")]
    [InlineData("is neither a known network", "bench", "--model", "nope")]
    [InlineData("not infer or train", "bench", "--model", "lenet5", "--mode", "both")]
    public void What_cannot_be_timed_is_said_in_a_line(string message, params string[] arguments)
    {
        using var cnn = new Cnn();

        var result = cnn.Run(arguments);

        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain(message);
    }

    [Fact]
    public void An_engine_that_was_asked_for_but_is_not_there_is_an_error()
    {
        using var cnn = new Cnn().With("CNN_ONNXRUNTIME", "nowhere");

        var result = cnn.Run("bench", "--model", "lenet5", "--against", "onnxruntime");

        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("nowhere");
        cnn.Files.Should().BeEmpty();
    }

    private static (double Min, double Max) Ordered(JsonElement spread)
    {
        double min = spread.GetProperty("min").GetDouble(), median = spread.GetProperty("median").GetDouble(), max = spread.GetProperty("max").GetDouble();
        min.Should().BePositive().And.BeLessThanOrEqualTo(median);
        median.Should().BeLessThanOrEqualTo(max);
        return (min, max);
    }
}
