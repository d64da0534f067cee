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
