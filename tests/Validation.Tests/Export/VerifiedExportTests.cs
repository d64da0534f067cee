using Framework.Adaptation;
using Framework.Errors;
using Framework.Graphs;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Onnx;
using Onnx.Opsets;
using Validation.Export;

namespace Validation.Tests.Export;

public sealed class VerifiedExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("verified").FullName;

    public static TheoryData<int> Versions => new(Enumerable.Range(OpsetHistory.OldestWritten, OpsetHistory.Newest - OpsetHistory.OldestWritten + 1));

    private string this[string file] => Path.Combine(_folder, file);

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_network_is_verified_in_every_operator_set(int version)
    {
        var graph = ModelCatalog.Create("resnet20-cifar", new ModelOptions()).Initialize(1).Trace();

        var report = VerifiedExport.Save(graph, this["net.onnx"], new OnnxExportOptions { Opset = version });

        report.Checks.Should().HaveCount(4).And.OnlyContain(c => c.Ok == true);
        report.Opset.Should().Be(version);
        report.Bytes.Should().Be(new FileInfo(this["net.onnx"]).Length);
        report.Checks[^1].Name.Should().StartWith("ONNX Runtime");
        report.Checks[^1].RmsRel.Should().BeGreaterThan(0, "two engines hardly round alike");
        Directory.EnumerateFileSystemEntries(_folder).Should().Equal(this["net.onnx"]);
    }

    [Fact]
    public void Weights_apart_are_verified_where_they_lie_in_the_end()
    {
        var graph = ModelCatalog.Create("lenet5", new ModelOptions()).Initialize(1).Trace();

        var report = VerifiedExport.Save(graph, this["net.onnx"], new OnnxExportOptions { ExternalData = true });

        report.Ok.Should().BeTrue();
        report.Bytes.Should().Be(new FileInfo(this["net.onnx"]).Length + new FileInfo(this["net.onnx.data"]).Length);
        Directory.EnumerateFileSystemEntries(_folder).Order(StringComparer.Ordinal).Should().Equal(this["net.onnx"], this["net.onnx.data"]);
        OnnxModel.Load(this["net.onnx"]).Parameters.Should().HaveCount(10);
    }

    [Fact]
    public void A_file_that_is_not_what_was_written_fails_and_what_it_differs_in_is_said()
    {
        var graph = ModelCatalog.Create("lenet5", new ModelOptions()).Initialize(1).Trace();
        var other = ModelCatalog.Create("lenet5", new ModelOptions()).Initialize(2).Trace();
        OnnxModel.Save(other, this["other.onnx"]);

        var report = VerifiedExport.Verify(graph, this["other.onnx"]);

        report.Ok.Should().BeFalse();
        report.Checks.Single(c => c.Name == "re-import").Detail.Should().Contain("other elements of 'conv1.weight'");
        report.Checks.Where(c => c.RmsRel is not null).Should().HaveCount(2).And.OnlyContain(c => c.Ok == false);
    }

    [Fact]
    public void Gradients_are_compared_where_the_same_engine_runs_again_and_nowhere_called_compared_that_were_not()
    {
        var training = TrainingGraph.Create(ModelCatalog.Create("lenet5", new ModelOptions()).Initialize(1).Trace(), Loss.CrossEntropy, seed: 1).Stored;
        var gradient = training.Outputs.Single(o => o.Name == "grad.fc3.bias");
        var builder = GraphBuilder.CopyOf(training, out var map);
        var wrong = builder.Rename(map.Get(gradient) * 2, "grad.doubled");
        builder.Rename(map.Get(gradient), "was");
        builder.Rename(wrong, gradient.Name);
        OnnxModel.Save(builder.Build([.. training.Outputs.Select(o => o == gradient ? wrong : map.Get(o))]), this["wrong.onnx"]);

        VerifiedExport.Save(training, this["right.onnx"]).Checks.Select(c => c.Ok).Should().Equal(true, true, true, true, true, null);
        var report = VerifiedExport.Verify(training, this["wrong.onnx"]);

        report.Checks.Single(c => c.Name == "gradients").Should().Match<ExportCheck>(c => c.Ok == false && c.Detail.Contains("'grad.fc3.bias'"));
        report.Checks[^1].Should().Match<ExportCheck>(c => c.Name == "gradients in ONNX Runtime" && c.Ok == null && c.Detail.Contains("cnn parity"));
    }

    [Fact]
    public void An_output_that_is_only_called_like_a_gradient_is_compared_and_gradients_alone_are_no_yes_of_another_engine()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N", 4]);
        var alike = builder.Build(builder.Rename(x.Exp(), "grad.y"));
        builder = new GraphBuilder();
        x = builder.Input("x", ElementType.Float32, ["N", 4]);
        var gradient = builder.Build(builder.Rename(x.Exp(), "grad.x"));

        VerifiedExport.Save(alike, this["alike.onnx"]).Checks[3].Should().Match<ExportCheck>(c => c.Ok == true && c.RmsRel > 0);
        VerifiedExport.Save(gradient, this["gradient.onnx"]).Checks[4].Should().Match<ExportCheck>(c => c.Ok == null && c.RmsRel == null);
    }

    [Fact]
    public void A_model_of_single_images_is_run_on_one()
    {
        var builder = new GraphBuilder();
        var single = builder.Input("x", ElementType.Float32, ["N", 4]).Reshape(builder.Integers(1, 4)).Exp();

        VerifiedExport.Save(builder.Build(single), this["single.onnx"]).Should().Match<ExportReport>(r => r.Ok && r.Ran);
    }

    [Fact]
    public void What_cannot_be_run_is_opened_by_another_engine_and_not_called_run()
    {
        var builder = new GraphBuilder();
        var graph = builder.Build(builder.Input("x", ElementType.Float32, ["N", "C"]).Exp());

        var report = VerifiedExport.Save(graph, this["open.onnx"]);

        report.Should().Match<ExportReport>(r => r.Ok && !r.Ran);
        report.Checks.Select(c => c.Ok).Should().Equal(true, true, null, true, null);
        report.Checks[3].Name.Should().StartWith("session of ONNX Runtime");
    }

    [Fact]
    public void A_look_that_finds_a_fault_leaves_nothing()
    {
        var graph = ModelCatalog.Create("lenet5", new ModelOptions()).Trace();
        var save = () => OnnxModel.Save(graph, this["net.onnx"], new OnnxExportOptions
        {
            ExternalData = true,
            Inspect = file =>
            {
                OnnxModel.Load(file).Nodes.Should().NotBeEmpty();
                throw new UsageException("look", "finds a fault.");
            },
        });

        save.Should().Throw<UsageException>();
        Directory.EnumerateFileSystemEntries(_folder).Should().BeEmpty();
    }

    [Fact]
    public void Height_and_width_are_opened_where_no_layer_depends_on_them()
    {
        var free = OpenSize.Of(ModelCatalog.Create("resnet20-cifar", new ModelOptions()).Initialize(1).Trace());
        free.Inputs[0].Shape!.ToString().Should().Be("[N,3,H,W]");
        OnnxModel.Parse(OnnxModel.Serialize(free)).Inputs[0].Shape!.ToString().Should().Be("[N,3,H,W]");

        var tied = () => OpenSize.Of(ModelCatalog.Create("lenet5", new ModelOptions()).Trace());
        tied.Should().Throw<ShapeException>().WithMessage("*fc1*");
    }

    [Fact]
    public void The_same_graph_gives_the_same_bytes()
    {
        var graph = ModelCatalog.Create("lenet5", new ModelOptions()).Initialize(1).Trace();
        string first = VerifiedExport.Save(graph, this["a.onnx"]).Sha256;
        VerifiedExport.Save(graph, this["b.onnx"]).Sha256.Should().Be(first);
        File.ReadAllBytes(this["b.onnx"]).Should().Equal(File.ReadAllBytes(this["a.onnx"]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
