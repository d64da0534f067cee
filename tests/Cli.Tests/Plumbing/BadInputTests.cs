using System.Buffers.Binary;
using System.Text;
using Onnx;

namespace Cli.Tests.Plumbing;

/// <summary>Bad input of every kind: exit code 2, one line that names the place, no file left behind.</summary>
[Collection(nameof(TrainedRun))]
public sealed class BadInputTests(TrainedRun run)
{
    private const string Images = "train-images-idx3-ubyte", Labels = "train-labels-idx1-ubyte";

    private const int LabelHeader = 8;

    [Fact]
    public void A_truncated_IDX_file() => WithData(Images, bytes => bytes[..^1]).Should().Contain(Images);

    [Fact]
    public void An_IDX_file_that_goes_on_too_long() => WithData(Labels, bytes => [.. bytes, 0]).Should().Contain(Labels);

    [Fact]
    public void An_IDX_file_with_a_wrong_magic_number() =>
        WithData(Images, bytes => [0xff, .. bytes[1..]]).Should().Contain(Images).And.Contain("byte 0");

    [Fact]
    public void Images_where_labels_are_expected() =>
        WithData(Labels, _ => File.ReadAllBytes(Path.Combine(run.Data, Images))).Should().Contain(Labels);

    [Fact]
    public void Labels_where_images_are_expected() =>
        WithData(Images, _ => File.ReadAllBytes(Path.Combine(run.Data, Labels))).Should().Contain(Images);

    [Fact]
    public void Fewer_labels_than_images() => WithData(Labels, bytes =>
    {
        byte[] fewer = bytes[..^1];
        BinaryPrimitives.WriteInt32BigEndian(fewer.AsSpan(LabelHeader - 4), SmallDigits.TrainCount - 1);
        return fewer;
    }).Should().Contain(Labels).And.Contain($"{SmallDigits.TrainCount - 1}").And.Contain($"{SmallDigits.TrainCount}");

