using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Cli.Plumbing;
using Cli.Runs;
using Framework.Data.Images;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Metrics;

namespace Cli.Reports;

/// <summary>A run as a page: curves, confusion, the worst mistakes as pictures, the first layer's filters, and where and how it ran.</summary>
internal static class RunPage
{
    // A table of more classes, or more pictures, would be looked at by nobody.
    private const int MostClasses = 30, MostMistakes = 24, MostFilters = 64;

    private const string Style = """
        .pictures { display: flex; flex-wrap: wrap; gap: .75rem; padding: 0; margin: .5rem 0 0; list-style: none; font-size: .8125rem; line-height: 1.3; }
        .pictures li { width: 6rem; } .pictures.small li { width: auto; }
        .pictures img { display: block; width: 100%; image-rendering: pixelated; border: 1px solid var(--line); } .pictures.small img { width: 2.75rem; }
        .confusion td { text-align: right; font-variant-numeric: tabular-nums; padding: .2rem .4rem; } .confusion th { font-weight: 500; }
        """;

    /// <summary>Writes the page of a run that has come to its end, or was ended.</summary>
    public static void Write(string path, PreparedRun run, TrainFigures figures, Trainer trainer)
    {
        var evaluation = trainer.Evaluate(run.Test);
        var network = run.Finished(trainer.Network);
        using var session = new Session(network, new SessionOptions { Threads = run.Options.Threads });
        var page = new Page($"{run.Title} on {run.Data}", Style);
        page.Add(Invariant($"""
            <p><strong>{evaluation.Top1:P2}</strong> of {evaluation.Images:N0} test images are classified right (top-5 {evaluation.Top5:P2}, loss {evaluation.Loss:F4}),
            after {figures.Epochs.Count} of {figures.Settings.Epochs} epochs, {figures.Settings.Batch} images a batch, seed {figures.Settings.Seed}, in {figures.Seconds:N0} s of training{(figures.Interrupted ? "; the run was ended early" : "")}.</p>
            """));
        if (figures.Epochs.Count > 0) Curves(page, figures.Epochs);
        Confusion(page, evaluation, run.Test.ClassNames);
        Classes(page, evaluation, run.Test.ClassNames);
        Mistakes(page, run, images => session.Run(images)[0]);
        Filters(page, network);
        Environment(page, run, figures, network);
        page.Write(path);
    }

    private static void Curves(Page page, IReadOnlyList<EpochFigures> epochs)
    {
        page.Add(new CurvePlot("Loss", [new("training", [.. epochs.Select(e => e.Loss)]), new("test", [.. epochs.Select(e => e.TestLoss).OfType<double>()])], Small).ToString());
        page.Add(new CurvePlot(
            "Accuracy",
            [new("training", [.. epochs.Select(e => e.TrainAccuracy)]), new("test", [.. epochs.Select(e => e.TestAccuracy).OfType<double>()])],
            v => Invariant($"{v:P1}")).ToString());
        page.Add(new CurvePlot("Learning rate at each epoch's end", [new("rate", [.. epochs.Select(e => (double)e.Rate)])], Small).ToString());
    }

    private static void Confusion(Page page, EvaluationResult evaluation, IReadOnlyList<string> classes)
    {
        int count = evaluation.Confusion.GetLength(1);
        if (count > MostClasses) return;
        page.Add("<h2>Confusion</h2><p class=\"soft\">A row for each right class, a column for what the network says; the stronger the colour, the larger the share of its row.</p>");
        page.Add("<div class=\"scroll\" tabindex=\"0\"><table class=\"confusion\"><thead><tr><td></td>");
        for (int c = 0; c < count; c++) page.Add($"<th scope=\"col\">{Name(classes, c)}</th>");
        page.Add("</tr></thead><tbody>");
        for (int row = 0; row < count; row++)
        {
            int images = Enumerable.Range(0, count).Sum(c => evaluation.Confusion[row, c]);
            var cells = new StringBuilder();
            for (int c = 0; c < count; c++)
            {
                int n = evaluation.Confusion[row, c];

                // The root lets few mistakes be seen beside many hits. Half of a colour leaves the number legible in both schemes.
                double shade = images == 0 ? 0 : 0.5 * Math.Sqrt((double)n / images);
                string colour = row == c ? "26,127,55" : "198,40,40";
                cells.Append(Invariant($"<td style=\"background:rgba({colour},{shade:0.###})\">{n}</td>"));
            }

            page.Add($"<tr><th scope=\"row\">{Name(classes, row)}</th>{cells}</tr>");
        }

        page.Add("</tbody></table></div>");
    }

