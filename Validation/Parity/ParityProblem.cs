using Framework.Errors;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Validation.Parity;

/// <summary>What all engines are to compute: a network with its weights, one batch for it, and the forms that the engines need.</summary>
public sealed class ParityProblem
{
    private const string GradientPrefix = "grad.";

    private ParityProblem(Graph network, Graph graph, Graph forward, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> forwardInputs, IReadOnlyList<string> differentiated)
    {
        Network = network;
        Graph = graph;
        Forward = forward;
        Inputs = inputs;
        ForwardInputs = forwardInputs;
        Differentiated = differentiated;
    }

    /// <summary>The network in its inference form.</summary>
    public Graph Network { get; }

    /// <summary>What our own engines run: the network, or its training graph with parameters and statistics as inputs.</summary>
    public Graph Graph { get; }

    /// <summary>What an engine with gradient rules of its own runs: the network, with its loss where gradients are asked for, in operators of ONNX.</summary>
    public Graph Forward { get; }

    /// <summary>The inputs of <see cref="Graph"/>.</summary>
    public IReadOnlyList<Tensor> Inputs { get; }

    /// <summary>The inputs of <see cref="Forward"/>.</summary>
    public IReadOnlyList<Tensor> ForwardInputs { get; }

    /// <summary>The parameters and inputs whose gradients are compared, by name; empty where none are.</summary>
    public IReadOnlyList<string> Differentiated { get; }

    /// <summary>The name of a gradient among an engine's results.</summary>
    public static string GradientOf(string name) => GradientPrefix + name;

    /// <summary>The outputs of the network in inference, on normally distributed inputs.</summary>
    /// <param name="network">The network with its weights.</param>
    /// <param name="batch">Images in the batch.</param>
    /// <param name="seed">Seeds the batch.</param>
    /// <exception cref="ShapeException">An input has other open extents than its batch, or batch normalisation sees one value a channel.</exception>
    public static ParityProblem Inference(Graph network, int batch, long seed)
    {
        var inputs = Batch(network, batch, seed);
        return new ParityProblem(network, network, network, inputs, inputs, []);
    }

    /// <summary>
    /// Outputs, loss and gradients in training: statistics of the batch, no dropout, cross-entropy against seeded labels, auxiliary heads with the weight
    /// 0.3.
    /// </summary>
    /// <inheritdoc cref="Inference"/>
    public static ParityProblem Training(Graph network, int batch, long seed)
    {
        if (network.Outputs[0].Shape is not { Rank: 2 } scores || !scores[1].IsKnown)
            throw new ShapeException(network.Name, $"has the first output {network.Outputs[0]}.", "For gradients it must be scores [N, classes]; leave --gradients out.");
        var still = new RemoveDropout().Apply(network);
        string[] inputs = [.. still.Inputs.Where(i => i.ElementType.IsFloat()).Select(i => i.Name)];
        var training = TrainingGraph.Create(still, Loss.CrossEntropy, inputs: inputs);
        var data = still.Initializers.ToDictionary(i => i.Name, i => i.Data);
        Tensor[] given = [.. Batch(still, batch, seed), Labels(batch, (int)scores[1].Value, seed)];
        var forward = TrainingGraph.WithLoss(new UseBatchStatistics().Apply(still), Loss.CrossEntropy);
        CheckStatistics(forward, given);
        return new ParityProblem(
            network,
            training.Graph,
            forward,
            [.. given, .. training.Parameters.Concat(training.States).Select(name => data[name])],
            given,
            [.. training.Parameters, .. inputs]);
    }

    /// <summary>What a result of an engine is.</summary>
    public Quantity QuantityOf(string name) =>
        name == TrainingGraph.LossName ? Quantity.Loss
        : name.StartsWith(GradientPrefix, StringComparison.Ordinal) ? Quantity.Gradient
        : Network.Outputs.Any(o => o.Name == name) ? Quantity.Output
        : Quantity.Activation;

    /// <summary>The same problem, with every value between the network's input and output compared as well.</summary>
    public ParityProblem WithActivations()
    {
        var outputs = Network.Outputs.Select(o => o.Name).ToHashSet();
        HashSet<string> known = [.. Results(Graph)];
        known.IntersectWith(Results(Forward));
        string[] names = [.. Results(Network).Where(n => known.Contains(n) && !outputs.Contains(n))];
        return new ParityProblem(Network, Watched(Graph, names), Watched(Forward, names), Inputs, ForwardInputs, Differentiated);
    }

