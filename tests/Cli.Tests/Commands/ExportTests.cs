using Onnx;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class ExportTests(TrainedRun run)
{
    [Fact]
    public void A_run_is_exported_with_the_operator_set_that_is_asked_for()
    {
        using var cnn = new Cnn();
        cnn.Run("export", run.Folder, "--out", "old.onnx", "--opset", "13").ExitCode.Should().Be(0);
        var exported = OnnxModel.Load(cnn["old.onnx"]);
        exported.Metadata.Opsets.Should().Contain(new KeyValuePair<string, long>("", 13));
        foreach (var (mine, theirs) in OnnxModel.Load(run.Model).Parameters.Zip(exported.Parameters))
        {
            theirs.Name.Should().Be(mine.Name);
            theirs.Data.AsBytes().SequenceEqual(mine.Data.AsBytes()).Should().BeTrue(mine.Name);
        }
    }

    [Fact]
    public void A_known_network_is_exported_with_the_weights_of_the_seed()
    {
        using var cnn = new Cnn();
        Export("a.onnx", "1").Should().Equal(Export("b.onnx", "1"));
        Export("c.onnx", "2").Should().NotEqual(Export("a.onnx", "1"));

        byte[] Export(string file, string seed)
        {
            cnn.Run("export", "lenet5", "--out", file, "--seed", seed).ExitCode.Should().Be(0);
            return File.ReadAllBytes(cnn[file]);
        }
    }

    [Fact]
    public void Weights_go_into_a_file_of_their_own_on_request()
    {
        using var cnn = new Cnn();
        cnn.Run("export", run.Folder, "--out", "apart.onnx", "--external-data").ExitCode.Should().Be(0);
        cnn.Files.Should().Equal(cnn["apart.onnx"], cnn["apart.onnx.data"]);
        new FileInfo(cnn["apart.onnx"]).Length.Should().BeLessThan(new FileInfo(run.Model).Length / 2);
        OnnxModel.Load(cnn["apart.onnx"]).Parameters.Should().HaveCount(10);
    }
}
