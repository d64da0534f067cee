using System.IO.Enumeration;
using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;

namespace Framework.Adaptation;

/// <summary>How a network is made ready for further training.</summary>
public sealed record FineTuningOptions
{
    /// <summary>How many classes a new head tells apart; null keeps the head that is there.</summary>
    public int? Classes { get; init; }

    /// <summary>The head that is replaced, by the name of its node or weights; null for the last layer.</summary>
    public string? Head { get; init; }

    /// <summary>Names of weights and statistics that stay as they are; * and ? stand for anything. A new head is trained in any case.</summary>
    public IReadOnlyList<string> Frozen { get; init; } = [];

    /// <summary>Names that are trained in spite of <see cref="Frozen"/>.</summary>
    public IReadOnlyList<string> Thawed { get; init; } = [];

    /// <summary>Seeds a new head.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>
/// A network of any origin made ready for further training as a classifier: its batch is open, its weights are initializers, its head is for the right number of
/// classes, and what is frozen is a constant. A batch normalisation whose statistics are frozen goes on as in inference.
/// </summary>
public sealed class FineTuning
{
    private readonly Graph _whole;

    private FineTuning(Graph whole, Graph trainable)
    {
        _whole = whole;
        Trainable = trainable;
    }

    /// <summary>What a trainer takes: one output of scores [N, classes], before any softmax.</summary>
    public Graph Trainable { get; }

    /// <summary>Prepares a network.</summary>
    /// <param name="network">The network in its inference form, such as an imported one.</param>
    /// <param name="options">What is to be changed; null for nothing.</param>
    /// <exception cref="UsageException">The head is not found, or a pattern fits no name.</exception>
    /// <exception cref="ShapeException">The network cannot take another batch or another number of classes, or its first output is no scores.</exception>
    public static FineTuning Prepare(Graph network, FineTuningOptions? options = null)
    {
        options ??= new();
        var whole = new StoreWeights().Apply(OpenBatch.Of(network));
        IReadOnlyList<string> fresh = [];
        if (options.Classes is not null || options.Head is not null)
        {
            var head = ClassifierHead.Find(whole, options.Head);
            fresh = [head.Weight.Name, head.Bias?.Name ?? ""];
            if (options.Classes is { } classes) whole = head.Replace(classes, options.Seed);
        }

        whole = Freeze(whole, options, fresh);
        return new FineTuning(whole, Scores(whole));
    }

    /// <summary>The prepared network with the weights and statistics of its trained part: all outputs and whatever follows the scores are there again.</summary>
    public Graph Finish(Graph trained)
    {
        var names = _whole.Initializers.Select(i => i.Name).ToHashSet();
        return _whole.WithInitializers(trained.Initializers.Where(i => i.Role != InitializerRole.Constant && names.Contains(i.Name)).ToDictionary(i => i.Name, i => i.Data))
            .WithMetadata(trained.Metadata);
    }

    private static Graph Freeze(Graph graph, FineTuningOptions options, IReadOnlyList<string> fresh)
    {
        var names = graph.Initializers.Where(i => i.Role != InitializerRole.Constant).Select(i => i.Name).ToList();
        foreach (string pattern in options.Frozen.Concat(options.Thawed))
        {
            if (!names.Exists(n => Fits(pattern, n)))
                throw new UsageException($"pattern {pattern}", "fits no weight of the network.", $"There are {string.Join(", ", names.Take(8))}{(names.Count > 8 ? " and others" : "")}.");
        }

        bool IsFrozen(string name) => !fresh.Contains(name) && options.Frozen.Any(p => Fits(p, name)) && !options.Thawed.Any(p => Fits(p, name));
        return new Revision { Initializer = i => (i.Data, IsFrozen(i.Name) ? InitializerRole.Constant : i.Role) }.Of(graph);
    }

    private static bool Fits(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false);

    // The loss has a softmax of its own. Scores of some networks are pictures of one place.
    private static Graph Scores(Graph whole)
    {
        var softmax = ClassifierHead.Tail(whole).FirstOrDefault(n => n.Operator is Softmax or LogSoftmax);
        var scores = softmax?.Inputs[0] ?? whole.Outputs[0];
        var graph = whole.WithOutputs(scores);
        if (scores.Shape is { Rank: > 2 } shape && shape.Skip(2).All(d => d == 1))
        {
            var builder = GraphBuilder.CopyOf(graph, out var map);
            graph = builder.Build(map.Get(scores).Flatten());
        }

        return graph.Outputs[0].Shape is { Rank: 2 } found && found[1].IsKnown
            ? graph
            : throw new ShapeException(whole.Name, $"its first output is {graph.Outputs[0]}.", "Scores [N, classes] are expected of a classifier.");
    }
}
