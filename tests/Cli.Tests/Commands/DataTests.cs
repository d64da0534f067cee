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
    public void A_data_set_that_was_not_fetched_is_refused_with_the_command_that_fetches_it()
    {
        using var cnn = new Cnn();
        var result = cnn.Run("train", "--model", "lenet5", "--data", "mnist");
        result.ExitCode.Should().Be(2);
        result.ErrorLines.Should().ContainSingle().Which.Should().Contain("cnn data fetch mnist");
    }
}
