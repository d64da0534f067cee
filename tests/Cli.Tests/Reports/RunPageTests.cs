using System.Globalization;
using System.Text.RegularExpressions;

namespace Cli.Tests.Reports;

[Collection(nameof(TrainedRun))]
public sealed partial class RunPageTests(TrainedRun run)
{
    private string Page => File.ReadAllText(Path.Combine(run.Folder, "report.html"));

    [Fact]
    public void The_page_needs_nothing_beside_itself()
    {
        Page.Should().StartWith("<!DOCTYPE html>").And.EndWith("</html>\n").And.Contain("prefers-color-scheme: dark");
        Page.Should().NotContain("<script").And.NotContain("<link").And.NotContain("http:").And.NotContain("https:").And.NotContain("@import");
        Address().Matches(Page).Select(m => m.Groups[1].Value).Should().NotBeEmpty().And.OnlyContain(a => a.StartsWith("data:image/png;base64,"));
    }

    [Fact]
    public void It_shows_the_figures_curves_confusion_mistakes_filters_and_seed()
    {
        double accuracy = run.Figures.GetProperty("test_accuracy").GetDouble();
        Page.Should().Contain(accuracy.ToString("P2", CultureInfo.InvariantCulture)).And.Contain("seed 7");
        foreach (string heading in (string[])["Loss", "Accuracy", "Confusion", "By class", "Worst mistakes", "First filters", "How it ran"])
            Page.Should().Contain($"<h2>{heading}</h2>");

        // LeNet-5 has six filters; each mistake is a picture, up to 24 of them.
        int mistakes = (int)Math.Round((1 - accuracy) * SmallDigits.TestCount);
        Address().Count(Page).Should().Be(6 + Math.Min(24, mistakes));
        Tag("td").Matches(Confusion()).Sum(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture)).Should().Be(SmallDigits.TestCount);
    }

    [Fact]
    public void Every_tag_that_is_opened_is_closed()
    {
        foreach (string tag in (string[])["table", "tr", "td", "th", "ul", "li", "svg", "figure", "div", "p", "span", "h2"])
            Regex.Count(Page, $"<{tag}[ >]").Should().Be(Regex.Count(Page, $"</{tag}>"), tag);
    }

    private string Confusion() => Page[Page.IndexOf("class=\"confusion\"", StringComparison.Ordinal)..Page.IndexOf("By class", StringComparison.Ordinal)];

    private static Regex Tag(string name) => new($"<{name} style[^>]*>([0-9]+)</{name}>");

    [GeneratedRegex("src=\"([^\"]*)\"")]
    private static partial Regex Address();
}
