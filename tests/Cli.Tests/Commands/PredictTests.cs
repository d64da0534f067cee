using Framework.Data;
using Framework.Data.Images;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class PredictTests(TrainedRun run)
{
    [Fact]
    public void Pictures_get_the_classes_that_evaluation_gives_them()
    {
        using var cnn = new Cnn();
        var sample = new float[28 * 28];
        int[] labels = [.. Enumerable.Range(0, 20).Select(i => Write(cnn[$"{i}.png"], i, sample))];

        var result = cnn.Run(["predict", run.Folder, .. Enumerable.Range(0, 20).Select(i => $"{i}.png"), "--top", "3", "--json", "-"]);

        result.ExitCode.Should().Be(0, result.Error);
        var images = Json.Parse(result.Output).GetProperty("images").EnumerateArray().ToArray();
        images.Should().HaveCount(20);
        images.Should().OnlyContain(i => i.GetProperty("classes").GetArrayLength() == 3);
        double[] sums = [.. images.Select(i => i.GetProperty("classes").EnumerateArray().Sum(c => c.GetProperty("probability").GetDouble()))];

        // The three most probable of ten have more than three tenths; what rounds up is the sum of ten.
        sums.Should().OnlyContain(s => s > 0.3 && s <= 1 + (10 * Math.Pow(2, -53)));
        int[] guesses = [.. images.Select(i => i.GetProperty("classes")[0].GetProperty("index").GetInt32())];

        // By chance two would be right.
        guesses.Zip(labels).Count(p => p.First == p.Second).Should().BeGreaterThan(10);
        result.Error.Should().Contain("0.png");
    }

    [Theory]
    [InlineData("missing.png", "no such file")]
    [InlineData("bad.png", "picture")]
    public void A_file_that_is_no_picture_is_named(string file, string expected)
    {
        using var cnn = new Cnn();
        File.WriteAllText(cnn["bad.png"], "this is no picture");
        var result = cnn.Run("predict", run.Folder, file);
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain(file).And.Contain(expected);
    }

    private static int Write(string file, int index, float[] sample)
    {
        int label = Digits.Test.Read(index * (Digits.TestPerClass / 2), sample);
        PngEncoder.Write(file, Picture.OfPlanes(sample, 1, 28, 28));
        return label;
    }
}