    private static IEnumerable<string> Results(Graph graph) =>
        graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>().Where(v => v.ElementType.IsFloat()).Select(v => v.Name);

    private static Graph Watched(Graph graph, IReadOnlyList<string> names)
    {
        var values = graph.Values.ToDictionary(v => v.Name);
        return graph.WithOutputs([.. names.Select(n => values[n]), .. graph.Outputs]);
    }

    /// <summary>
    /// The network with its loss in operators of ONNX alone, for an engine that differentiates it itself: batch normalisation keeps statistics as ONNX does,
    /// with the population's variance.
    /// </summary>
    /// <param name="network">The network in its inference form.</param>
    /// <returns>The graph, and which of its outputs replaces which statistic after a step.</returns>
    public static (Graph Graph, IReadOnlyDictionary<string, string> Carried) TrainingForm(Graph network)
    {
        var patch = new UseBatchStatistics();
        var withLoss = patch.Apply(TrainingGraph.WithLoss(new RemoveDropout().Apply(network), Loss.CrossEntropy));
        var states = patch.States.ToDictionary(s => TrainingGraph.NewState(s.Name), s => s.Name);
        var builder = GraphBuilder.CopyOf(withLoss, out var map);
        foreach (var (name, next) in patch.States) builder.Rename(map.Get(withLoss.Find(next.Name)!), TrainingGraph.NewState(name));
        var kept = states.Keys.ToHashSet();
        return (builder.Build([.. withLoss.Outputs.Select(map.Get), .. withLoss.Nodes.SelectMany(n => n.Outputs).OfType<Value>().Select(map.Get).Where(v => kept.Contains(v.Name))]), states);
    }

    // Of one value there is no variance: engines refuse it, or divide by zero, each in its way.
    private static void CheckStatistics(Graph training, IReadOnlyList<Tensor> inputs)
    {
        var shapes = training.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => (SymbolicShape)p.Second.Shape);
        GraphBuilder.CopyOf(training, out var map, inputShapes: shapes);
        foreach (var node in training.Nodes.Where(n => n.Operator is BatchNormalization))
        {
            if (map.Get(node.Inputs[0]!).Shape is { IsKnown: true, Rank: > 1 } x && x.ElementCount.Value == x[1].Value)
                throw new ShapeException(node.Place, $"sees one value a channel in {x}, which has no variance.", "Take a larger batch or larger images.");
        }
    }

    internal static Tensor[] Batch(Graph network, int batch, long seed) => [.. network.Inputs.Select(i => Sample(network, i, batch, seed))];

    private static Tensor Sample(Graph network, Value input, int batch, long seed)
    {
        var shape = input.Shape ?? throw new ShapeException($"input '{input.Name}'", "has no shape.");
        if (shape.Skip(1).Any(d => !d.IsKnown)) throw new ShapeException($"input '{input.Name}'", $"has the open shape {shape}; only the batch may be open.");
        var random = new CounterRandom(seed, $"parity {input.Name}");
        var tensor = new Tensor(input.ElementType, [.. shape.Select(d => d.IsKnown ? (int)d.Value : batch)]);
        switch (input.ElementType)
        {
            case ElementType.Float32:
                foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
                break;
            case ElementType.Int64:
                int rows = RowsThatItChooses(network, input);
                foreach (ref long x in tensor.AsSpan<long>()) x = random.NextInt(rows);
                break;
            default:
                throw new ShapeException($"input '{input.Name}'", $"is of {input.ElementType}; inputs of floats and of 64-bit indices can be made.");
        }

        return tensor;
    }

    // Indices are drawn for the smallest table that they look into.
    private static int RowsThatItChooses(Graph network, Value input) => network.Nodes
        .Where(n => n.Operator is Gather && n.Inputs[1] == input && n.Inputs[0]!.Shape is { Rank: > 0 } table && table[0].IsKnown)
        .Select(n => (int)n.Inputs[0]!.Shape![0].Value)
        .DefaultIfEmpty(2)
        .Min();

    internal static Tensor Labels(int batch, int classes, long seed)
    {
        var random = new CounterRandom(seed, "parity labels");
        var labels = new Tensor(ElementType.Int64, [batch]);
        foreach (ref long label in labels.AsSpan<long>()) label = random.NextInt(classes);
        return labels;
    }
}
