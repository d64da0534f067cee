using System.CommandLine;
using Cli.Plumbing;
using Framework.Data;
using Framework.Data.Images;
using Framework.Data.Sources;
using Framework.Errors;
using Framework.Graphs;
using Framework.Seeing;
using Framework.Tensors;

namespace Cli.Runs;

/// <summary>The options of <c>cnn view</c>: which network, which picture, where to.</summary>
internal sealed class ViewChoice
{
    private readonly Option<string> _model = new("--model") { HelpName = "NAME|FILE.onnx|RUN", Description = "The network.", Required = true };

    private readonly Option<string?> _image = new("--image") { HelpName = "FILE", Description = "The picture: PNG, BMP, PNM or JPEG." };

    private readonly Option<string?> _data = new("--data") { HelpName = "NAME|PATH", Description = "Take the picture from a data set's test images instead." };

    private readonly Option<int?> _index = Options.AtLeast("--index", 0, "N", "Which image of the data set; the first by default.");

    private readonly Option<string?> _layer = new("--layer") { HelpName = "NAME", Description = "The layer, as `cnn inspect` names it." };

    private readonly Option<int?> _class = Options.AtLeast("--class", 0, "N", "The class; by default the one that the network finds most likely.");

    private readonly Option<string> _out = Out();

    /// <summary>The folder that pictures and page are written to.</summary>
    public static Option<string> Out() => new("--out") { HelpName = "FOLDER", Description = "Where pictures and index.html go.", DefaultValueFactory = _ => "view" };

    /// <summary>Gives a command the options that it needs.</summary>
    public ViewChoice AddTo(Command command, bool image = false, bool layer = false, bool score = false)
    {
        command.Add(_model);
        if (image) foreach (Option option in (Option[])[_image, _data, _index]) command.Add(option);
        if (layer) command.Add(_layer);
        if (score) command.Add(_class);
        command.Add(_out);
        return this;
    }

    /// <summary>Reads what was chosen.</summary>
    public Chosen Read(ParseResult parsed, bool image = false)
    {
        var source = ModelSource.Open(parsed.GetValue(_model)!, seed: 1);
        var network = source.Finished(source.Graph);
        var normalization = ModelNotes.Normalization(network, source.Place);
        string folder = parsed.GetValue(_out)!;
        OutputPath.CheckFolder(folder, "--out");
        return image
            ? Given(parsed, source, network, normalization, folder)
            : new Chosen(network, source.Stem, normalization, folder, null);
    }

    /// <summary>The layer that was named; null where none was.</summary>
    public Value? Layer(ParseResult parsed, Graph network) => parsed.GetValue(_layer) is { } name ? Layers.Find(network, name) : null;

    /// <summary>The class that was named, or else the most likely one.</summary>
    public int Class(ParseResult parsed, Chosen chosen)
    {
        if (parsed.GetValue(_class) is { } named) return named;
        var scores = Layers.Activations(chosen.Network, chosen.Network.Outputs[0], chosen.Image!).ToArray<float>();
        return Array.IndexOf(scores, scores.Max());
    }

    private Chosen Given(ParseResult parsed, ModelSource source, Graph network, ChannelStatistics? normalization, string folder)
    {
        string? file = parsed.GetValue(_image), data = parsed.GetValue(_data);
        if ((file is null) == (data is null)) throw new UsageException("view", "needs one picture.", "Give --image FILE, or --data NAME and --index N.");
        var extents = PictureExtents(source, network);
        if (file is not null)
            return new Chosen(network, source.Stem, normalization, folder, PictureInput.Of(DataChoice.Images.Read(file), extents, normalization));

        var images = DataSets.Open(data!, DataSplit.Test, new DataOptions { Images = DataChoice.Images, Sample = extents });
        int index = parsed.GetValue(_index) ?? 0;
        if (index >= images.Count) throw new UsageException($"--index {index}", $"the data set has {images.Count} images.");
        var sample = new float[images.SampleShape.ElementCount];
        images.Read(index, sample);
        if (images.SampleShape.Rank != 3) throw new UsageException($"--data {data}", $"its samples {images.SampleShape} are no pictures.");
        var picture = Picture.OfPlanes(sample, images.SampleShape[0], images.SampleShape[1], images.SampleShape[2]);
        normalization ??= images.Statistics;
        return new Chosen(network, source.Stem, normalization, folder, PictureInput.Of(picture, extents, normalization));
    }

    internal static Shape PictureExtents(ModelSource source, Graph network) =>
        network.Inputs is [{ ElementType: ElementType.Float32, Shape: { Rank: 4 } shape }] && shape[1..].IsKnown
            ? shape[1..].ToShape("input")
            : throw new ShapeException(source.Place, "takes no pictures of one size.", "One input [N, channels, rows, columns] is expected.");

    /// <summary>What was chosen.</summary>
    /// <param name="Network">The network.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="Normalization">What it expects of pictures, where known.</param>
    /// <param name="Folder">Where the results go.</param>
    /// <param name="Image">The picture, normalised, where one is needed.</param>
    internal sealed record Chosen(Graph Network, string Name, ChannelStatistics? Normalization, string Folder, Tensor? Image);
}
