using System.Diagnostics;
using System.Text.Json;
using Onnx;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class TrainTests(TrainedRun run)
{
    [Fact]
    public void The_run_has_the_network_a_log_and_a_report()
    {
        Directory.GetFiles(run.Folder).Select(Path.GetFileName).Should().BeEquivalentTo("model.onnx", "log.jsonl", "log.csv", "report.json", "report.html", "run.json");
        var log = File.ReadLines(Path.Combine(run.Folder, "log.jsonl")).Select(Json.Parse).ToArray();
        log.Select(l => l.GetProperty("epoch").GetInt32()).Should().Equal(1, 2);
        Json.Read(Path.Combine(run.Folder, "report.json")).GetRawText().Should().Be(run.Figures.GetRawText());
    }

    [Fact]
    public void The_figures_are_those_of_the_contract()
    {
        var epochs = run.Figures.GetProperty("epochs").EnumerateArray().ToArray();
        epochs.Should().HaveCount(2);
        foreach (var epoch in epochs)
        {
            epoch.GetProperty("loss").GetDouble().Should().BePositive();
            epoch.GetProperty("train_accuracy").GetDouble().Should().BeInRange(0, 1);
            epoch.GetProperty("seconds").GetDouble().Should().BePositive();
            epoch.GetProperty("images_per_second").GetDouble().Should().BePositive();
        }

        epochs[1].GetProperty("loss").GetDouble().Should().BeLessThan(epochs[0].GetProperty("loss").GetDouble());
        run.Figures.GetProperty("test_accuracy").GetDouble().Should().Be(epochs[1].GetProperty("test_accuracy").GetDouble());
        run.Figures.GetProperty("seconds").GetDouble().Should().BePositive();
        run.Figures.GetProperty("run").GetString().Should().Be(run.Folder);
    }

    [Fact]
    public void The_network_says_how_images_are_normalised_and_what_the_classes_are()
    {
        var properties = OnnxModel.Load(run.Model).Metadata.Properties.ToDictionary(p => p.Key, p => p.Value);
        properties["cnn.classes"].Should().Be("""["0","1","2","3","4","5","6","7","8","9"]""");

        // Computed of these 500 digits, so near what is published of all.
        double.Parse(properties["cnn.normalize.mean"]).Should().BeApproximately(0.13, 0.02);
        double.Parse(properties["cnn.normalize.deviation"]).Should().BeApproximately(0.31, 0.02);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bytes_at_any_number_of_threads_and_another_seed_others()
    {
        byte[] reference = File.ReadAllBytes(run.Model);
        foreach (string threads in (string[])["1", "2", "3"])
            Train("--seed", "7", "--threads", threads).Should().Equal(reference, $"at {threads} threads");
        Train("--seed", "8").Should().NotEqual(reference);

        byte[] Train(params string[] options)
        {
            using var cnn = new Cnn();
            cnn.Run(["train", "--model", "lenet5", "--data", run.Data, "--epochs", "2", "--out", "again", .. options]).ExitCode.Should().Be(0);
            return File.ReadAllBytes(cnn["again/model.onnx"]);
        }
    }

    [Fact]
    public void With_figures_on_standard_output_progress_goes_to_standard_error()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", "softmax", "--data", run.Data, "--epochs", "1", "--json", "-");
        result.ExitCode.Should().Be(0);
        Json.Parse(result.Output).GetProperty("epochs").GetArrayLength().Should().Be(1);
        result.Error.Should().Contain("epoch 1").And.NotContain("\u001b");
    }

    [Fact]
    public void A_network_from_a_file_is_trained_further()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", run.Model, "--data", run.Data, "--epochs", "1", "--out", "further", "--json", "-");
        result.ExitCode.Should().Be(0, result.Error);
        double before = run.Figures.GetProperty("epochs")[1].GetProperty("loss").GetDouble();
        Json.Parse(result.Output).GetProperty("epochs")[0].GetProperty("loss").GetDouble().Should().BeLessThan(before);
        result.Error.Should().Contain("normalised as the model's file says");
        OnnxModel.Load(cnn["further/model.onnx"]).Parameters.Select(p => p.Name)
            .Should().Equal(OnnxModel.Load(run.Model).Parameters.Select(p => p.Name));
    }

    [Fact]
    public void A_loss_that_is_no_number_ends_the_run_with_advice()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", "lenet5", "--data", run.Data, "--lr", "1e30", "--out", "run");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("learning rate");
        cnn.Files.Should().BeEmpty();
    }

    [Fact]
    public void Ctrl_C_ends_the_run_after_the_step_and_saves()
    {
        if (OperatingSystem.IsWindows()) return; // has no signal that one process could send to another
        using var cnn = new Cnn();
        using var process = cnn.Start("train", "--model", "softmax", "--data", run.Data, "--epochs", "1000000", "--out", "run");
        string? line;
        do line = process.StandardOutput.ReadLine();
        while (line?.StartsWith("epoch 1:", StringComparison.Ordinal) == false);

        // TERM is taken as Ctrl-C's INT is. INT itself never reaches what a script has started in the background.
        Process.Start("kill", ["-TERM", $"{process.Id}"]).WaitForExit();

        var result = Cnn.End(process);
        result.ExitCode.Should().Be(130, result.Error);
        result.OutputLines[^1].Should().Contain("Ended early").And.Contain("model.onnx");
        OnnxModel.Load(cnn["run/model.onnx"]).Parameters.Should().HaveCount(2);
        var report = Json.Read(cnn["run/report.json"]);
        report.GetProperty("interrupted").GetBoolean().Should().BeTrue();
        report.GetProperty("test_accuracy").ValueKind.Should().BeOneOf(JsonValueKind.Null, JsonValueKind.Number);
    }
}
