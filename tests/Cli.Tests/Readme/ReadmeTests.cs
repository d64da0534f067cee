using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Training;

namespace Cli.Tests.Readme;

public sealed partial class ReadmeTests
{
    [Fact]
    public void The_readme_shows_the_snippets_that_are_compiled_here()
    {
        string source = File.ReadAllText(Path.Combine(Folder(), "Snippets.cs"));
        string readme = File.ReadAllText(Path.Combine(Folder(), "../../../README.md"));
        string[] compiled = [.. Snippet().Matches(source).Select(m => Dedented(m.Groups[1].Value))];
        string[] shown = [.. CodeBlock().Matches(readme).Select(m => m.Groups[1].Value.TrimEnd())];
        compiled.Should().HaveCount(4);
        shown.Should().Equal(compiled);
    }

    [Fact]
    public void The_snippets_train_a_network_that_comes_back_from_its_file_and_tells_digits_apart()
    {
        using var cnn = new Cnn();
        var epochs = new List<EpochResult>();
        Snippets.Export(Snippets.Train(2, epochs.Add), cnn["small.onnx"]);

        var loader = new DataLoader(Digits.Test, new LoaderOptions { BatchSize = 1000, Transforms = [new Normalize(Digits.Statistics)] });
        using var batch = loader.Epoch(0).Single();
        float[] scores = Snippets.Import(cnn["small.onnx"], batch.Images).ToArray<float>();
        var classes = scores.Chunk(10).Select(row => (long)Array.IndexOf(row, row.Max()));
        int right = batch.Labels.ToArray<long>().Zip(classes).Count(p => p.First == p.Second);

        epochs.Should().HaveCount(2);
        (right / 1000.0).Should().Be(epochs[1].TestAccuracy).And.BeGreaterThan(0.85);
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private static string Dedented(string code)
    {
        string[] lines = code.TrimEnd().Split('\n');
        int indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        return string.Join('\n', lines.Select(l => l.Length > indent ? l[indent..] : ""));
    }

    [GeneratedRegex(@"// snippet \w+\n(.*?)\n *// end", RegexOptions.Singleline)]
    private static partial Regex Snippet();

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
