using Onnx;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class FineTuningTests(TrainedRun run)
{
    [Fact]
    public void A_file_gets_a_new_last_layer_and_keeps_what_is_frozen()
    {
        using var cnn = new Cnn();
        var result = cnn.Run(
            "train", "--model", run.Model, "--data", run.Data, "--epochs", "1", "--classes", "12", "--freeze", "conv*", "--freeze", "fc1.*", "--thaw", "fc1.bias", "--out", "tuned");
        result.ExitCode.Should().Be(0, result.Error);

        var before = OnnxModel.Load(run.Model).Initializers.ToDictionary(i => i.Name, i => i.Data);
        var after = OnnxModel.Load(cnn["tuned/model.onnx"]);
        after.Outputs[0].Shape!.ToString().Should().Be("[N,12]");
        foreach (var (name, data) in after.Parameters.Select(p => (p.Name, p.Data)))
        {
            bool same = data.AsBytes().SequenceEqual(before[name].AsBytes());
            same.Should().Be(name.StartsWith("conv", StringComparison.Ordinal) || name == "fc1.weight", name);
        }
    }

    [Fact]
    public void The_recipe_for_cats_and_dogs_goes_on_with_a_network_that_learned_something_else()
    {
        using var cnn = new Cnn();
        Pictures(cnn["data_batch_1.bin"], 40);
        Pictures(cnn["test_batch.bin"], 20);
        cnn.Run("export", "resnet20-cifar", "--out", "base.onnx").ExitCode.Should().Be(0);
        var result = cnn.Run(
            "train", "--recipe", "cat-or-dog", "--model", "base.onnx", "--data", ".", "--epochs", "1", "--out", "run", "--json", "run.json");
        result.ExitCode.Should().Be(0, result.Error);

        // Every tenth picture is a cat, every tenth a dog.
        result.OutputLines.Should().Contain(l => l.StartsWith("cat-or-dog on 8 images of", StringComparison.Ordinal) && l.Contains(", 4 to test;", StringComparison.Ordinal));
        var tuned = OnnxModel.Load(cnn["run/model.onnx"]);
        tuned.Outputs[0].Shape!.ToString().Should().Be("[N,2]");
        string classes = tuned.Metadata.Properties.First(p => p.Key == "cnn.classes").Value;
        classes.Should().Contain("cat").And.Contain("dog").And.NotContain("truck");
        cnn.Run("train", "--recipe", "cat-or-dog", "--data", ".").ErrorLines.Should().ContainSingle().Which.Should().Contain("Add --model FILE.onnx");

        static void Pictures(string path, int count)
        {
            const int bytes = 3 * 32 * 32;
            var random = new Random(1);
            var file = new byte[count * (1 + bytes)];
            random.NextBytes(file);
            for (int i = 0; i < count; i++) file[i * (1 + bytes)] = (byte)(i % 10);
            File.WriteAllBytes(path, file);
        }
    }

    [Theory]
    [InlineData("--freeze", "layer9.*", "fits no weight of the network")]
    [InlineData("--head", "layer9", "no convolution or matrix product of this name")]
    [InlineData("--classes", "4", "the data has 10 classes")]
    public void What_does_not_fit_is_told(string option, string value, string problem)
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", run.Model, "--data", run.Data, option, value);
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain(problem).And.Contain(value);
        cnn.Files.Should().BeEmpty();
    }
}
