using Framework.Errors;
using Framework.Tensors;
using Google.Protobuf;
using Onnx.Wire;

namespace Onnx.Tests;

/// <summary>
/// The public record of ways out of a model's folder in ONNX's own libraries, each met here on reading and on writing. Further ways that were never reported
/// are in <see cref="ExternalDataTests"/>.
/// </summary>
public sealed class PublicRecordTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("record").FullName;

    private string Inner => Directory.CreateDirectory(Path.Combine(_folder, "inner")).FullName;

    private string Secret
    {
        get
        {
            string path = Path.Combine(_folder, "secret");
            if (!File.Exists(path)) File.WriteAllText(path, "untouched");
            return path;
        }
    }

    /// <summary>CVE-2022-25882: a location that climbs out was read as it stands.</summary>
    [Theory]
    [InlineData("../secret")]
    [InlineData("../../../../../../../../etc/passwd")]
    public void CVE_2022_25882_a_location_that_climbs_out_is_not_read(string location) => NotRead(location);

    /// <summary>CVE-2024-27318: the check of the one before looked at the text's beginning, and could be got round.</summary>
    [Theory]
    [InlineData("./../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("sub/./../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("..\\secret")]
    public void CVE_2024_27318_nor_is_one_that_hides_it(string location)
    {
        Directory.CreateDirectory(Path.Combine(Inner, "sub"));
        NotRead(location);
    }

    /// <summary>CVE-2025-51480: saving wrote a tensor's elements wherever its location led.</summary>
    [Theory]
    [InlineData("weights")]
    [InlineData("sub/weights")]
    public void CVE_2025_51480_writing_goes_to_the_place_that_the_user_named_and_nowhere_else(string location)
    {
        Directory.CreateDirectory(Path.Combine(Inner, "sub"));
        File.WriteAllBytes(Path.Combine(Inner, location), new byte[4096]);
        var graph = OnnxModel.Load(WriteModel(location, 1024));
        string target = Directory.CreateDirectory(Path.Combine(_folder, "target")).FullName;

        OnnxModel.Save(graph, Path.Combine(target, "out.onnx"), new OnnxExportOptions { ExternalData = true });

        Directory.EnumerateFileSystemEntries(_folder, "*", SearchOption.AllDirectories).Where(f => File.Exists(f) && !f.StartsWith(Inner, StringComparison.Ordinal))
            .Should().BeEquivalentTo(Path.Combine(target, "out.onnx"), Path.Combine(target, "out.onnx.data"));
        ModelProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(target, "out.onnx"))).Graph.Initializer.Single().ExternalData.Single(e => e.Key == "location").Value
            .Should().Be("out.onnx.data");
    }

    /// <summary>Later reports: the location itself is a symbolic link, or a folder on its way is.</summary>
    [Theory]
    [InlineData("link")]
    [InlineData("folder/secret")]
    public void A_symbolic_link_that_leads_out_is_not_read(string location)
    {
        File.CreateSymbolicLink(Path.Combine(Inner, "link"), Secret);
        Directory.CreateSymbolicLink(Path.Combine(Inner, "folder"), _folder);
        NotRead(location);
    }

    [Fact]
    public void Nor_is_a_hard_link()
    {
        Link(Secret, Path.Combine(Inner, "weights"));
        var load = () => OnnxModel.Load(WriteModel("weights", 2));
        load.Should().Throw<ModelFormatException>().WithMessage("*hard links*");
    }

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.onnx.data")]
    public void Writing_replaces_a_symbolic_link_and_leaves_what_it_leads_to(string name)
    {
        File.CreateSymbolicLink(Path.Combine(Inner, name), Secret);
        Written();
    }

    [Theory]
    [InlineData("net.onnx")]
    [InlineData("net.onnx.data")]
    public void Writing_replaces_a_hard_link_and_leaves_the_other_name_s_content(string name)
    {
        Link(Secret, Path.Combine(Inner, name));
        Written();
    }

    /// <summary>Later reports: what was checked is changed for something else before it is used. Somebody does so all the while; nothing outside is ever read.</summary>
    [Fact]
    public async Task A_file_that_changes_between_check_and_use_leads_nowhere()
    {
        const int times = 2000;
        string weights = Path.Combine(Inner, "weights"), good = Path.Combine(Inner, "good"), model = WriteModel("weights", 2);
        File.WriteAllBytes(good, new byte[8]);
        File.WriteAllBytes(Secret, [1, 2, 3, 4, 5, 6, 7, 8]);
        File.Copy(good, weights);
        using var end = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                File.Delete(weights + ".new");
                File.CreateSymbolicLink(weights + ".new", Secret);
                File.Move(weights + ".new", weights, overwrite: true);
                File.Copy(good, weights + ".new", overwrite: true);
                File.Move(weights + ".new", weights, overwrite: true);
            }
        });
        int read = 0, refused = 0;
        for (int i = 0; i < times; i++)
        {
            try
            {
                OnnxModel.Load(model).Initializers.Single().Data.AsBytes().ToArray().Should().OnlyContain(b => b == 0);
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        await end.CancelAsync();
        await changing;
        (read + refused).Should().Be(times);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void NotRead(string location)
    {
        _ = Secret;
        var load = () => OnnxModel.Load(WriteModel(location, 2));
        load.Should().Throw<ModelFormatException>().WithMessage("*outside the model's folder*");
    }

    private void Written()
    {
        OnnxModel.Save(TestGraphs.LeNet(), Path.Combine(Inner, "net.onnx"), new OnnxExportOptions { ExternalData = true });
        File.ReadAllText(Secret).Should().Be("untouched");
        OnnxModel.Load(Path.Combine(Inner, "net.onnx")).Parameters.Should().NotBeEmpty();
    }

    private string WriteModel(string location, int elements)
    {
        var model = new TestModel(17).Input("x", 1).Node("Relu", ["x"], ["y"]).Output("y");
        model.Graph.Initializer.Add(new TensorProto
        {
            Name = "w",
            DataType = (int)ElementType.Float32,
            Dims = { elements },
            DataLocation = TensorProto.Types.DataLocation.External,
            ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
        });
        string path = Path.Combine(Inner, "test.onnx");
        File.WriteAllBytes(path, model.Message.ToByteArray());
        return path;
    }

    private static void Link(string from, string to)
    {
        using var process = System.Diagnostics.Process.Start("ln", [from, to]);
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
    }
}
