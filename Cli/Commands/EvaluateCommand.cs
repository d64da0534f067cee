using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Cli.Terminals;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Execution;
using Framework.Tensors;
using Framework.Training;

namespace Cli.Commands;

/// <summary><c>cnn evaluate</c>: how well a network tells the images of a data set apart.</summary>
internal static class EvaluateCommand
{
    // Beyond this a table does not fit a terminal; the JSON has all of it.
    private const int MostColumns = 20;

    private const int Batch = 100;

    public static Command Create()
    {
        var model = new Option<string>("--model") { HelpName = "FILE.onnx|RUN", Description = "The network.", Required = true };
        var split = Options.OneOf("--split", "Which images; those to test on by default.", "test", "train");
        var threads = Options.Threads();
        var json = Options.Json();
        var command = new DocumentedCommand(
            "evaluate",
            "Prints accuracy (top-1 and top-5), loss and confusion.",
            "cnn evaluate --model runs/first --data mnist",
            """
            Images are normalised as the model's file says (properties cnn.normalize.mean and cnn.normalize.deviation), or else by the data
            set's own statistics.
            """)
        { model, split, threads, json };
        var data = new DataChoice().AddTo(command);
        command.SetAction(parsed =>
        {
            var output = new JsonOutput(parsed.GetValue(json));
            return Run(
                parsed.GetValue(model)!,
                part => data.Open(parsed, part, output.Terminal),
                parsed.GetValue(split) == "train" ? DataSplit.Train : DataSplit.Test,
                parsed.GetValue(threads) ?? 0,
                output);
        });
        return command;
    }

    private static int Run(string modelPath, Func<DataSplit, IDataset> open, DataSplit split, int threads, JsonOutput json)
    {
        var terminal = json.Terminal;
        var model = ModelSource.OpenFile(modelPath);
        var data = open(split);
        model.CheckFits(data);
        var (normalization, by) = model.Normalization(data, () => open(DataSplit.Train));

        using var session = new Session(model.Graph, new SessionOptions { Threads = threads });
        int batch = FixedBatch(session) ?? Batch;
        var result = Evaluator.Evaluate(images => Scores(session, images, batch), data, [new Normalize(normalization)], batch);
        Show(terminal, result, data.ClassNames, by);
        json.Write(
            new EvaluateFigures(
                result.Images, result.Top1, result.Top5, result.Loss, result.ImagesPerSecond, data.ClassNames, Rows(result.Confusion)),
            FiguresJson.Default.EvaluateFigures);
        return ExitCode.Done;
    }

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
    }

    private static string Heading(int index, IReadOnlyList<string> classes) =>
        index < classes.Count && classes[index] != $"{index}" ? $"{index} {classes[index]}" : $"{index}";

    private static int[][] Rows(int[,] table) =>
        [.. Enumerable.Range(0, table.GetLength(0)).Select(r => Enumerable.Range(0, table.GetLength(1)).Select(c => table[r, c]).ToArray())];
}
