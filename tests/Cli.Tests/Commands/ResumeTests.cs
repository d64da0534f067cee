using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Cli.Tests.Commands;

/// <summary>
/// Runs that are killed without warning, at moments drawn at random, and gone on with each time. <c>CNN_TEST_KILLS</c> says how many kills there are to be;
/// the suite does a few.
/// </summary>
[Collection(nameof(TrainedRun))]
public sealed class ResumeTests(TrainedRun run)
{
    private const int UsualKills = 4;
    private static readonly string[] s_asked = ["--model", "lenet5", "--epochs", "3", "--seed", "5", "--schedule", "one-cycle", "--average", "0.9"];

    [Fact]
    public void A_run_that_is_killed_at_any_moment_ends_with_the_weights_of_one_that_was_not()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("CNN_TEST_KILLS") ?? $"{UsualKills}", CultureInfo.InvariantCulture);
        var random = new Random(11);
        using var cnn = new Cnn();
        var clock = Stopwatch.StartNew();
        cnn.Run(["train", .. s_asked, "--data", run.Data, "--out", "whole", "--checkpoint-every", "3"]).ExitCode.Should().Be(0);
        var whole = clock.Elapsed;

        int killed = 0, runs = 0;
        while (killed < kills)
        {
            // A run may get to its end before all kills are done; then comes another. Time for at least some steps, so that it does get on.
            string folder = $"killed{runs++}";
            string[] arguments = ["train", .. s_asked, "--data", run.Data, "--out", folder, "--checkpoint-every", "3"];
            while (killed < kills && !EndsWithin(cnn, arguments, whole * (0.2 + random.NextDouble())))
            {
                killed++;
                arguments = File.Exists(cnn[$"{folder}/run.json"]) ? ["train", "--resume", folder, "--checkpoint-every", "3"] : arguments;
            }

            if (!File.Exists(cnn[$"{folder}/model.onnx"])) cnn.Run(arguments).ExitCode.Should().Be(0);
            Hash(cnn[$"{folder}/model.onnx"]).Should().Be(Hash(cnn["whole/model.onnx"]), $"after {killed} kills");
            Hash(cnn[$"{folder}/log.csv"], timeless: true).Should().Be(Hash(cnn["whole/log.csv"], timeless: true));
        }
    }

    [Fact]
    public void A_damaged_checkpoint_is_named_and_the_one_before_it_used()
    {
        using var cnn = new Cnn();
        cnn.Run(["train", .. s_asked, "--data", run.Data, "--out", "run"]).ExitCode.Should().Be(0);
        string before = Hash(cnn["run/model.onnx"]);
        string newest = Directory.GetFiles(cnn["run/checkpoints"], "*.safetensors").Order().Last();
        byte[] content = File.ReadAllBytes(newest);
        content[^100] ^= 4;
        File.WriteAllBytes(newest, content);

        var result = cnn.Run("train", "--resume", "run");

        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().Contain(Path.GetFileName(newest)).And.Contain("not as it was written").And.Contain("The one before it is used.");
        result.Output.Should().Contain("in epoch 3").And.Contain("epoch 3: loss");
        Hash(cnn["run/model.onnx"]).Should().Be(before);
    }

    [Theory]
    [InlineData("train --resume nothing", "holds no run.json")]
    [InlineData("train --resume nothing --lr 0.1", "cannot be chosen")]
    [InlineData("train --recipe mnist-softmax --lr 0.1", "decides this itself")]
    [InlineData("train --model lenet5", "needs --model and --data, or --recipe, or --resume")]
    [InlineData("train --recipe none", "is not mnist-softmax")]
    public void What_does_not_go_together_is_refused(string line, string expected)
    {
        using var cnn = new Cnn();
        var result = cnn.Run(line.Split(' '));
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain(expected);
        cnn.Files.Should().BeEmpty();
    }

    [Theory]
    [InlineData("--optimizer adamw --schedule plateau --label-smoothing 0.1 --clip-norm 1")]
    [InlineData("--optimizer lars --schedule restarts --accumulate 2")]
    [InlineData("--optimizer rmsprop --schedule step --patience 0")]
    [InlineData("--optimizer adagrad --schedule exponential --lr 0.01")]
    [InlineData("--optimizer nesterov --schedule one-cycle --average 0.99")]
    public void Every_option_of_training_trains(string options)
    {
        using var cnn = new Cnn();
        var result = cnn.Run(["train", "--model", "softmax", "--data", run.Data, "--epochs", "4", "--out", "run", "--json", "-", .. options.Split(' ')]);
        result.ExitCode.Should().Be(0, result.Error);

        // A tenth of the digits would be right by chance.
        Json.Parse(result.Output).GetProperty("test_accuracy").GetDouble().Should().BeGreaterThan(0.4);
    }

    private static bool EndsWithin(Cnn cnn, string[] arguments, TimeSpan time)
    {
        using var process = cnn.Start(arguments);
        bool ended = process.WaitForExit(time);
        if (!ended) process.Kill();
        Cnn.End(process);
        return ended;
    }

    private static string Hash(string file, bool timeless = false) => timeless
        ? string.Join('\n', File.ReadLines(file).Select(l => string.Join(',', l.Split(',').Take(6))))
        : Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
