using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx.Wire;

namespace Onnx.Tests;

public sealed class ExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("export").FullName;

    [Fact]
    public void A_file_holds_what_memory_holds()
    {
        string path = Path.Combine(_folder, "lenet.onnx");

        OnnxModel.Save(TestGraphs.LeNet(), path);

        File.ReadAllBytes(path).Should().Equal(OnnxModel.Serialize(TestGraphs.LeNet()));
        Directory.EnumerateFileSystemEntries(_folder).Should().Equal(path);
    }

    [Fact]
    public void What_cannot_be_written_leaves_the_file_that_was_there_and_nothing_beside_it()
    {
        string path = Path.Combine(_folder, "model.onnx");
        File.WriteAllText(path, "before");
        var graph = new TestModel(20).Input("x", 4).Node("Erf", ["x"], ["y"]).Output("y").Import();

        var save = () => OnnxModel.Save(graph, path, new OnnxExportOptions { Opset = 8, ExternalData = true });

        save.Should().Throw<UnsupportedModelException>();
        Directory.EnumerateFileSystemEntries(_folder).Should().Equal(path);
        File.ReadAllText(path).Should().Be("before");
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        string path = Path.Combine(_folder, "absent", "model.onnx");

        var save = () => OnnxModel.Save(TestGraphs.LeNet(), path);

        save.Should().Throw<UsageException>().WithMessage($"model '{path}'*cannot be written*");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var load = () => OnnxModel.Load(Path.Combine(_folder, "absent.onnx"));

        load.Should().Throw<UsageException>().WithMessage("model '*absent.onnx'*no such file*");
    }

    [Fact]
    public void A_model_in_memory_takes_no_external_data()
    {
        var serialize = () => OnnxModel.Serialize(TestGraphs.LeNet(), new OnnxExportOptions { ExternalData = true });

        serialize.Should().Throw<UsageException>().WithMessage("*Save it to a file*");
    }

    [Fact]
    public void Initializers_are_named_by_their_path_and_intermediate_values_have_types()
    {
        var model = ModelProto.Parser.ParseFrom(OnnxModel.Serialize(TestGraphs.LeNet()));

        model.Graph.Initializer.Select(i => i.Name).Should().Contain(["conv1.weight", "conv1.bias", "fc2.bias"]);
        model.Graph.ValueInfo.Select(v => v.Name).Should().Contain(["conv1", "pool1", "fc1"]).And.NotContain("logits");
        model.ProducerName.Should().Be("cnn");
        model.IrVersion.Should().Be(8);
    }

    [Fact]
    public void A_step_for_the_inside_of_a_plan_is_never_written()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1, 2]);
        var inside = OperatorSet.All.First(o => o.Domain == Domains.Execution && o is not ElementwiseChain && o.Signature.Inputs.Count(i => !i.Optional) == 1);

        var serialize = () => OnnxModel.Serialize(builder.Build(builder.Apply(inside, [x])));

        serialize.Should().Throw<Exception>().Which.Should().Match(e => e is ModelFormatException || e is ShapeException);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
