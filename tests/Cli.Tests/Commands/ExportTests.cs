using Framework.Data;
using Framework.Data.Transforms;
using Framework.Execution;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Interop.OnnxRuntime;
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

    [Fact]
    public void What_the_verification_found_is_kept_and_properties_are_written()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("export", run.Folder, "--out", "net.onnx", "--property", "author=somebody", "--property", "cnn.classes=none", "--verify-report", "report.json");
        result.ExitCode.Should().Be(0, result.Error);

        var checks = Json.Read(cnn["report.json"]).GetProperty("checks").EnumerateArray().ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("ok").ToString());
        checks["structure"].Should().Be("True");
        checks["re-import"].Should().Be("True");
        checks["run again"].Should().Be("True");
        var properties = OnnxModel.Load(cnn["net.onnx"]).Metadata.Properties;
        properties.Should().Contain(new KeyValuePair<string, string>("author", "somebody")).And.Contain(new KeyValuePair<string, string>("cnn.classes", "none"));
        properties.Select(p => p.Key).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Weights_go_to_safetensors_and_back_into_a_network()
    {
        using var cnn = new Cnn();
        cnn.Run("export", run.Folder, "--out", "w.safetensors").ExitCode.Should().Be(0);
        var result = cnn.Run("export", "lenet5", "--weights", "w.safetensors", "--out", "net.onnx");
        result.ExitCode.Should().Be(0, result.Error);
        foreach (var (mine, theirs) in OnnxModel.Load(run.Model).Parameters.Zip(OnnxModel.Load(cnn["net.onnx"]).Parameters))
            theirs.Data.AsBytes().SequenceEqual(mine.Data.AsBytes()).Should().BeTrue(mine.Name);
        result = cnn.Run("export", "vgg11", "--weights", "w.safetensors", "--out", "vgg.onnx");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("do not fit");
    }

    [Fact]
    public void A_size_that_a_layer_depends_on_is_not_opened()
    {
        using var cnn = new Cnn();
        cnn.Run("export", "resnet20-cifar", "--out", "free.onnx", "--dynamic-size").ExitCode.Should().Be(0);
        OnnxModel.Load(cnn["free.onnx"]).Inputs[0].Shape!.ToString().Should().Be("[N,3,H,W]");
        var result = cnn.Run("export", run.Folder, "--out", "tied.onnx", "--dynamic-size");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("fc1");
    }

    [Fact]
    public void The_training_form_yields_loss_and_gradients_here_and_in_ONNX_Runtime()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("export", run.Folder, "--out", "training.onnx", "--training-graph");
        result.ExitCode.Should().Be(0, result.Error);

        var loader = new DataLoader(Digits.Test, new LoaderOptions { BatchSize = 4, Transforms = [new Normalize(Digits.Statistics)] });
        using var batch = loader.Epoch(0).First();
        var network = OnnxModel.Load(run.Model);
        var training = TrainingGraph.Create(network, Loss.CrossEntropy, seed: 1);
        using var oracle = new Interpreter(training.Stored, Precision.Float64);
        var expected = training.Stored.Outputs.Zip(oracle.Run(batch.Images, batch.Labels)).ToDictionary(p => p.First.Name, p => p.Second);

        var exported = OnnxModel.Load(cnn["training.onnx"]);
        exported.Outputs.Select(o => o.Name).Should().Equal(expected.Keys).And.Contain("loss").And.Contain("grad.conv1.weight");
        exported.Nodes.Should().OnlyContain(n => n.Operator.Domain == "");
        using var session = new Session(exported);
        foreach (var (output, found) in exported.Outputs.Zip(session.Run(batch.Images, batch.Labels)))
            Agree(found, expected[output.Name], output.Name);

        using var other = new OrtSession(cnn["training.onnx"], runtime: OrtRuntime.Find());
        foreach (var (name, found) in other.Run(new Dictionary<string, Tensor> { ["input"] = batch.Images, ["target"] = batch.Labels }))
            Agree(found, expected[name], name);
    }

    [Fact]
    public void The_training_form_of_a_network_with_heads_has_them_in_its_loss()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("export", "googlenet", "--out", "training.onnx", "--training-graph");
        result.ExitCode.Should().Be(0, result.Error);

        var exported = OnnxModel.Load(cnn["training.onnx"]);
        exported.Outputs.Select(o => o.Name).Should().Contain(["loss", "output", "grad.aux1.fc2.weight", "grad.aux2.fc2.weight"]);
        cnn.Run("export", "googlenet", "--out", "inference.onnx").ExitCode.Should().Be(0);
        OnnxModel.Load(cnn["inference.onnx"]).Parameters.Should().NotContain(p => p.Name.StartsWith("aux"));
    }

    [Fact]
    public void A_training_form_whose_gradients_scatter_is_refused_for_an_operator_set_before_16()
    {
        using var cnn = new Cnn();

        var refused = cnn.Run("export", "lenet5", "--out", "training.onnx", "--training-graph", "--opset", "15");

        refused.ExitCode.Should().Be(2);
        refused.ErrorLines.Should().ContainSingle().Which.Should().Contain("ScatterElements").And.Contain("16");
        cnn.Files.Should().BeEmpty();
        cnn.Run("export", "lenet5", "--out", "training.onnx", "--training-graph", "--opset", "16").ExitCode.Should().Be(0);
    }

    /// <summary>Root mean square of the difference within what single precision does to sums of the network's longest reduction.</summary>
    private static void Agree(Tensor found, Tensor expected, string name)
    {
        // 400 products in fc1's forward sums, and 4 x 28 x 28 in the gradient of conv1's bias; errors of so many roundings add up as their root,
        // and pass through no more than 16 layers there and back.
        const double Epsilon = 1.2e-7, Layers = 16;
        double tolerance = Epsilon * Math.Sqrt(4 * 28 * 28) * Layers;
        double[] f = found.ToArray<double>(), e = expected.ToArray<double>();
        double difference = Math.Sqrt(f.Zip(e, (a, b) => (a - b) * (a - b)).Average()), scale = Math.Sqrt(e.Average(x => x * x));
        (difference / scale).Should().BeLessThan(tolerance, name);
    }
}
