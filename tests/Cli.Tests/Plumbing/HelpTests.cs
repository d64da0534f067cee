using System.Text.RegularExpressions;

namespace Cli.Tests.Plumbing;

public sealed class HelpTests
{
    [Theory]
    [InlineData("quickstart")]
    [InlineData("train")]
    [InlineData("evaluate")]
    [InlineData("export")]
    [InlineData("inspect")]
    [InlineData("run")]
    [InlineData("parity")]
    [InlineData("conformance")]
    [InlineData("data", "list")]
    [InlineData("data", "fetch")]
    public void Every_command_has_an_example(params string[] command)
    {
        using var cnn = new Cnn();
        var result = cnn.Run([.. command, "--help"]);
        result.ExitCode.Should().Be(0);
        result.Error.Should().BeEmpty();
        result.Output.Should().Contain($"Example:{Environment.NewLine}  cnn {string.Join(' ', command)}");
    }

    [Fact]
    public void The_list_of_commands_has_one_line_for_each()
    {
        using var cnn = new Cnn();
        var lines = cnn.Run("--help").OutputLines;
        lines.SkipWhile(l => l != "Commands:").Skip(1).Should().HaveCountGreaterThan(5).And.OnlyContain(l => Regex.IsMatch(l, @"^\w+ .*\.$"));
    }
}
