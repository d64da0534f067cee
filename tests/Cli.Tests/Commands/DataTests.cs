using Framework.Data.Images;

namespace Cli.Tests.Commands;

public sealed class DataTests
{
    [Fact]
    public void The_list_names_every_data_set_and_says_whether_it_is_here()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("data", "list");
        result.ExitCode.Should().Be(0);
        result.OutputLines.Should().Contain(l => l.StartsWith("digits ") && l.EndsWith("yes"))
            .And.Contain(l => l.StartsWith("mnist ") && l.EndsWith("no"))
            .And.Contain(l => l.StartsWith("fashion-mnist ") && l.EndsWith("no"));
    }

    [Fact]
    public void What_is_built_in_needs_no_fetching()
    {
        using var cnn = new Cnn();
        cnn.Run("data", "fetch", "digits").Should().Match<CnnResult>(r => r.ExitCode == 0 && r.Output.Contains("built in"));
    }

    [Fact]
    public void Files_that_are_not_the_data_set_are_refused_and_not_kept()
    {
        using var cnn = new Cnn();
        SmallDigits.Write(cnn["wrong"]);
        var result = cnn.With("CNN_DATA", cnn["cache"]).Run("data", "fetch", "mnist", "--from", "wrong");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("train-images-idx3-ubyte");
        Directory.GetFiles(cnn["cache"], "*ubyte*", SearchOption.AllDirectories).Should().BeEmpty();
        Directory.GetDirectories(cnn["cache"]).Should().BeEmpty("an empty folder would look like a data set");
    }

    [Fact]
    public void An_unknown_option_is_no_data_set()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("data", "fetch", "--nope");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("'--nope' is no command or option");
    }

    [Fact]
    public void A_folder_of_pictures_trains_and_bad_files_are_named_counted_and_left_out()
    {
        using var cnn = new Cnn();
        for (int i = 0; i < 10; i++)
        {
            foreach (string name in (string[])["dark", "light"])
            {
                Directory.CreateDirectory(cnn[$"pictures/{name}"]);
                var picture = new Picture(6, 8, 1);
                picture.Pixels.AsSpan().Fill((byte)(i + (name == "dark" ? 0 : 200)));
                PngEncoder.Write(cnn[$"pictures/{name}/{i}.png"], picture);
            }
        }

        File.WriteAllText(cnn["pictures/dark/broken.png"], "no picture");
        var refused = cnn.Run("train", "--model", "softmax", "--data", "pictures");
        (refused.ExitCode, refused.ErrorLines.Length).Should().Be((2, 1));
        refused.Error.Should().Contain("broken.png: byte 0");

        var result = cnn.Run("train", "--model", "softmax", "--data", "pictures", "--image", "1x5x5", "--skip-bad", "--epochs", "5", "--out", "run");
        result.ExitCode.Should().Be(0, result.Error);
        result.Output.Should().Contain("broken.png").And.Contain("1 bad files or lines of the");
        cnn.Run("evaluate", "--model", "run", "--data", "pictures", "--image", "1x5x5", "--skip-bad").Output.Should().Contain("top-1 100.00");
        cnn.Run("train", "--model", "softmax", "--data", "pictures", "--image", "5x5").ErrorLines.Should().ContainSingle().Which.Should().Contain("--image: '5x5'");
    }

    [Fact]
    public void A_data_set_that_was_not_fetched_is_refused_with_the_command_that_fetches_it()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", "lenet5", "--data", "mnist");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("cnn data fetch mnist");
    }
}
