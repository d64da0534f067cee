using Framework.Data.Images;

namespace Cli.Tests.Commands;

[Collection(nameof(TrainedRun))]
public sealed class ViewTests(TrainedRun run)
{
    [Theory]
    [InlineData("filters", "filters")]
    [InlineData("deconv --data small --index 3 --layer conv2", "image deconv")]
    [InlineData("saliency --data small --index 3", "image saliency gradient guided")]
    [InlineData("gradcam --data small --layer conv2 --class 4", "image gradcam gradcam-over")]
    [InlineData("occlusion --data small --stride 4", "image occlusion occlusion-over")]
    public void Pictures_and_a_page_that_asks_no_host_are_written(string arguments, string pictures)
    {
        string[] words = arguments.Split(' ');
        string folder = $"view-{words[0]}";
        var result = run.Cnn.Run(["view", .. words, "--model", "run", "--out", folder]);
        result.ExitCode.Should().Be(0, result.Error);
        result.OutputLines.Should().HaveCount(pictures.Split(' ').Length + 1);
        foreach (string name in pictures.Split(' '))
        {
            var picture = ImageReader.Managed.Read(run.Cnn[$"{folder}/{name}.png"]);
            picture.Pixels.Distinct().Count().Should().BeGreaterThan(8, "there is something to see");
        }

        File.ReadAllText(run.Cnn[$"{folder}/index.html"]).Should().Contain("data:image/png").And.NotContain("http");
    }

    [Fact]
    public void Images_of_files_are_brought_to_the_networks_size()
    {
        var picture = new Picture(50, 40, 3);
        new Random(1).NextBytes(picture.Pixels);
        PngEncoder.Write(run.Cnn["noise.png"], picture);
        run.Cnn.Run("view", "maps", "--model", "run", "--image", "noise.png", "--layer", "conv1", "--out", "view-maps").ExitCode.Should().Be(0);
        File.Exists(run.Cnn["view-maps/maps.png"]).Should().BeTrue();
    }

    [Theory]
    [InlineData("view maps --model run", "view: needs one picture.")]
    [InlineData("view maps --model run --data small --index 100", "--index 100: the data set has 100 images.")]
    [InlineData("view maps --model run --data small --layer conv7", "layer conv7: is not in")]
    [InlineData("view saliency --model run --data small --class 10", "class 10: is not among the 10")]
    [InlineData("view course square", "play square: is unknown.")]
    public void What_cannot_be_shown_is_said_in_one_line(string arguments, string message)
    {
        var result = run.Cnn.Run(arguments.Split(' '));
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain(message);
    }

    [Fact]
    public void Images_are_laid_out_and_the_course_is_played()
    {
        run.Cnn.Run("view", "tsne", "--model", "run", "--data", "small", "--layer", "fc2", "--count", "60", "--out", "view-tsne").ExitCode.Should().Be(0);
        string page = File.ReadAllText(run.Cnn["view-tsne/index.html"]);
        page.Split("<circle").Should().HaveCount(61);
        run.Cnn.Run("view", "course", "donut", "--out", "view-course").ExitCode.Should().Be(0);
        File.ReadAllText(run.Cnn["view-course/index.html"]).Should().Contain(">3.36</td>");
    }
}
