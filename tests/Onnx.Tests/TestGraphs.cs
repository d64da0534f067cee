using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Onnx.Tests;

/// <summary>Graphs that the tests write and read.</summary>
internal static class TestGraphs
{
    /// <summary>A LeNet with an open batch: convolutions, pooling, a reshape, fully connected layers, dropout.</summary>
    public static Graph LeNet()
    {
        var random = new CounterRandom(7, "lenet");
        var b = new GraphBuilder("lenet");
        var x = b.Input("input", ElementType.Float32, ["N", 1, 12, 12]);
        x = x.Conv(Weight(b, random, "conv1.weight", 8, 1, 5, 5), Weight(b, random, "conv1.bias", 8), name: "conv1").Relu();
        x = x.MaxPool(Halves, "pool1");
        x = x.Conv(Weight(b, random, "conv2.weight", 12, 8, 3, 3), null, new Attributes { ["pads"] = new long[] { 1, 1, 1, 1 } }, "conv2").Relu();
        x = x.AveragePool(Halves, "pool2").Flatten();
        x = Linear(b, random, x, "fc1", 48, 10).Dropout(0.5f, "drop");
        x = Linear(b, random, x, "fc2", 10, 3);
        return b.Build(b.Rename(x, "logits"));
    }

    /// <summary>Elements for the inputs of a graph, a batch of two where it is open.</summary>
    public static Tensor[] InputsOf(Graph graph, long seed = 3) => [.. graph.Inputs.Select(i => Random(
        new CounterRandom(seed, i.Name), new Shape([.. i.Shape!.Select(d => d.IsKnown ? (int)d.Value : 2)])))];

    public static Tensor Random(CounterRandom random, Shape shape)
    {
        var tensor = new Tensor(ElementType.Float32, shape);
        foreach (ref float f in tensor.AsSpan<float>()) f = (float)random.NextNormal();
        return tensor;
    }

    private static Attributes Halves => new() { ["kernel_shape"] = new long[] { 2, 2 }, ["strides"] = new long[] { 2, 2 } };

    private static Value Linear(GraphBuilder b, CounterRandom random, Value x, string name, int from, int to) => b.Apply(
        Gemm.Instance,
        [x, Weight(b, random, $"{name}.weight", to, from), Weight(b, random, $"{name}.bias", to)],
        new Attributes { ["transB"] = 1 },
        name);

    private static Value Weight(GraphBuilder b, CounterRandom random, string name, params int[] shape) =>
        b.Initializer(name, Random(random, new Shape(shape)), InitializerRole.Parameter);
}
