namespace Cli.Tests.Commands;

public sealed class InspectTests
{
    [Fact]
    public void A_known_network_is_listed_layer_by_layer_with_totals()
    {
        using var cnn = new Cnn();

        var result = cnn.Run("inspect", "vgg16", "--json", "vgg16.json");

        result.ExitCode.Should().Be(0, result.Error);
        result.OutputLines.Should().ContainMatch("features.0 *Conv *64x224x224 *1,792 *86,704,128 *12,845,056 *3");
        result.OutputLines[^1].Should().Match("total *138,357,544 *15,470,264,320 *60,950,432*");
        var figures = Json.Read(cnn["vgg16.json"]);
        figures.GetProperty("parameters").GetInt64().Should().Be(138_357_544);
        figures.GetProperty("multiply_adds").GetInt64().Should().Be(15_470_264_320);
        figures.GetProperty("activation_bytes").GetInt64().Should().Be(60_950_432);
        var first = figures.GetProperty("layers")[0];
        first.GetProperty("name").GetString().Should().Be("features.0");
        first.GetProperty("op").GetString().Should().Be("Conv");
        first.GetProperty("output_shape").EnumerateArray().Select(e => e.GetInt64()).Should().Equal(1, 64, 224, 224);
        first.GetProperty("parameters").GetInt64().Should().Be(1792);
        first.GetProperty("multiply_adds").GetInt64().Should().Be(86_704_128);
        first.GetProperty("receptive_field").GetInt64().Should().Be(3);
    }

    [Fact]
    public void A_file_gives_the_same_figures_as_the_network_that_it_was_written_from()
    {
        using var cnn = new Cnn();
        cnn.Run("export", "lenet5", "--out", "lenet5.onnx").ExitCode.Should().Be(0);

        cnn.Run("inspect", "lenet5", "--json", "name.json").ExitCode.Should().Be(0);
        cnn.Run("inspect", "lenet5.onnx", "--json", "file.json").ExitCode.Should().Be(0);

        File.ReadAllText(cnn["file.json"]).Should().Be(File.ReadAllText(cnn["name.json"]));
    }

    [Fact]
    public void What_cannot_be_inspected_is_answered_in_a_line()
    {
        using var cnn = new Cnn();

        Refused(cnn, "inspect", "resnet19").Should().Contain("resnet19").And.Contain("resnet18");
        Refused(cnn, "inspect", "vgg16", "--shape", "picture=1,3,32,32").Should().Contain("picture").And.Contain("input: Float32[N,3,224,224]");
        Refused(cnn, "inspect", "vgg16", "--shape", "input=1,3,big,32").Should().Contain("'big'");
        Refused(cnn, "inspect", "lenet5", "--shape", "input=1,3,28,28").Should().Contain("conv1 (Conv)").And.Contain("3 channels");
    }

    [Fact]
    public void Another_size_changes_the_figures()
    {
        using var cnn = new Cnn();

        var result = cnn.Run("inspect", "resnet18", "--shape", "input=1,3,64,64", "--json", "-");

        result.ExitCode.Should().Be(0, result.Error);
        Json.Parse(result.Output).GetProperty("layers")[0].GetProperty("output_shape").EnumerateArray().Select(e => e.GetInt64()).Should().Equal(1, 64, 32, 32);
    }

    private static string Refused(Cnn cnn, params string[] arguments)
    {
        var result = cnn.Run(arguments);
        result.ExitCode.Should().Be(2);
        return result.ErrorLines.Should().ContainSingle().Subject;
    }
}
