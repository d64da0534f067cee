using System.Text.Json;
using Onnx;

namespace Cli.Tests.Commands;

public sealed class ConformanceTests
{
    private const string Suite = "/usr/share/libonnx-testdata/data";

    [Fact]
    public void Cases_are_chosen_by_name_and_counted()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("conformance", Suite, "--filter", "node/test_relu*", "--json", "-");
        result.ExitCode.Should().Be(0, result.Error);
        var figures = JsonDocument.Parse(result.Output).RootElement;
        figures.GetProperty("total").GetInt32().Should().Be(1);
        figures.GetProperty("passed").GetInt32().Should().Be(1);
        var only = figures.GetProperty("cases").EnumerateArray().Single();
        only.GetProperty("name").GetString().Should().Be("node/test_relu");
        only.GetProperty("status").GetString().Should().Be("passed");
        only.GetProperty("max_abs").GetDouble().Should().Be(0);
        result.Error.Should().Contain("1 of 1 cases passed");
    }

    [Fact]
    public void A_wrong_result_is_a_failed_check_and_an_unknown_operator_an_unsupported_case()
    {
        using var cnn = new Cnn();
        string good = Path.Combine(Suite, "node", "test_relu");
        foreach (string name in (string[])["right", "wrong"])
        {
            string data = cnn[Path.Combine("cases", name, "test_data_set_0")];
            Directory.CreateDirectory(data);
            File.Copy(Path.Combine(good, "model.onnx"), cnn[Path.Combine("cases", name, "model.onnx")]);
            foreach (string file in Directory.GetFiles(Path.Combine(good, "test_data_set_0"))) File.Copy(file, Path.Combine(data, Path.GetFileName(file)));
        }

        string expected = cnn[Path.Combine("cases", "wrong", "test_data_set_0", "output_0.pb")];
        var tensor = TensorFiles.Read(expected);
        tensor.AsSpan<float>()[0] += 1;
        TensorFiles.Write(expected, tensor);
        Directory.CreateDirectory(cnn[Path.Combine("cases", "strings")]);
        File.Copy(Path.Combine(Suite, "node", "test_cast_FLOAT_to_STRING", "model.onnx"), cnn[Path.Combine("cases", "strings", "model.onnx")]);

        var result = cnn.Run("conformance", cnn["cases"], "--json", "figures.json");
        result.ExitCode.Should().Be(1);
        var cases = JsonDocument.Parse(File.ReadAllText(cnn["figures.json"])).RootElement.GetProperty("cases").EnumerateArray()
            .ToDictionary(c => c.GetProperty("name").GetString()!, c => c.GetProperty("status").GetString());
        cases.Should().Equal(new Dictionary<string, string?> { ["right"] = "passed", ["strings"] = "unsupported", ["wrong"] = "failed" });
        result.OutputLines.Should().Contain(l => l.StartsWith("failed  wrong", StringComparison.Ordinal));
    }

    [Fact]
    public void A_folder_without_cases_is_bad_input()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("conformance", cnn.Folder);
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("holds no case");
    }
}