    [Fact]
    public void A_missing_IDX_file() => WithData(Images, null).Should().Contain(Images);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(10_000)]
    public void A_truncated_ONNX_file(int length) => WithModel(bytes => bytes[..length]).Should().Contain("bad.onnx");

    [Fact]
    public void A_garbage_ONNX_file() =>
        WithModel(_ => Encoding.UTF8.GetBytes("This is no model, whatever its name says.")).Should().Contain("bad.onnx");

    [Fact]
    public void An_unknown_operator() => WithModel(bytes => Replaced(bytes, "\x04Relu", "\x04Rulu")).Should().Contain("bad.onnx").And.Contain("Rulu");

    [Fact]
    public void A_folder_that_is_no_run()
    {
        using var cnn = new Cnn();
        Refused(cnn, "evaluate", "--model", run.Data, "--data", run.Data).Should().Contain("model.onnx");
    }

    [Fact]
    public void Normalisation_that_makes_no_sense() => WithModel(_ =>
    {
        var graph = OnnxModel.Load(run.Model);
        return OnnxModel.Serialize(graph.WithMetadata(graph.Metadata with
        {
            Properties = [new("cnn.normalize.mean", "0.13"), new("cnn.normalize.deviation", "wide")],
        }));
    }).Should().Contain("bad.onnx").And.Contain("cnn.normalize.deviation").And.Contain("wide");

    [Fact]
    public void Data_that_does_not_fit_the_network()
    {
        using var cnn = new Cnn();
        OnnxPlanted.WriteForLargerImages(cnn["larger.onnx"]);
        string[] untouched = cnn.Files;
        var result = cnn.Run("train", "--model", "larger.onnx", "--data", run.Data, "--out", "run");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("larger.onnx").And.Contain("[N,1,28,28]").And.Contain("[N,3,32,32]");
        cnn.Files.Should().Equal(untouched);
    }

    [Theory]
    [InlineData("", "command")]
    [InlineData("juggle", "juggle")]
    [InlineData("train --model lenet5", "--data")]
    [InlineData("train --model lenet6 --data digits", "lenet6")]
    [InlineData("train --model lenet5 --data nowhere", "nowhere")]
    [InlineData("train --model lenet5 --data digits --epochs none", "--epochs")]
    [InlineData("train --model lenet5 --data digits --epochs 0", "--epochs")]
    [InlineData("train --model lenet5 --data digits --batch -1", "--batch")]
    [InlineData("train --model lenet5 --data digits --lr nan", "--lr")]
    [InlineData("train --model lenet5 --data digits --momentum 1", "--momentum")]
    [InlineData("train --model lenet5 --data digits --schedule steep", "--schedule")]
    [InlineData("train --model lenet5 --data digits --optimizer adagrat", "--optimizer")]
    [InlineData("train --model lenet5 --data digits --threads -2", "--threads")]
    [InlineData("train --model lenet5 --data digits --json no/such/folder.json", "no/such/folder.json")]
    [InlineData("train --model lenet5 --data digits --wings 2", "--wings")]
    [InlineData("quickstart --out no/such/folder.onnx", "no/such/folder.onnx")]
    [InlineData("evaluate --model absent.onnx --data digits", "absent.onnx")]
    [InlineData("export lenet5", "--out")]
    [InlineData("export lenet5 --out no/such/folder.onnx", "no/such/folder.onnx")]
    [InlineData("export lenet5 --out x.onnx --opset 3", "--opset")]
    [InlineData("run absent.onnx", "absent.onnx")]
    [InlineData("data fetch everything", "everything")]
    [InlineData("data fetch mnist --from nowhere", "nowhere")]
    public void Bad_usage(string arguments, string named)
    {
        using var cnn = new Cnn().With("CNN_DATA", Path.Combine(Path.GetTempPath(), "cnn-test-cache"));
        Refused(cnn, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Should().Contain(named);
    }

    [Fact]
    public void The_trace_is_shown_only_to_those_who_ask()
    {
        using var cnn = new Cnn();
        cnn.Run("evaluate", "--model", "absent.onnx", "--data", "digits").Error.Should().NotContain("   at ");
        cnn.With("CNN_TRACE", "1").Run("evaluate", "--model", "absent.onnx", "--data", "digits").Error.Should().Contain("   at ");
    }

    private string WithData(string file, Func<byte[], byte[]>? change)
    {
        using var cnn = new Cnn();
        Directory.CreateDirectory(cnn["data"]);
        foreach (string source in Directory.GetFiles(run.Data)) File.Copy(source, Path.Combine(cnn["data"], Path.GetFileName(source)));
        string changed = Path.Combine(cnn["data"], file);
        if (change is null) File.Delete(changed);
        else File.WriteAllBytes(changed, change(File.ReadAllBytes(changed)));
        return Refused(cnn, "train", "--model", "softmax", "--data", "data", "--out", "run", "--json", "figures.json");
    }

    private string WithModel(Func<byte[], byte[]> change)
    {
        using var cnn = new Cnn();
        File.WriteAllBytes(cnn["bad.onnx"], change(File.ReadAllBytes(run.Model)));
        return Refused(cnn, "evaluate", "--model", "bad.onnx", "--data", run.Data, "--json", "figures.json");
    }

    private static string Refused(Cnn cnn, params string[] arguments)
    {
        string[] before = cnn.Files;
        var result = cnn.Run(arguments);
        result.ExitCode.Should().Be(2, result.Error);
        result.Output.Should().BeEmpty();
        cnn.Files.Should().Equal(before);
        return result.ErrorLines.Should().ContainSingle().Subject;
    }

    private static byte[] Replaced(byte[] bytes, string old, string replacement)
    {
        byte[] copy = [.. bytes];
        int at = copy.AsSpan().IndexOf(Encoding.UTF8.GetBytes(old));
        at.Should().BePositive();
        Encoding.UTF8.GetBytes(replacement).CopyTo(copy, at);
        return copy;
    }
}
