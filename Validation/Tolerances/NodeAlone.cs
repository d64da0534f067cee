using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Validation.Tolerances;

/// <summary>A node taken out of its graph, with what it reads.</summary>
/// <param name="Node">The node.</param>
/// <param name="Operands">What it reads; null where an input is left out. Floats are float64.</param>
public sealed record NodeAlone(Node Node, IReadOnlyList<Tensor?> Operands)
{
    /// <summary>Whether Winograd kernels with the largest tiles, which are only taken where they are asked for, may compute it.</summary>
    public bool LargestTiles { get; init; }

    // Axes, extents, scales and labels shape the node; they stay constants, as most are in the graph.
    private const int LargestConstant = 1024;

    /// <summary>The node as a graph of its own. Its inputs are the operands of floats and the larger ones of integers.</summary>
    public Graph ToGraph() => Build().Graph;

    /// <summary>Computes the node by another runner, in float32.</summary>
    /// <param name="runner">Makes the runner.</param>
    public IReadOnlyList<Tensor> Run(Func<Graph, IGraphRunner> runner)
    {
        var (graph, inputs) = Build();
        using var running = runner(graph);
        return running.Run([.. inputs.Select(Narrowed)]);
    }

    /// <summary>What the node makes of the magnitudes of its floats, in float64.</summary>
    /// <param name="op">Another operator in the node's place; null takes its own.</param>
    /// <param name="attributes">Other attributes; null takes its own.</param>
    public Tensor OfMagnitudes(Operator? op = null, Attributes? attributes = null)
    {
        var (graph, inputs) = (this with { Operands = [.. Operands.Select(Magnitudes)] }).Build(op, attributes);
        using var interpreter = new Interpreter(graph, Precision.Float64);
        return interpreter.Run(inputs)[0];
    }

    private (Graph Graph, IReadOnlyList<Tensor> Inputs) Build(Operator? op = null, Attributes? attributes = null)
    {
        var builder = new GraphBuilder(Node.Name);
        var inputs = new List<Tensor>();
        var values = new Value?[Operands.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (Operands[i] is not { } operand) continue;
            bool shapes = Node.Operator.Signature.Inputs.Count > 0 && Node.Operator.Signature.Role(i) == InputRole.Shape;
            if (!shapes && (operand.ElementType.IsFloat() || operand.Count > LargestConstant))
            {
                values[i] = builder.Input($"x{i}", operand.ElementType == ElementType.Float64 ? ElementType.Float32 : operand.ElementType, operand.Shape);
                inputs.Add(operand);
            }
            else
            {
                values[i] = builder.Initializer($"x{i}", Narrowed(operand), InitializerRole.Constant);
            }
        }

        string[] names = [.. Node.Outputs.Select((o, i) => o is null ? "" : $"y{i}")];
        var outputs = builder.AddNode(op ?? Node.Operator, "node", values, names, attributes ?? Node.Attributes);
        return (builder.Build([.. outputs.Where((_, i) => Node.Outputs[i] is not null)]), inputs);
    }

    private static Tensor Narrowed(Tensor tensor) => tensor.ElementType == ElementType.Float64 ? tensor.To(ElementType.Float32) : tensor;

    private static Tensor? Magnitudes(Tensor? tensor)
    {
        if (tensor is null || tensor.ElementType != ElementType.Float64) return tensor;
        var magnitudes = tensor.Clone();
        foreach (ref double x in magnitudes.AsSpan<double>()) x = Math.Abs(x);
        return magnitudes;
    }
}
