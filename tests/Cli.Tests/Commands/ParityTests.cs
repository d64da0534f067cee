using System.Text.Json;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Onnx;

namespace Cli.Tests.Commands;

public sealed class ParityTests
{
    private const string All = "float64,onnxruntime,libtorch";

    [Fact]
    public void Every_engine_has_a_row_for_each_parameter_the_input_and_the_loss()
    {
        using var cnn = new Cnn();

        var result = cnn.Run("parity", "--model", "lenet5", "--gradients", "--against", All, "--json", "lenet5.json");

        result.ExitCode.Should().Be(0, result.Output + result.Error);
        var figures = Json.Read(cnn["lenet5.json"]);
        figures.GetProperty("model").GetString().Should().Be("lenet5");
        figures.GetProperty("batch").GetInt32().Should().Be(2);
        figures.GetProperty("algorithm").GetString().Should().Be("auto");
        figures.GetProperty("ok").GetBoolean().Should().BeTrue();
        string[] expected =
        [
            "loss:loss", "output:output", "gradient:input",
            .. from layer in (string[])["conv1", "conv2", "fc1", "fc2", "fc3"] from part in (string[])["weight", "bias"] select $"gradient:{layer}.{part}",
        ];
        var rows = Rows(figures);
        rows.Should().HaveCount(3 * expected.Length);
        foreach (var engine in rows.GroupBy(r => r.GetProperty("against").GetString()))
            engine.Select(r => $"{r.GetProperty("quantity").GetString()}:{r.GetProperty("name").GetString()}").Should().BeEquivalentTo(expected, engine.Key);
        foreach (var row in rows)
        {
            row.GetProperty("ok").GetBoolean().Should().BeTrue();
            double tolerance = Number(row, "tolerance");
            tolerance.Should().BeGreaterThan(0).And.BeLessThan(1e-4, "nothing in this network amplifies rounding so much");
            Number(row, "rms_rel").Should().BeLessThanOrEqualTo(tolerance);
            foreach (string field in (string[])["max_abs", "error_vs_float64", "reference_error_vs_float64"]) double.IsFinite(Number(row, field)).Should().BeTrue();
        }

        figures.GetProperty("steps").GetArrayLength().Should().BeGreaterThan(20);
        figures.GetProperty("directional").GetProperty("ok").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public void Activations_are_rows_in_the_networks_order_and_come_before_the_output()
    {
        using var cnn = new Cnn();

        var result = cnn.Run("parity", "--model", "lenet5", "--activations", "--algorithm", "direct", "--against", All, "--json", "-");

        result.ExitCode.Should().Be(0, result.Error);
        var figures = Json.Parse(result.Output);
        figures.GetProperty("algorithm").GetString().Should().Be("direct");
        var rows = Rows(figures).Where(r => r.GetProperty("against").GetString() == "float64").ToList();
        rows.Select(r => r.GetProperty("quantity").GetString()).Should().Equal([.. Enumerable.Repeat("activation", rows.Count - 1), "output"]);
        rows.Select(r => r.GetProperty("name").GetString()).Should().ContainInOrder("conv1", "conv2", "fc1", "fc2", "output");
        figures.GetProperty("first_bad_activation").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void A_network_that_float32_cannot_hold_fails_and_says_where_and_how_to_see_it_again()
    {
        using var cnn = new Cnn();
        WriteOverflow(cnn["over.onnx"]);

        var result = cnn.Run("parity", "--model", "over.onnx", "--activations", "--against", All, "--json", "over.json", "--report", "over.html");

        result.ExitCode.Should().Be(1, result.Error);
        result.OutputLines.Should().ContainMatch("first value that is off: huge").And.ContainMatch("huge again: cnn parity --model over.onnx --batch 2 --seed 1 --activations*--only huge");
        string text = File.ReadAllText(cnn["over.json"]);
        text.Should().NotContain("NaN").And.NotContain("Infinity");
        var figures = Json.Parse(text);
        figures.GetProperty("ok").GetBoolean().Should().BeFalse();
        figures.GetProperty("first_bad_activation").GetString().Should().Be("huge");
        var failing = Rows(figures).Where(r => !r.GetProperty("ok").GetBoolean()).ToList();
        failing.Should().HaveCountGreaterThanOrEqualTo(3).And.OnlyContain(r => r.GetProperty("again").GetString()!.Contains("--only"));
        Rows(figures).Where(r => r.GetProperty("name").GetString() == "large").Should().OnlyContain(r => r.GetProperty("ok").GetBoolean());
        File.ReadAllText(cnn["over.html"]).Should().Contain("What does not hold").And.Contain("--only huge");

        string[] again = failing[0].GetProperty("again").GetString()!.Split(' ');
        cnn.Run(again[1..]).ExitCode.Should().Be(1);
    }

    [Fact]
    public void The_report_is_one_page_that_needs_nothing_else()
    {
        using var cnn = new Cnn();

        cnn.Run("parity", "--model", "lenet5", "--gradients", "--against", All, "--report", "lenet5.html").ExitCode.Should().Be(0);

        string page = File.ReadAllText(cnn["lenet5.html"]);
        page.Should().StartWith("<!DOCTYPE html>").And.Contain("<svg").And.Contain("prefers-color-scheme: dark").And.Contain("name=\"viewport\"");
        page.Should().NotContain("<script").And.NotContain("http").And.NotContain("url(").And.NotContain("NaN");
        foreach (string name in (string[])["conv1.weight", "fc3.bias", "onnxruntime", "libtorch"]) page.Should().Contain(name);
        cnn.Files.Should().Equal(cnn["lenet5.html"]);
    }

    [Theory]
    [InlineData("CNN_ONNXRUNTIME", "onnxruntime")]
    [InlineData("CNN_LIBTORCH", "libtorch")]
    public void An_engine_that_is_not_there_is_an_error(string variable, string engine)
    {
        using var cnn = new Cnn().With(variable, "nowhere");

        Refused(cnn, "--model", "xo", "--against", $"float64,{engine}", "--json", "xo.json", "--report", "xo.html").Should().Contain(variable);
        cnn.Files.Should().BeEmpty();
    }

    [Fact]
    public void What_is_not_known_is_answered_in_a_line()
    {
        using var cnn = new Cnn();

        Refused(cnn, "--model", "lenet6").Should().Contain("lenet6").And.Contain("lenet5");
        Refused(cnn, "--model", "xo", "--against", "float64,tensorflow").Should().Contain("tensorflow").And.Contain("libtorch");
        Refused(cnn, "--model", "xo", "--algorithm", "fft").Should().Contain("fft").And.Contain("winograd");
        Refused(cnn, "--model", "xo", "--batch", "0").Should().Contain("--batch");
        Refused(cnn, "--model", "xo", "--only", "conv9").Should().Contain("conv9");
        Refused(cnn, "--model", "xo", "--report", "missing/page.html").Should().Contain("missing");
        cnn.Files.Should().BeEmpty();
    }

    // 100 to the 32nd power is beyond float32, which ends at 10^38, and within float64.
    private static void WriteOverflow(string path)
    {
        var builder = new GraphBuilder("over");
        var x = builder.Input("input", ElementType.Float32, ["N", 8]);
        var power = builder.Rename((x - x) + 100, "large");
        for (int i = 0; i < 5; i++) power *= power;
        OnnxModel.Save(builder.Build(builder.Rename(builder.Rename(power, "huge") * 2, "output")), path);
    }

    private static List<JsonElement> Rows(JsonElement figures) => [.. figures.GetProperty("comparisons").EnumerateArray()];

    private static double Number(JsonElement row, string field) => row.GetProperty(field).GetDouble();

    private static string Refused(Cnn cnn, params string[] arguments)
    {
        var result = cnn.Run(["parity", .. arguments]);
        result.ExitCode.Should().Be(2);
        return result.ErrorLines.Should().ContainSingle().Subject;
    }
}
