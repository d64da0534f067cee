using System.Text.Json;
using Interop.OnnxRuntime;
using Onnx;

namespace Cli.Tests.Commands;

public sealed class QuickstartTests
{
    [Fact]
    public void It_trains_exports_reads_back_and_runs_the_file_in_ONNX_Runtime_where_that_is_found()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("quickstart", "--epochs", "1", "--out", "digits.onnx", "--json", "figures.json");

        var figures = Json.Read(cnn["figures.json"]);
        figures.GetProperty("train_seconds").GetDouble().Should().BePositive();
        figures.GetProperty("test_images").GetInt32().Should().Be(1000);
        figures.GetProperty("onnx_file").GetString().Should().Be(cnn["digits.onnx"]);
        figures.GetProperty("reimport_max_abs").GetDouble().Should().Be(0);
        double accuracy = figures.GetProperty("test_accuracy").GetDouble();
        accuracy.Should().BeGreaterThan(0.8, "one epoch gets that far");
        result.ExitCode.Should().Be(accuracy >= 0.97 ? 0 : 1, "a check that does not hold shows in the exit code");

        var engine = figures.GetProperty("onnxruntime");
        if (OrtRuntime.TryFind(out var runtime))
        {
            engine.GetProperty("version").GetString().Should().Be(runtime.Version);
            engine.GetProperty("max_abs").GetDouble().Should().BeInRange(0, 1e-5);
        }
        else
        {
            engine.ValueKind.Should().Be(JsonValueKind.Null);
        }

        OnnxModel.Load(cnn["digits.onnx"]).Parameters.Should().HaveCount(10);
        result.Output.Should().NotContain("\u001b", "output that is redirected has plain lines");
    }

    [Fact]
    public void As_it_comes_every_check_holds()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("quickstart", "--json", "figures.json");

        result.ExitCode.Should().Be(0, result.Error);
        Json.Read(cnn["figures.json"]).GetProperty("test_accuracy").GetDouble().Should().BeGreaterThanOrEqualTo(0.97);
    }

    [Fact]
    public void Without_ONNX_Runtime_one_line_says_how_to_get_it()
    {
        using var copy = new Cnn();
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(Cnn.Program)!)) File.Copy(file, copy[Path.GetFileName(file)]);
        using var cnn = new Cnn { Path = copy["cnn.dll"] };

        var result = cnn.Run("quickstart", "--epochs", "1", "--json", "figures.json");

        result.OutputLines.Should().ContainSingle(line => line.Contains("get-onnxruntime.sh"));
        Json.Read(cnn["figures.json"]).GetProperty("onnxruntime").ValueKind.Should().Be(JsonValueKind.Null);
        File.Exists(cnn["lenet5-digits.onnx"]).Should().BeTrue();
    }

    [Fact]
    public void An_engine_that_was_asked_for_and_is_not_there_is_an_error()
    {
        using var cnn = new Cnn().With("CNN_ONNXRUNTIME", "/nowhere/libonnxruntime.so");
        var result = cnn.Run("quickstart");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("/nowhere/libonnxruntime.so");
        cnn.Files.Should().BeEmpty();
    }
}