    private static void Classes(Page page, EvaluationResult evaluation, IReadOnlyList<string> classes) => page.Table(
        "By class",
        ["class", "images", "precision", "recall", "F1"],
        [.. ClassScore.Of(evaluation.Confusion).Select((s, c) => (string[])[$"<span>{Name(classes, c)}</span>", $"{s.Images}", Share(s.Precision), Share(s.Recall), Share(s.F1)])]);

    private static void Mistakes(Page page, PreparedRun run, Func<Tensor, Tensor> scores)
    {
        if (run.Test.SampleShape is not { Rank: 3 } shape || shape[0] is not (1 or 3)) return;
        var worst = Mistake.Worst(scores, run.Test, run.Options.TestTransforms, MostMistakes);
        if (worst.Count == 0) return;
        page.Add("<h2>Worst mistakes</h2><p class=\"soft\">Test images whose class was held to be least probable.</p><ul class=\"pictures\">");
        var planes = new float[shape.ElementCount];
        foreach (var mistake in worst)
        {
            run.Test.Read(mistake.Index, planes);
            string said = Name(run.Test.ClassNames, mistake.Guess), right = Name(run.Test.ClassNames, mistake.Label);
            page.Add(Invariant($"<li><img src=\"{Address(planes, shape[0], shape[1], shape[2])}\" alt=\"test image {mistake.Index}\">{right}, taken for <span class=\"bad\">{said}</span> ({mistake.Probability:P0})</li>"));
        }

        page.Add("</ul>");
    }

    private static void Filters(Page page, Graph network)
    {
        var name = network.Nodes.FirstOrDefault(n => n.Operator is Conv)?.Inputs[1]?.Name;
        if (network.Parameters.FirstOrDefault(p => p.Name == name)?.Data is not { Shape: { Rank: 4 } shape } weights) return;
        int channels = shape[1] == 3 ? 3 : 1, plane = shape[2] * shape[3];
        page.Add($"<h2>First filters</h2><p class=\"soft\">The {Math.Min(shape[0], MostFilters)} filters {Page.Escaped(name!)} {shape}{(channels < shape[1] ? ", the first channel of each" : "")}; each from its least weight (black) to its largest.</p><ul class=\"pictures small\">");
        for (int f = 0; f < Math.Min(shape[0], MostFilters); f++)
        {
            float[] values = weights.AsSpan<float>().Slice(f * shape[1] * plane, channels * plane).ToArray();
            float least = values.Min(), range = Math.Max(values.Max() - least, float.Epsilon);
            page.Add($"<li><img src=\"{Address([.. values.Select(v => (v - least) / range)], channels, shape[2], shape[3])}\" alt=\"filter {f}\"></li>");
        }

        page.Add("</ul>");
    }

    private static void Environment(Page page, PreparedRun run, TrainFigures figures, Graph network)
    {
        var settings = figures.Settings;
        (string What, string Value)[] rows =
        [
            ("run", figures.Run),
            ("network", $"{figures.Model}, {network.Parameters.Sum(p => (long)p.Data.Count).ToString("N0", CultureInfo.InvariantCulture)} parameters"),
            ("data", $"{figures.Data}: {run.Train.Count} training and {run.Test.Count} test images {run.Train.SampleShape}, normalised as {run.NormalizedBy}"),
            ("optimizer", Invariant($"{settings.Optimizer}{Given("rate", settings.Lr)}{Given("momentum", settings.Momentum)}{Given("decay", settings.WeightDecay)}{Given("schedule", settings.Schedule)}")),
            ("seed", $"{settings.Seed}; the same seed gives the same weights at any number of threads"),
            ("threads", run.Options.Threads == 0 ? $"one for each of {System.Environment.ProcessorCount} processors" : $"{run.Options.Threads}"),
            ("program", $"cnn {typeof(RunPage).Assembly.GetName().Version?.ToString(3)} on {RuntimeInformation.FrameworkDescription}"),
            ("machine", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}"),
            ("written", DateTimeOffset.Now.ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture)),
        ];
        page.Table("How it ran", ["", ""], [.. rows.Select(r => (string[])[r.What, $"<span style=\"white-space:normal\">{Page.Escaped(r.Value)}</span>"])]);
    }

    private static string Given(string name, object? value) => value is null ? "" : string.Create(CultureInfo.InvariantCulture, $", {name} {value}");

    private static string Name(IReadOnlyList<string> classes, int index) => Page.Escaped(index < classes.Count ? classes[index] : $"{index}");

    private static string Address(float[] planes, int channels, int rows, int columns) => PngEncoder.DataAddress(Picture.OfPlanes(planes, channels, rows, columns));

    private static string Share(double share) => share.ToString("F4", CultureInfo.InvariantCulture);

    private static string Small(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
