using Framework.Adaptation;
using Framework.Data;
using Framework.Data.Text;
using Framework.Errors;
using Framework.Graphs;
using Framework.Models;
using Onnx;

namespace Cli.Runs;

/// <summary>A network that the user named: one of the catalogue, an ONNX file, or what a run trained.</summary>
/// <param name="Graph">The network in its inference form.</param>
/// <param name="Place">How messages name it: its name or its file.</param>
/// <param name="Stem">Its name in short.</param>
/// <param name="HasHeads">Whether outputs beyond the first are auxiliary heads, which only training needs.</param>
internal sealed record ModelSource(Graph Graph, string Place, string Stem, bool HasHeads = false)
{
    private const string Remedy = "Choose data or a network that fit.";

    private FineTuning? _tuning;

    /// <summary>Whether it was read from a file.</summary>
    public bool IsFile { get; private init; }

    /// <summary>Finds a network: names of the catalogue go first, and get weights by the seed.</summary>
    /// <param name="name">A name, a file, or a run's folder.</param>
    /// <param name="seed">Decides the weights of a network of the catalogue.</param>
    /// <param name="data">
    /// What it is to be trained on, which decides classes and image size of a network of the catalogue and brings its auxiliary heads in; null for
    /// the usual.
    /// </param>
    /// <param name="heads">Whether auxiliary heads come in without data too.</param>
    /// <exception cref="UsageException">There is no such network.</exception>
    public static ModelSource Open(string name, long seed, IDataset? data = null, bool heads = false)
    {
        if (!ModelCatalog.Names.Contains(name))
        {
            if (Path.Exists(name)) return OpenFile(name);
            throw new UsageException(
                $"model {name}", "is neither a known network nor a file nor a run's folder.", $"Known are: {string.Join(", ", ModelCatalog.Names)}.");
        }

        var module = ModelCatalog.Create(name, new ModelOptions
        {
            Classes = data?.ClassNames.Count,
            Image = data?.SampleShape,
            Words = (data as SentenceDataset)?.Vocabulary.Count,
        }).Initialize(seed);
        return data is null && !heads
            ? new ModelSource(module.Trace(name: name), $"model {name}", name)
            : new ModelSource(module.TraceAll(name: name), $"model {name}", name, HasHeads: true);
    }

    /// <summary>Reads a network from an ONNX file, or from a run's folder.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ModelSource OpenFile(string path)
    {
        string stem = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path));
        if (Directory.Exists(path))
        {
            string file = RunFolder.ModelIn(path);
            if (!File.Exists(file)) throw new UsageException($"folder {path}", $"is no finished run: it holds no {Path.GetFileName(file)}.");
            path = file;
        }
        else if (!File.Exists(path))
        {
            throw new UsageException($"model {path}", "is neither a file nor a run's folder.");
        }

        return new ModelSource(OnnxModel.Load(path), path, stem) { IsFile = true };
    }

    /// <summary>The network with the weights of a state dict; null leaves it as it is.</summary>
    public ModelSource WithWeights(string? file) => file is null ? this : this with { Graph = StateDict.Load(Graph, file) };

    /// <summary>The network made ready for further training.</summary>
    public ModelSource Prepared(FineTuning tuning) => this with { Graph = tuning.Trainable, _tuning = tuning };

    /// <summary>What is kept of the network once it is trained.</summary>
    public Graph Finished(Graph trained) => _tuning is { } tuning ? tuning.Finish(trained) : HasHeads ? trained.WithOutputs(trained.Outputs[0]) : trained;

    /// <summary>How its images are normalised, and who says so: its own file, or else the data set, or else its training images.</summary>
    public (ChannelStatistics Statistics, string By) Normalization(IDataset data, Func<IDataset> trainingData)
    {
        if (ModelNotes.Normalization(Graph, Place) is { } own)
        {
            if (own.Mean.Count != 1 && own.Mean.Count != data.SampleShape[0])
            {
                throw new ShapeException(
                    $"{Place}, property {ModelNotes.Mean}", $"is for {own.Mean.Count} channels, the data's images are {data.SampleShape}.");
            }

            return (own, "the model's file says");
        }

        return data.Statistics is { } published
            ? (published, "the data set says")
            : (Floored(ChannelStatistics.Of(trainingData())), "the training images say");
    }

    /// <summary>Checks that it tells images of a data set apart.</summary>
    /// <exception cref="ShapeException">It does something else, or with other images, or with fewer classes.</exception>
    public void CheckFits(IDataset data)
    {
        if (Graph.Inputs.Count != 1 || Graph.Outputs.Count == 0)
        {
            throw new ShapeException(
                Place,
                $"has {Graph.Inputs.Count} inputs and {Graph.Outputs.Count} outputs.",
                "A classifier of images has one input, and its scores are the first output.");
        }

        var input = Graph.Inputs[0];
        SymbolicShape images = ["N", .. (SymbolicShape)data.SampleShape];
        if (input.ElementType != data.SampleType || (input.Shape is { } shape && !Takes(shape, images)))
            throw new ShapeException($"{Place}, input '{input.Name}'", $"takes {input.Fact}, the data's samples are {data.SampleType}{images}.", Remedy);
        if (Graph.Outputs[0].Shape is { Rank: 2 } scores && scores[1].IsKnown && scores[1].Value < data.ClassNames.Count)
            throw new ShapeException(Place, $"tells {scores[1]} classes apart, the data has {data.ClassNames.Count}.", IsFile ? $"A new last layer is made by --classes {data.ClassNames.Count}." : Remedy);
    }

    private static bool Takes(SymbolicShape input, SymbolicShape images) =>
        input.Rank == images.Rank && !input.Zip(images).Skip(1).Any(p => p.First.IsKnown && p.First != p.Second);

    // A channel without any variation would be divided by zero.
    private static ChannelStatistics Floored(ChannelStatistics statistics) =>
        statistics with { Deviation = [.. statistics.Deviation.Select(d => d > 0 ? d : 1f)] };
}
