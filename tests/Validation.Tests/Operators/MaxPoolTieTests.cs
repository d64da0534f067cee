using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;
using Interop.OnnxRuntime;
using Onnx;

namespace Validation.Tests.Operators;

/// <summary>Of equal largest values of a window the first in row-major order has the gradient, in every engine.</summary>
public class MaxPoolTieTests
{
    private const int Extent = 4;
    private const int Kernel = 2;

    private static readonly float[] s_image =
    [
        1, 1, 0, 0,
        1, 1, 0, 2,
        3, 0, 2, 2,
        3, 3, 2, 2,
    ];

    // Windows side by side weigh 1, 2, 3, 4; of the four ones the first, of the three threes the upper, of the four twos the first.
    private static readonly float[] s_apart =
    [
        1, 0, 0, 0,
        0, 0, 0, 2,
        3, 0, 4, 0,
        0, 0, 0, 0,
    ];

    // Windows that overlap weigh 1 to 9: {1,1,1,1} {1,0,1,0} {0,0,0,2} / {1,1,3,0} {1,0,0,2} {0,2,2,2} / {3,0,3,3} {0,2,3,2} {2,2,2,2}.
    private static readonly float[] s_overlapping =
    [
        1, 2, 0, 0,
        0, 0, 0, 3 + 6,
        4 + 7, 0, 5 + 9, 0,
        0, 8, 0, 0,
    ];

    public static TheoryData<int, float[]> Windows => new() { { 2, s_apart }, { 1, s_overlapping } };

    [Theory]
    [MemberData(nameof(Windows))]
    public void The_first_of_equals_has_the_gradient_in_the_rule_and_in_the_exported_graph_and_in_libtorch(int stride, float[] expected)
    {
        var graph = Weighed(stride);
        var training = Backward.Differentiate(graph, "loss", ["x"]);
        int gradient = Enumerable.Range(0, training.Outputs.Count).Single(i => training.Outputs[i].Name == "grad.x");
        var image = Tensor.From(s_image, [1, 1, Extent, Extent]);

        using (var oracle = new Interpreter(training, Precision.Float64))
            oracle.Run(image)[gradient].ToArray<double>().Should().Equal(expected.Select(v => (double)v), "the rule says so");
        using (var session = new Session(training))
            session.Run(image)[gradient].ToArray<float>().Should().Equal(expected, "our kernels say so");

        training.Nodes.Should().NotContain(n => n.Operator.Name == "ScatterElements", "it is the exporter that writes the rule out");
        byte[] model = OnnxModel.Serialize(training);
        using (var engine = new OrtSession(model, new OrtSessionOptions { Threads = 1 }))
        {
            engine.Run(new Dictionary<string, Tensor> { ["x"] = image })["grad.x"].ToArray<float>()
                .Should().Equal(expected, "ONNX Runtime scatters to the places that its own pool has found");
        }

        using var torch = new TorchSession(graph);
        var (_, gradients) = torch.Gradients([image], new Dictionary<string, Tensor?> { ["loss"] = null }, ["x"]);
        gradients[0].ToArray<float>().Should().Equal(expected, "libtorch says so");
    }

    /// <summary>The sum of the windows' largest values, weighed by 1, 2, 3 and so on: whole numbers, which nothing rounds.</summary>
    private static Graph Weighed(int stride)
    {
        var builder = new GraphBuilder("ties");
        var x = builder.Input("x", ElementType.Float32, [1, 1, Extent, Extent]);
        int places = ((Extent - Kernel) / stride) + 1;
        var weights = Tensor.From(Enumerable.Range(1, places * places).Select(i => (float)i).ToArray(), [1, 1, places, places]);
        var pooled = x.MaxPool(new Attributes { ["kernel_shape"] = new long[] { Kernel, Kernel }, ["strides"] = new long[] { stride, stride } }, "pool");
        return builder.Build(builder.Rename((pooled * builder.Constant(weights)).ReduceSum([], keepDimensions: false), "loss"));
    }
}
