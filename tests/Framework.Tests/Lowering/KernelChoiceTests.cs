using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Convolution;
using Framework.Kernels.Simd;
using Framework.Kernels.Winograd;
using Framework.Lowering;
using Framework.Models;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Tests.Lowering;

public sealed class KernelChoiceTests
{
    private static readonly Padding s_ring = Padding.Of(1, 1);

    [Fact]
    public void A_layer_of_many_channels_and_pixels_is_computed_by_the_larger_tile()
    {
        var (kernel, passedOver) = Choice(ConvolutionAlgorithm.Auto).Forward(Layer(128, 28), packed: true);
        kernel.Should().BeAssignableTo<IMinimalFiltering>().Which.Tile.Should().Be(4);
        passedOver.Should().BeEmpty();
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

    private static KernelChoice Choice(ConvolutionAlgorithm algorithm) =>
        new(new SessionOptions { Algorithm = algorithm }, new GraphBuilder().Build([]));

    private static ConvolutionProblem Layer(int channels, int extent) =>
        new(1, channels, channels, Extents.Of(extent, extent), Extents.Of(3, 3)) { PadBegin = s_ring, PadEnd = s_ring };
}
