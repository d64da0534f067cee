using Onnx;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class EvaluateTests(TrainedRun run)
{
    [Fact]
    public void A_run_is_as_good_as_it_was_in_training()
    {
        var result = run.Cnn.Run("evaluate", "--model", run.Folder, "--data", run.Data, "--json", "-");
        result.ExitCode.Should().Be(0, result.Error);
        result.Error.Should().Contain("normalised as the model's file says");
        var figures = Json.Parse(result.Output);
        figures.GetProperty("images").GetInt32().Should().Be(SmallDigits.TestCount);
        double top1 = figures.GetProperty("top1").GetDouble();
        top1.Should().Be(run.Figures.GetProperty("test_accuracy").GetDouble());
        figures.GetProperty("top5").GetDouble().Should().BeInRange(top1, 1);
        figures.GetProperty("loss").GetDouble().Should().BePositive();
        figures.GetProperty("images_per_second").GetDouble().Should().BePositive();

        int[][] confusion =
            [.. figures.GetProperty("confusion").EnumerateArray().Select(row => row.EnumerateArray().Select(n => n.GetInt32()).ToArray())];
        confusion.Sum(row => row.Sum()).Should().Be(SmallDigits.TestCount);
        (confusion.Select((row, i) => row[i]).Sum() / (double)SmallDigits.TestCount).Should().Be(top1);
    }

    [Fact]
    public void The_other_split_is_evaluated_on_request()
    {
        var result = run.Cnn.Run("evaluate", "--model", run.Model, "--data", run.Data, "--split", "train", "--json", "-");
        Json.Parse(result.Output).GetProperty("images").GetInt32().Should().Be(SmallDigits.TrainCount);
    }

    [Fact]
    public void Where_the_file_says_nothing_of_normalisation_the_data_set_does()
    {
        using var cnn = new Cnn();
        var graph = OnnxModel.Load(run.Model);
        OnnxModel.Save(graph.WithMetadata(graph.Metadata with { Properties = [] }), cnn["silent.onnx"]);
        cnn.Run("evaluate", "--model", "silent.onnx", "--data", "digits").Output.Should().Contain("normalised as the data set says");
        cnn.Run("evaluate", "--model", "silent.onnx", "--data", run.Data).Output.Should().Contain("normalised as the training images say");
    }

    [Fact]
    public void A_network_with_a_fixed_batch_sees_every_image_too()
    {
        using var cnn = new Cnn();
        var graph = OnnxModel.Load(run.Model);
        OnnxModel.Save(FixedBatch.Of(graph, 30), cnn["thirty.onnx"]);
        var open = Json.Parse(cnn.Run("evaluate", "--model", run.Model, "--data", run.Data, "--json", "-").Output);
        var closed = Json.Parse(cnn.Run("evaluate", "--model", "thirty.onnx", "--data", run.Data, "--json", "-").Output);
        closed.GetProperty("images").GetInt32().Should().Be(SmallDigits.TestCount);
        closed.GetProperty("top1").GetDouble().Should().Be(open.GetProperty("top1").GetDouble());
        closed.GetProperty("loss").GetDouble().Should().Be(open.GetProperty("loss").GetDouble());
    }

    [Fact]
    public void Several_networks_vote_and_each_is_shown_alone_too()
    {
        using var cnn = new Cnn();
        cnn.Run("train", "--model", "softmax", "--data", run.Data, "--epochs", "2", "--out", "other").ExitCode.Should().Be(0);

        var result = cnn.Run("evaluate", "--model", run.Folder, "other", "--data", run.Data, "--json", "-");

        result.ExitCode.Should().Be(0, result.Error);
        var figures = Json.Parse(result.Output);
        var members = figures.GetProperty("members").EnumerateArray().ToArray();
        members.Select(m => m.GetProperty("top1").GetDouble()).First().Should().Be(run.Figures.GetProperty("test_accuracy").GetDouble());
        members.Should().HaveCount(2);

        // The logarithm is concave: the mean of probabilities never loses more than its members on average.
        figures.GetProperty("loss").GetDouble().Should().BeLessThan(members.Average(m => m.GetProperty("loss").GetDouble()));
        result.Error.Should().Contain("the mean of these").And.Contain("precision");
    }

    [Fact]
    public void Precision_and_recall_stand_beside_the_confusion()
    {
        var figures = Json.Parse(run.Cnn.Run("evaluate", "--model", run.Folder, "--data", run.Data, "--json", "-").Output);
        var classes = figures.GetProperty("by_class").EnumerateArray().ToArray();
        classes.Sum(c => c.GetProperty("images").GetInt32()).Should().Be(SmallDigits.TestCount);
        double hits = classes.Sum(c => c.GetProperty("recall").GetDouble() * c.GetProperty("images").GetInt32());
        Math.Round(hits).Should().Be(Math.Round(figures.GetProperty("top1").GetDouble() * SmallDigits.TestCount));
    }
}
