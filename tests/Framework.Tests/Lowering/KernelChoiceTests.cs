using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Lowering;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Lowering;

public sealed class KernelChoiceTests
{
    private static readonly Padding s_ring = Padding.Of(1, 1);

    [Fact]
    public void A_layer_of_many_channels_and_pixels_is_computed_by_the_larger_tile()
    {
        var (kernel, passedOver) = Choice(ConvolutionAlgorithm.Auto).Forward(Layer(128, 28), packed: true);
        kernel.Should().BeAssignableTo<IMinimalFiltering>().Which.Tile.Should().Be(4);
        string[] others = [.. passedOver.Select(r => r[..r.IndexOf(':', StringComparison.Ordinal)])];
        others.Should().OnlyHaveUniqueItems().And.NotContain(kernel.Name).And.Contain(n => n.StartsWith("Direct", StringComparison.Ordinal));
        passedOver.Should().Contain(r => r.StartsWith("Winograd6x6", StringComparison.Ordinal) && r.EndsWith("only where it is asked for.", StringComparison.Ordinal));
        passedOver.Should().Contain(r => r.StartsWith("Direct", StringComparison.Ordinal) && r.EndsWith("times as long.", StringComparison.Ordinal));
        Choice(ConvolutionAlgorithm.Auto).InputGradient(Layer(128, 28), packed: false).Kernel.Should().BeAssignableTo<IMinimalFiltering>();
        Choice(ConvolutionAlgorithm.Auto).WeightGradient(Layer(128, 28)).Kernel.Should().BeAssignableTo<IMinimalFiltering>();
    }

    [Fact]
    public void Weights_that_must_be_transformed_at_each_run_weigh_against_few_pixels()
    {
        if (InstructionSet.Best == InstructionSet.Scalar) return;
        Choice(ConvolutionAlgorithm.Auto).Forward(Layer(512, 7), packed: true).Kernel.Should().BeAssignableTo<IMinimalFiltering>();
        var (kernel, passedOver) = Choice(ConvolutionAlgorithm.Auto).Forward(Layer(512, 3), packed: false);
        kernel.Should().NotBeAssignableTo<IMinimalFiltering>();
        passedOver.Should().Contain(r => r.StartsWith("Winograd4x4", StringComparison.Ordinal) && r.EndsWith("times as long.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ConvolutionAlgorithm.Direct, "Direct")]
    [InlineData(ConvolutionAlgorithm.Precise, "DirectPrecise")]
    public void Who_asks_for_direct_sums_gets_them_and_reads_why(ConvolutionAlgorithm algorithm, string name)
    {
        var (kernel, passedOver) = Choice(algorithm).Forward(Layer(128, 28), packed: true);
        kernel.Name.Should().StartWith(name);
        passedOver.Should().Contain(r => r.StartsWith("Winograd4x4", StringComparison.Ordinal) && r.Contains($"is to be {algorithm}", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_asks_for_Winograd_gets_it_where_it_fits()
    {
        Choice(ConvolutionAlgorithm.Winograd).Forward(Layer(512, 3), packed: false).Kernel.Should().BeAssignableTo<IMinimalFiltering>();
        var (kernel, passedOver) = Choice(ConvolutionAlgorithm.Winograd).Forward(Layer(64, 9) with { Stride = Extents.Of(2, 2) }, packed: true);
        kernel.Name.Should().StartWith("Direct");
        passedOver.Should().Contain(r => r.EndsWith("the stride is 2x2, not 1.", StringComparison.Ordinal));
    }

    [Fact]
    public void Few_channels_are_kept_in_narrower_blocks_than_many()
    {
        if (InstructionSet.Best < InstructionSet.Vector512) return;
        Lowered(new LeNet5().Initialize(2).Trace(), [1, 1, 28, 28]).Should().Be(8);
        Lowered(new ResNet(18, classes: 10).Initialize(2).Trace(), [1, 3, 64, 64]).Should().Be(16);

        static int Lowered(Graph graph, Shape input) => Pipeline.Lower(graph, [input], SessionOptions.Default)
            .Nodes.First(n => n.Operator is Conv || n.Operator == Fused.Conv).Outputs[0]!.Layout.ChannelBlock;
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(50, false)]
    public void Images_lie_in_the_lanes_of_a_network_with_few_channels_where_the_batch_fills_them(int images, bool filled)
    {
        // With vectors of 8 floats LeNet-5's channels leave a tenth of the lanes empty, which is not worth another layout.
        if (InstructionSet.Best < InstructionSet.Vector512) return;
        var training = TrainingGraph.Create(new LeNet5().Initialize(2).Trace(), Loss.CrossEntropy).Graph;
        Shape[] shapes = [.. training.Inputs.Select(i => new SymbolicShape([.. i.Shape!.Select(d => d.IsKnown ? d : images)]).ToShape(i.Name))];
        var graph = Pipeline.Lower(training, shapes, SessionOptions.Default);
        var choice = new KernelChoice(SessionOptions.Default, graph);
        string[] kernels = [.. graph.Nodes.Select(n => StepSelection.For(n, choice).Kernel).Where(k => k.Contains("Lanes", StringComparison.Ordinal))];
        kernels.Should().HaveCount(filled ? 5 : 0, "there are two layers, and the first needs no gradient of its input");
        graph.Nodes.Where(n => n.Operator is Reorder).Should().HaveCount(filled ? 3 : graph.Nodes.Count(n => n.Operator is Reorder));
    }

    private static KernelChoice Choice(ConvolutionAlgorithm algorithm) =>
        new(new SessionOptions { Algorithm = algorithm }, new GraphBuilder().Build([]));

    private static ConvolutionProblem Layer(int channels, int extent) =>
        new(1, channels, channels, Extents.Of(extent, extent), Extents.Of(3, 3)) { PadBegin = s_ring, PadEnd = s_ring };
}
