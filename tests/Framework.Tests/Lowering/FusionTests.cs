using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Lowering;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;

namespace Framework.Tests.Lowering;

/// <summary>What fusions leave of a graph, and that it means the same.</summary>
public class FusionTests
{
    // Convolutions of 9 places over 20 channels, statistics over 2 x 42 places, forward and back.
    private const int Operations = 4 * ((9 * 20) + 84);

    public static TheoryData<int> Channels => [5, 16, 20];

    [Theory]
    [MemberData(nameof(Channels))]
    public void A_residual_block_in_inference_is_its_convolutions(int channels)
    {
        var graph = Block(channels, trained: false);

        var steps = PlannedGraph.Check(graph, Operations);

        steps.Where(s => s.Node.Operator is not Reorder).Select(s => s.Node.Operator).Should().Equal(Fused.Conv, Fused.Conv);
        steps.Select(s => Fused.ResidualOf(s.Node)).Count(r => r is not null).Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void A_residual_block_in_training_does_additions_and_relus_in_its_norms(int channels)
    {
        var graph = Block(channels, trained: true);

        var steps = PlannedGraph.Check(graph, Operations);
        PlannedGraph.Check(Backward.VectorJacobian(graph, ["x", "w1", "w2", "w1.scale"]), Operations);

        steps.Where(s => s.Node.Operator is not Reorder).Select(s => s.Node.Operator.Name).Should().Equal(
            "Conv", "FusedBatchNormalizationTraining", "Conv", "FusedBatchNormalizationTraining");
    }

    [Fact]
    public void The_way_back_reads_what_a_relu_made_and_its_argument_is_not_kept()
    {
        var training = TrainingGraph.Create(ModelCatalog.Create("vgg11", new ModelOptions { Width = 1.0 / 16, Classes = 3 }).Trace(), Loss.CrossEntropy).Graph;

        var lowered = Pipeline.Lower(training, [.. training.Inputs.Select(v => new Shape([.. v.Shape!.Select(d => d.IsKnown ? (int)d.Value : 1)]))], SessionOptions.Default);

        lowered.Nodes.Should().NotContain(n => n.Operator == Unary<Relu>.Instance);
        lowered.Nodes.Count(n => n.Operator == Fused.Conv).Should().Be(8);
    }

    [Fact]
    public void An_update_with_momentum_and_decay_is_one_sweep()
    {
        var graph = new Sgd(momentum: 0.9f, weightDecay: 1e-4f).Update(1000);
        Tensor[] inputs = [PlannedGraph.Random([1000], 1), PlannedGraph.Random([1000], 2), Tensor.Scalar(0.1f), PlannedGraph.Random([1000], 3)];

        // Decay, momentum, sum and step: two roundings each.
        var steps = PlannedGraph.Check(graph, operations: 8, inputs);

        steps.Should().ContainSingle().Which.Writes.Should().HaveCount(2);
    }

    [Fact]
    public void A_chain_does_not_pass_a_reader_by_who_comes_before_its_end()
    {
        // The product reads the first sum and feeds the second: they must not be joined.
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [6, 6]);
        var first = x + x;
        var graph = builder.Build([(first.MatMul(x) + first).Relu(), first]);

        PlannedGraph.Check(graph, operations: 8).Should().HaveCount(3);
    }

    [Fact]
    public void A_matrix_product_takes_a_norm_in_whichever_way_its_weights_lie()
    {
        foreach (bool transposed in (bool[])[false, true])
        {
            var builder = new GraphBuilder();
            var x = builder.Input("x", ElementType.Float32, [4, 6]);
            var w = builder.Initializer("w", PlannedGraph.Random(transposed ? [5, 6] : [6, 5], 1), InitializerRole.Parameter);
            var b = builder.Initializer("b", PlannedGraph.Random([5], 2), InitializerRole.Parameter);
            var y = builder.Apply(Gemm.Instance, [x, w, b], new Attributes { ["transB"] = transposed });

            PlannedGraph.Check(builder.Build([Norm(y, "n", trained: false)]), operations: 16).Should().ContainSingle();
        }
    }

    // conv - norm - relu - conv - norm, + x, relu.
    private static Graph Block(int channels, bool trained)
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [2, channels, 7, 6]);
        var inner = Norm(Convolved(x, "w1"), "w1", trained).Relu();
        return builder.Build([(Norm(Convolved(inner, "w2"), "w2", trained) + x).Relu()]);
    }

    private static Value Convolved(Value x, string name)
    {
        int channels = (int)x.Shape![1].Value;
        var w = PlannedGraph.Random([channels, channels, 3, 3], name.Length + name[^1]);
        foreach (ref float weight in w.AsSpan<float>()) weight /= 8;
        return x.Conv(x.Owner.Initializer(name, w, InitializerRole.Parameter), null, new Attributes { ["pads"] = (long[])[1, 1, 1, 1] });
    }

    private static Value Norm(Value x, string name, bool trained)
    {
        int channels = (int)x.Shape![1].Value;
        Value Vector(string part, int seed, InitializerRole role) => x.Owner.Initializer($"{name}.{part}", PlannedGraph.Random([channels], seed), role);
        var variance = x.Owner.Initializer(
            $"{name}.variance", Tensor.From([.. Enumerable.Range(1, channels).Select(i => 0.5f + (i / 8f))], [channels]), InitializerRole.State);
        var (scale, shift, mean) = (Vector("scale", 3, InitializerRole.Parameter), Vector("shift", 4, InitializerRole.Parameter), Vector("mean", 5, InitializerRole.State));
        return trained
            ? x.Owner.ApplyMany(BatchNormalizationTraining.Instance, [x, scale, shift, mean, variance], 5)[0]
            : x.BatchNormalization(scale, shift, mean, variance);
    }
}
