using Framework.Errors;
using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Inspection;

/// <summary>
/// What a network is made of, for one image: its layers with their output shapes, trainable parameters, multiply-adds, activation memory and
/// receptive fields. Nothing is run, and no weight is looked at.
/// </summary>
public sealed class ModelSummary
{
    // Other views of the same elements.
    private static readonly HashSet<string> s_views = ["Identity", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Dropout"];

    // Functions of each element: their result takes the place of what they read, where nobody else reads it.
    private static readonly HashSet<string> s_inPlace =
    [
        "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Gelu", "Sigmoid", "HardSigmoid", "HardSwish", "Swish", "Mish", "Tanh", "Softplus",
        "Softsign", "ThresholdedRelu", "Clip", "Softmax", "LogSoftmax", "BatchNormalization",
    ];

    private ModelSummary(IReadOnlyList<LayerSummary> layers, long inputBytes)
    {
        Layers = layers;
        Parameters = layers.Sum(l => l.Parameters);
        MultiplyAdds = layers.Sum(l => l.MultiplyAdds);
        ActivationBytes = inputBytes + layers.Sum(l => l.ActivationBytes);
    }

    /// <summary>The layers in order. Nodes that only compute shapes or prepare weights are not among them.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>Trainable numbers.</summary>
    public long Parameters { get; }

    /// <summary>Multiplications with addition, of convolutions and fully connected layers.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Bytes of the image and of every layer's output that does not take its input's place.</summary>
    public long ActivationBytes { get; }

    /// <summary>Summarises a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="inputShapes">Shapes of inputs, by name, where the graph leaves more open than the batch, which is 1 here.</param>
    /// <exception cref="UsageException">The network leaves more open than that.</exception>
    /// <exception cref="ShapeException">A shape does not fit the network.</exception>
    public static ModelSummary Of(Graph graph, IReadOnlyDictionary<string, SymbolicShape>? inputShapes = null)
    {
        var bound = Bind(graph, inputShapes);
        var weights = new Weights(bound);
        var fields = new ReceptiveFields(bound.Inputs);
        var layers = new List<LayerSummary>();
        var uses = bound.Nodes.SelectMany(n => n.Inputs).OfType<Value>().CountBy(v => v).ToDictionary();
        foreach (var node in bound.Nodes)
        {
            fields.Add(node);
            if (weights.Prepares(node) || node.Outputs[0] is not { } output || output.Fact.Extents is not null) continue;
            if (output.Shape is not { IsKnown: true } shape)
                throw new UnsupportedModelException(node.Place, $"the shape of '{output.Name}' depends on data.");
            var axes = fields.Find(output);
            layers.Add(new LayerSummary(
                node.Name.Length > 0 ? node.Name : output.Name,
                node.Operator.Name,
                shape,
                weights.Take(node),
                MultiplyAddsOf(node, weights),
                TakesPlace(node, uses) ? 0 : Bytes(output),
                axes is null ? null : (long)Math.Ceiling(axes.Max(a => a.Size)),
                axes?.Max(a => a.Jump)));
        }

        return new ModelSummary(layers, bound.Inputs.Sum(Bytes));
    }

    private static Graph Bind(Graph graph, IReadOnlyDictionary<string, SymbolicShape>? inputShapes)
    {
        var shapes = new Dictionary<string, SymbolicShape>();
        foreach (var input in graph.Inputs)
        {
            var shape = inputShapes?.GetValueOrDefault(input.Name) ?? input.Shape;
            if (shape is { Rank: > 0 } && !shape[0].IsKnown) shape = shape.With(0, 1);
            if (shape is not { IsKnown: true })
                throw new UsageException($"input '{input.Name}'", $"has the open shape {input.Fact}.", "Give its extents.");
            shapes[input.Name] = shape;
        }

        var builder = GraphBuilder.CopyOf(graph, out var map, inputShapes: shapes);
        return builder.Build([.. graph.Outputs.Select(map.Get)]);
    }

    private static bool TakesPlace(Node node, Dictionary<Value, int> uses) =>
        s_views.Contains(node.Operator.Name)
        || (s_inPlace.Contains(node.Operator.Name) && node.Inputs[0] is { Producer: not null } read && uses[read] == 1);

    private static long MultiplyAddsOf(Node node, Weights weights)
    {
        if (node.Inputs.Count < 2 || node.Inputs.Any(i => i is not null && weights.IsForm(i))) return 0;
        var (input, weight, output) = (node.Inputs[0]!.Shape!, node.Inputs[1]!.Shape!, node.Outputs[0]!.Shape!);
        return node.Operator.Name switch
        {
            "Conv" => (output.ElementCount * weight[1..].ElementCount).Value,
            "ConvTranspose" => (input.ElementCount * weight[1..].ElementCount).Value,
            "Gemm" => (output.ElementCount * input[node.Attributes.Int("transA", 0) == 0 ? 1 : 0]).Value,
            "MatMul" => (output.ElementCount * input[^1]).Value,
            _ => 0,
        };
    }

    private static long Bytes(Value value) => value.Shape!.ElementCount.Value * value.ElementType.Size();

    // Who reads which parameters, also where nodes prepare a weight before a layer takes it.
    private sealed class Weights
    {
        private readonly Dictionary<Value, HashSet<Initializer>> _origins = [];
        private readonly HashSet<Initializer> _taken = [];

        public Weights(Graph graph)
        {
            foreach (var initializer in graph.Initializers) _origins.Add(initializer.Value, [initializer]);
            foreach (var node in graph.Nodes)
            {
                if (!Prepares(node)) continue;
                HashSet<Initializer> origins = [.. node.Inputs.OfType<Value>().SelectMany(i => _origins[i])];
                foreach (var output in node.Outputs.OfType<Value>()) _origins.Add(output, origins);
            }
        }

        /// <summary>Whether a node reads nothing that follows from an input.</summary>
        public bool Prepares(Node node) => node.Inputs.All(i => i is null || _origins.ContainsKey(i));

        /// <summary>Whether a value belongs to the model's form: constants that are neither trained nor statistics.</summary>
        public bool IsForm(Value value) => _origins.TryGetValue(value, out var origins) && origins.All(o => o.Role == InitializerRole.Constant);

        /// <summary>How many parameters a node reads that none before it has read.</summary>
        public long Take(Node node) => node.Inputs.OfType<Value>()
            .SelectMany(i => _origins.GetValueOrDefault(i, []))
            .Where(i => i.Role == InitializerRole.Parameter && _taken.Add(i))
            .Sum(i => (long)i.Data.Count);
    }
}
