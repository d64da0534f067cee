using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Kernels.Simd;
using Framework.Lowering;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Lowering;

public class PipelineTests
{
    [Fact]
    public void A_lowered_graph_means_the_same_to_the_interpreter()
    {
        var training = TrainingGraph.Create(new LeNet5().Initialize(2).Trace(), Loss.CrossEntropy).Graph;
        Tensor[] inputs = [.. training.Inputs.Select(Fill)];
        var lowered = Pipeline.Lower(training, [.. inputs.Select(i => i.Shape)], SessionOptions.Default);
        using var before = new Interpreter(training, Precision.Float64);
        using var after = new Interpreter(lowered, Precision.Float64);

        var expected = before.Run(inputs);
        var actual = after.Run(inputs);

        lowered.Outputs.Select(o => o.Name).Should().Equal(training.Outputs.Select(o => o.Name));
        for (int i = 0; i < expected.Count; i++) actual[i].ToArray<double>().Should().Equal(expected[i].ToArray<double>());
        lowered.Nodes.Should().NotContain(n => n.Operator == ShapeOperator.Instance, "shapes are known and folded");
        lowered.Nodes.Should().Contain(n => n.Operator == MaxPoolCompactGrad.Instance);
    }

    [Fact]
    public void Inference_fuses_each_relu_and_stays_blocked_between_convolutions()
    {
        var lowered = Pipeline.Lower(new LeNet5().Initialize(2).Trace(), [[1, 1, 28, 28]], new SessionOptions { InstructionSet = InstructionSet.Best });

        lowered.Nodes.Select(n => n.Operator.Name).Should().NotContain("Relu");
        lowered.Nodes.Count(n => n.Operator == Fused.Conv).Should().Be(2);
        if (InstructionSet.Best != InstructionSet.Scalar) lowered.Nodes.Count(n => n.Operator == Reorder.Instance).Should().Be(1, "only the fully connected part reads plain memory");
    }

    [Fact]
    public void A_value_that_another_reads_keeps_its_own_relu()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1, 2, 4, 4]);
        var w = builder.Initializer("w", new Tensor(ElementType.Float32, [2, 2, 1, 1]), InitializerRole.Parameter);
        var y = x.Conv(w, null);
        var lowered = Pipeline.Lower(builder.Build([y.Relu(), y]), [[1, 2, 4, 4]], SessionOptions.Default);

        lowered.Nodes.Select(n => n.Operator.Name).Should().Contain("Relu");
    }

    [Fact]
    public void Truth_values_of_blocked_activations_come_out_in_their_order()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [2, 16, 6, 5]);
        var w = builder.Input("w", ElementType.Float32, [32, 16, 3, 3]);
        var graph = builder.Build([x.Conv(w, null).Greater(builder.Scalar(0, ElementType.Float32))]);
        Tensor[] inputs = [.. graph.Inputs.Select(Fill)];
        using var session = new Session(graph);
        using var interpreter = new Interpreter(graph, Precision.Float64);

        session.Run(inputs)[0].AsSpan<bool>().ToArray().Should().Equal(interpreter.Run(inputs)[0].AsSpan<bool>().ToArray());
    }

    [Fact]
    public void Differentiation_before_binding_leaves_the_batch_open()
    {
        var graph = new SoftmaxRegression().Trace();
        var gradient = Backward.VectorJacobian(graph, ["input", "fc.weight"]);

        gradient.Outputs.Select(o => o.Name).Should().Equal("output", "grad.input", "grad.fc.weight");
        gradient.Find("grad.input")!.Shape!.ToString().Should().Be("[N,1,28,28]");
    }

    private static Tensor Fill(Value input)
    {
        var shape = new Shape([.. input.Shape!.Select(d => d.IsKnown ? (int)d.Value : 3)]);
        var tensor = new Tensor(input.ElementType, shape);
        var random = new CounterRandom(1, input.Name);
        if (input.ElementType == ElementType.Float32)
        {
            foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
        }

        return tensor;
    }
}
