using Framework.Errors;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx.Tests;

public sealed class ExternalDataTests : IDisposable
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(10);

    private readonly string _folder = Directory.CreateTempSubdirectory("external").FullName;

    [Fact]
    public void Weights_go_into_a_file_beside_the_model_and_come_back()
    {
        var graph = TestGraphs.LeNet();
        string path = Path.Combine(_folder, "model.onnx");
        OnnxModel.Save(graph, path, new OnnxExportOptions { ExternalData = true });

        var again = OnnxModel.Load(path);

        File.Exists(path + ".data").Should().BeTrue();
        foreach (var (before, after) in graph.Initializers.Zip(again.Initializers))
            after.Data.AsBytes().ToArray().Should().Equal(before.Data.AsBytes().ToArray(), "{0} must survive", before.Name);
        ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Initializer.SelectMany(i => i.ExternalData).Where(e => e.Key == "offset")
            .Should().OnlyContain(e => long.Parse(e.Value) % 4096 == 0);
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret")]
    [InlineData("..\\secret")]
    [InlineData("a//b")]
    [InlineData("linked")]
    [InlineData("linkedFolder/secret")]
    public void What_lies_outside_the_model_s_folder_is_not_read(string location)
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName;
        Directory.CreateDirectory(Path.Combine(inner, "sub"));
        File.WriteAllBytes(Path.Combine(_folder, "secret"), new byte[8]);
        File.CreateSymbolicLink(Path.Combine(inner, "linked"), Path.Combine(_folder, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(inner, "linkedFolder"), _folder);

        var load = () => OnnxModel.Load(WriteModel(inner, location));

        load.Should().Throw<ModelFormatException>().WithMessage($"*initializer 'w'*'{location}'*outside the model's folder*");
    }

    [Theory]
    [InlineData("weights", true)]
    [InlineData("./weights", true)]
    [InlineData("sub/weights", true)]
    [InlineData("innerLink", true)]
    [InlineData("absent", false)]
    public void What_lies_inside_is(string location, bool there)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "sub"));
        foreach (string file in new[] { "weights", "sub/weights" }) File.WriteAllBytes(Path.Combine(_folder, file), new byte[8]);
        File.CreateSymbolicLink(Path.Combine(_folder, "innerLink"), Path.Combine(_folder, "weights"));

        var load = () => OnnxModel.Load(WriteModel(_folder, location));

        if (there) load.Should().NotThrow();
        else load.Should().Throw<ModelFormatException>().WithMessage("*'absent'*cannot be read*");
    }

    [Theory]
    [InlineData("offset", "4", "*wants bytes up to 12 of 'weights', which has 8*")]
    [InlineData("offset", "9223372036854775807", "*wants bytes up to 9223372036854775807*")]
    [InlineData("offset", "-1", "*the offset '-1'*no number*")]
    [InlineData("length", "4", "*holds 4 bytes, but Float32[2] takes 8*")]
    [InlineData("location", "", "*none is named*")]
    public void A_wrong_place_in_the_file_is_refused(string key, string value, string message)
    {
        File.WriteAllBytes(Path.Combine(_folder, "weights"), new byte[8]);
        string path = WriteModel(_folder, "weights", new StringStringEntryProto { Key = key, Value = value });

        var load = () => OnnxModel.Load(path);

        load.Should().Throw<ModelFormatException>().WithMessage(message);
    }

    [Fact]
    public void A_file_that_has_another_name_elsewhere_is_not_read()
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName;
        File.WriteAllBytes(Path.Combine(_folder, "secret"), new byte[8]);
        Run("ln", Path.Combine(_folder, "secret"), Path.Combine(inner, "weights"));

        var load = () => OnnxModel.Load(WriteModel(inner, "weights"));

        load.Should().Throw<ModelFormatException>().WithMessage("*'weights'*hard links*");
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        Run("mkfifo", Path.Combine(_folder, "weights"));

        var load = () => Task.Run(() => OnnxModel.Load(WriteModel(_folder, "weights"))).WaitAsync(s_hang);

        await load.Should().ThrowAsync<ModelFormatException>().WithMessage("*'weights', which is no ordinary file*");
    }

    [Fact]
    public async Task For_no_elements_nothing_is_opened()
    {
        Run("mkfifo", Path.Combine(_folder, "weights"));
        string path = WriteModel(_folder, "weights", change: tensor => tensor.Dims[0] = 0);

        var load = () => Task.Run(() => OnnxModel.Load(path)).WaitAsync(s_hang);

        await load.Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_pipe_is_not_opened_where_no_length_is_wanted()
    {
        Run("mkfifo", Path.Combine(_folder, "weights"));
        using var folder = new ExternalData(_folder);

        var open = () => Task.Run(() => folder.Open("weights", 0, "tensor")).WaitAsync(s_hang);

        await open.Should().ThrowAsync<ModelFormatException>().WithMessage("*no ordinary file*");
    }

    [Fact]
    public void No_elements_lie_inside_the_folder_too()
    {
        string path = WriteModel(_folder, "../secret", change: tensor => tensor.Dims[0] = 0);

        var load = () => OnnxModel.Load(path);

        load.Should().Throw<ModelFormatException>().WithMessage("*outside the model's folder*");
    }

    [Theory]
    [InlineData("weights")]
    [InlineData("./weights")]
    [InlineData("link")]
    public void A_file_that_many_tensors_name_fills_no_memory(string otherName)
    {
        const int bytes = 1 << 20, tensors = 80;
        File.WriteAllBytes(Path.Combine(_folder, "weights"), new byte[bytes]);
        File.CreateSymbolicLink(Path.Combine(_folder, "link"), "weights");
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        for (int i = 0; i < tensors; i++) model.Graph.Initializer.Add(External(i % 2 == 0 ? "weights" : otherName, $"w{i}", bytes / sizeof(float)));
        string path = Path.Combine(_folder, "test.onnx");
        File.WriteAllBytes(path, model.ToBytes());

        var load = () => OnnxModel.Load(path);

        load.Should().Throw<ModelFormatException>().WithMessage($"*80 tensors take {tensors * bytes} bytes*files of {bytes}; at most {20 * bytes}*one initializer*");
    }

    [Fact]
    public void Tensors_of_nodes_count_as_well()
    {
        const int bytes = 1 << 20, tensors = 80;
        File.WriteAllBytes(Path.Combine(_folder, "weights"), new byte[bytes]);
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        for (int i = 0; i < tensors; i++)
        {
            model.Node("Constant", [], [$"c{i}"]);
            model.Graph.Node[^1].Attribute.Add(new AttributeProto
            {
                Name = "value",
                Type = AttributeProto.Types.AttributeType.Tensor,
                T = External("weights", "", bytes / sizeof(float)),
            });
        }

        string path = Path.Combine(_folder, "test.onnx");
        File.WriteAllBytes(path, model.ToBytes());

        var load = () => OnnxModel.Load(path);

        load.Should().Throw<ModelFormatException>().WithMessage($"*80 tensors take {tensors * bytes} bytes*");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Where_the_model_cannot_be_replaced_its_weights_are_not(bool inspected)
    {
        string path = Path.Combine(_folder, "model.onnx");
        Directory.CreateDirectory(path);
        File.WriteAllText(path + ".data", "old");

        var save = () => OnnxModel.Save(TestGraphs.LeNet(), path, new OnnxExportOptions { ExternalData = true, Inspect = inspected ? _ => { } : null });

        save.Should().Throw<UsageException>();
        File.ReadAllText(path + ".data").Should().Be("old");
    }

    [Fact]
    public void Links_in_a_circle_are_not_followed_for_ever()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "weights"), Path.Combine(_folder, "again"));
        File.CreateSymbolicLink(Path.Combine(_folder, "again"), Path.Combine(_folder, "weights"));

        var load = () => OnnxModel.Load(WriteModel(_folder, "weights"));

        load.Should().Throw<ModelFormatException>().WithMessage("*'weights'*cannot be read*");
    }

    [Fact]
    public void A_folder_that_is_itself_reached_by_a_link_is_a_folder_like_any_other()
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName, link = Path.Combine(_folder, "link");
        Directory.CreateSymbolicLink(link, inner);
        File.WriteAllBytes(Path.Combine(inner, "weights"), new byte[8]);

        var load = () => OnnxModel.Load(WriteModel(link, "weights"));

        load.Should().NotThrow();
    }

    [Fact]
    public void A_model_in_memory_has_no_files_beside_it()
    {
        string path = WriteModel(_folder, "weights");

        var parse = () => OnnxModel.Parse(File.ReadAllBytes(path));

        parse.Should().Throw<ModelFormatException>().WithMessage("*'weights'*was not read from a folder*");
    }

    [Fact]
    public void Writing_replaces_a_link_instead_of_following_it()
    {
        string elsewhere = Path.Combine(_folder, "elsewhere"), path = Path.Combine(_folder, "model.onnx");
        File.WriteAllText(elsewhere, "untouched");
        File.CreateSymbolicLink(path, elsewhere);
        File.CreateSymbolicLink(path + ".data", elsewhere);

        OnnxModel.Save(TestGraphs.LeNet(), path, new OnnxExportOptions { ExternalData = true });

        File.ReadAllText(elsewhere).Should().Be("untouched");
        OnnxModel.Load(path).Nodes.Should().NotBeEmpty();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }

    private static string WriteModel(string folder, string location, StringStringEntryProto? further = null, Action<TensorProto>? change = null)
    {
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        var tensor = External(location, "w", 2);
        if (further is not null) tensor.ExternalData.Add(further);
        change?.Invoke(tensor);
        model.Graph.Initializer.Add(tensor);
        string path = Path.Combine(folder, "test.onnx");
        File.WriteAllBytes(path, model.Message.ToByteArray());
        return path;
    }

    private static TensorProto External(string location, string name, int count) => new()
    {
        Name = name,
        DataType = (int)ElementType.Float32,
        Dims = { count },
        DataLocation = TensorProto.Types.DataLocation.External,
        ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
    };
}
