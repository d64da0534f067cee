using System.CommandLine;
using System.Globalization;
using Cli.Plumbing;
using Cli.Runs;
using Framework.Data;
using Framework.Data.Transforms;
using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;

namespace Cli.Commands;

/// <summary><c>cnn predict</c>: the classes of pictures.</summary>
internal static class PredictCommand
{
    private const int UsualTop = 5;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { HelpName = "FILE.onnx|RUN", Description = "The network." };
        var images = new Argument<string[]>("IMAGE") { Description = "Picture files.", Arity = ArgumentArity.OneOrMore };
        var labels = new Option<string?>("--labels") { HelpName = "FILE", Description = "Names of the classes, one a line; those in the model's file by default." };
        var top = Options.AtLeast("--top", 1, "N", $"How many classes are shown of each picture; {UsualTop} by default.");
        var (threads, budget) = (Options.Threads(), Options.MemoryBudget());
        var json = Options.Json();
        var command = new DocumentedCommand(
            "predict",
            "Prints the most probable classes of pictures.",
            "cnn predict runs/first photo.png --top 3",
            """
            Pictures are brought to the channels and the size of the network's input, and normalised as the model's file says (properties
            cnn.normalize.mean and cnn.normalize.deviation); where it says nothing, values go from 0 to 1.
            """)
        { model, images, labels, top, threads, budget, json };
        command.SetAction(parsed => Run(
            parsed.GetValue(model)!,
            parsed.GetValue(images)!,
            parsed.GetValue(labels),
            parsed.GetValue(top) ?? UsualTop,
            Options.Session(parsed.GetValue(threads), parsed.GetValue(budget)),
            new JsonOutput(parsed.GetValue(json))));
        return command;
    }

    private static int Run(string modelPath, string[] files, string? labels, int top, SessionOptions options, JsonOutput json)
    {
        var model = ModelSource.OpenFile(modelPath);
        if (model.Graph.Inputs is not [{ ElementType: ElementType.Float32, Shape: { Rank: 4 } input }])
            throw new ShapeException(model.Place, "does not take one batch of pictures [N, channels, rows, columns].");
        var names = labels is null ? ModelNotes.ClassNames(model.Graph, model.Place) : ReadLabels(labels);
        var normalize = ModelNotes.Normalization(model.Graph, model.Place) is { } statistics ? new Normalize(statistics) : new Normalize(0, 1);
        using var session = new Session(model.Graph, options);

        var predictions = new List<PredictionFigures>();
        foreach (string file in files)
        {
            var scores = session.Run(Read(file, input, normalize))[0];
            var best = Probabilities(scores.Slice(0, 1).AsSpan<float>()).Index().OrderByDescending(p => p.Item).Take(top);
            predictions.Add(new PredictionFigures(file, [.. best.Select(p => new GuessFigures(p.Index, p.Index < names.Count ? names[p.Index] : $"{p.Index}", p.Item))]));
        }

        foreach (var prediction in predictions)
        {
            json.Terminal.Line(prediction.File);
            json.Terminal.Table(
                ["class", "probability"],
                [.. prediction.Classes.Select(c => (string[])[c.Name, c.Probability.ToString("P2", CultureInfo.InvariantCulture)])]);
        }

        json.Write(new PredictFigures(predictions), FiguresJson.Default.PredictFigures);
        return ExitCode.Done;
    }

    /// <summary>A picture as a batch, which is filled up with zeros for a network that takes whole batches only.</summary>
    private static Tensor Read(string file, SymbolicShape input, Normalize normalize)
    {
        var picture = DataChoice.Images.Read(file);
        int channels = input[1].IsKnown ? (int)input[1].Value : picture.Channels;
        if (channels is < 1 or > 4) throw new ShapeException(file, $"is a picture; the network takes {channels} channels.");
        picture = picture.With(channels);
        Shape shape = [channels, picture.Rows, picture.Columns];
        var planes = new float[shape.ElementCount];
        picture.ToPlanes(planes);
        var resize = new Resize(input[2].IsKnown ? (int)input[2].Value : picture.Rows, input[3].IsKnown ? (int)input[3].Value : picture.Columns);
        var size = resize.ShapeAfter(shape);
        var resized = new float[size.ElementCount];
        var random = default(SampleRandom);
        resize.Apply(planes, shape, resized, ref random);
        normalize.ShapeAfter(size);
        var batch = new Tensor(ElementType.Float32, [input[0].IsKnown ? (int)input[0].Value : 1, .. size]);
        normalize.Apply(resized, size, batch.AsSpan<float>()[..resized.Length], ref random);
        return batch;
    }

    private static double[] Probabilities(ReadOnlySpan<float> scores)
    {
        double highest = double.NegativeInfinity, sum = 0;
        foreach (float score in scores) highest = Math.Max(highest, score);
        foreach (float score in scores) sum += Math.Exp(score - highest);
        var probabilities = new double[scores.Length];
        for (int c = 0; c < scores.Length; c++) probabilities[c] = Math.Exp(scores[c] - highest) / sum;
        return probabilities;
    }

    private static string[] ReadLabels(string file) => File.Exists(file)
        ? File.ReadAllLines(file)
        : throw new UsageException($"--labels '{file}'", "there is no such file.");
}
