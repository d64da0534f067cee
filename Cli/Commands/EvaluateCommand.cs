using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Execution;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Metrics;

namespace Cli.Commands;

/// <summary><c>cnn evaluate</c>: how well a network tells the images of a data set apart.</summary>
internal static class EvaluateCommand
{
    // Beyond this a table does not fit a terminal; the JSON has all of it.
    private const int MostColumns = 20;

    private const int Batch = 100;

    public static Command Create()
    {
        var model = new Option<string[]>("--model")
        {
            HelpName = "FILE.onnx|RUN",
            Description = "The network; several vote by the mean of their probabilities.",
            Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var split = Options.OneOf("--split", "Which images; those to test on by default.", "test", "train");
        var (threads, budget) = (Options.Threads(), Options.MemoryBudget());
        var json = Options.Json();
        var command = new DocumentedCommand(
            "evaluate",
            "Prints accuracy (top-1 and top-5), loss, confusion, and precision, recall and F1 of each class.",
            "cnn evaluate --model runs/first --data mnist",
            """
            Images are normalised as the model's file says (properties cnn.normalize.mean and cnn.normalize.deviation), or else by the data
            set's own statistics.
            """)
        { model, split, threads, budget, json };
        var data = new DataChoice().AddTo(command);
        command.SetAction(parsed =>
        {
            var output = new JsonOutput(parsed.GetValue(json));
            return Run(
                parsed.GetValue(model)!,
                part => data.Read(parsed)!.Open(part, output.Terminal),
                parsed.GetValue(split) == "train" ? DataSplit.Train : DataSplit.Test,
                Options.Session(parsed.GetValue(threads), parsed.GetValue(budget)),
                output);
        });
        return command;
    }

    private static int Run(string[] modelPaths, Func<DataSplit, IDataset> open, DataSplit split, SessionOptions options, JsonOutput json)
    {
        var terminal = json.Terminal;
        var data = open(split);
        var members = new List<Member>();
        try
        {
            foreach (string path in modelPaths) members.Add(Member.Open(path, data, open, options));
            var normalization = members[0].Normalization;
            if (members.Find(m => !m.IsNormalizedBy(normalization)) is { } odd)
                throw new UsageException($"model {odd.Path}", $"normalises images otherwise than {members[0].Path}.", "Members of an ensemble take the same images.");

            // One alone is not asked twice.
            EvaluationResult[] alone = members.Count == 1 ? [] : [.. members.Select(m => Evaluate([m], data))];
            var result = Evaluate(members, data);
            for (int i = 0; i < alone.Length; i++) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"{members[i].Path}: top-1 {alone[i].Top1:P2}, loss {alone[i].Loss:F4}"));
            if (alone.Length > 0) terminal.Line(string.Create(CultureInfo.InvariantCulture, $"the mean of these: top-1 {alone.Average(a => a.Top1):P2}; together:"));
            Show(terminal, result, data.ClassNames, members[0].NormalizedBy);
            json.Write(Figures(result, data, members, alone), FiguresJson.Default.EvaluateFigures);
            return ExitCode.Done;
        }
        finally
        {
            foreach (var member in members) member.Dispose();
        }
    }

    private static EvaluationResult Evaluate(IReadOnlyList<Member> members, IDataset data)
    {
        int batch = members.Select(m => FixedBatch(m.Session)).FirstOrDefault(b => b is not null) ?? Batch;
        return Evaluator.Evaluate(
            images => members.Count == 1 ? Scores(members[0].Session, images, batch) : Ensemble.Scores([.. members.Select(m => Scores(m.Session, images, batch))]),
            data,
            [new Normalize(members[0].Normalization)],
            batch);
    }

    private static EvaluateFigures Figures(EvaluationResult result, IDataset data, IReadOnlyList<Member> members, EvaluationResult[] alone) => new(
        result.Images,
        result.Top1,
        result.Top5,
        result.Loss,
        result.ImagesPerSecond,
        data.ClassNames,
        Rows(result.Confusion),
        [.. ClassScore.Of(result.Confusion).Select(c => new ClassFigures(c.Images, c.Precision, c.Recall, c.F1))],
        [.. alone.Select((a, i) => new MemberFigures(members[i].Path, a.Top1, a.Top5, a.Loss))]);

    private static int? FixedBatch(Session session) =>
        session.Graph.Inputs[0].Shape is { } shape && shape[0].IsKnown ? (int)shape[0].Value : null;

    /// <summary>The scores of a batch; the last one is filled up for a network that takes whole batches only.</summary>
    private static Tensor Scores(Session session, Tensor images, int batch)
    {
        int count = images.Shape[0];
        if (count == batch || FixedBatch(session) is null) return session.Run(images)[0];
        var whole = new Tensor(images.ElementType, [batch, .. images.Shape[1..]]);
        images.CopyTo(whole.Slice(0, count));
        return session.Run(whole)[0].Slice(0, count);
    }

    private static void Show(Terminal terminal, EvaluationResult result, IReadOnlyList<string> classes, string by)
    {
        terminal.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Images} images, normalised as {by}: top-1 {result.Top1:P2}, top-5 {result.Top5:P2}, "
            + $"loss {result.Loss:F4}, {result.ImagesPerSecond:N0} images/s"));
        int columns = result.Confusion.GetLength(1);
        if (columns > MostColumns) return;
        terminal.Line("Confusion: a row for each right class, a column for what the network says.");
        terminal.Table(
            ["", .. Enumerable.Range(0, columns).Select(c => $"{c}")],
            [.. Rows(result.Confusion).Select((row, c) => (string[])[Heading(c, classes), .. row.Select(n => $"{n}")])]);
        terminal.Table(
            ["class", "images", "precision", "recall", "F1"],
            [.. ClassScore.Of(result.Confusion).Select((s, c) => (string[])[Heading(c, classes), $"{s.Images}", Share(s.Precision), Share(s.Recall), Share(s.F1)])]);
    }

    private static string Heading(int index, IReadOnlyList<string> classes) =>
        index < classes.Count && classes[index] != $"{index}" ? $"{index} {classes[index]}" : $"{index}";

    private static string Share(double share) => share.ToString("F4", CultureInfo.InvariantCulture);

    private static int[][] Rows(int[,] table) =>
        [.. Enumerable.Range(0, table.GetLength(0)).Select(r => Enumerable.Range(0, table.GetLength(1)).Select(c => table[r, c]).ToArray())];

    /// <summary>A network that has a vote.</summary>
    private sealed record Member(string Path, Session Session, ChannelStatistics Normalization, string NormalizedBy) : IDisposable
    {
        public static Member Open(string path, IDataset data, Func<DataSplit, IDataset> open, SessionOptions options)
        {
            var model = ModelSource.OpenFile(path);
            model.CheckFits(data);
            var (normalization, by) = model.Normalization(data, () => open(DataSplit.Train));
            return new Member(path, new Session(model.Graph, options), normalization, by);
        }

        public bool IsNormalizedBy(ChannelStatistics other) =>
            Normalization.Mean.SequenceEqual(other.Mean) && Normalization.Deviation.SequenceEqual(other.Deviation);

        public void Dispose() => Session.Dispose();
    }
}
