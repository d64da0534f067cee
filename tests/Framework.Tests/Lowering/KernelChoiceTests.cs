using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels;
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

    public static TheoryData<InstructionSet> Sets => [.. InstructionSet.Supported];

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

    [Theory]
    [MemberData(nameof(Sets))]
    public void Weights_that_must_be_transformed_at_each_run_weigh_against_few_pixels(InstructionSet set)
    {
        bool vectors = set != InstructionSet.Scalar;
        (Choice(ConvolutionAlgorithm.Auto, set).Forward(Layer(512, 7), packed: true).Kernel is IMinimalFiltering).Should().Be(vectors);
        var (kernel, passedOver) = Choice(ConvolutionAlgorithm.Auto, set).Forward(Layer(512, 3), packed: false);
        kernel.Should().NotBeAssignableTo<IMinimalFiltering>();
        string reason = vectors ? "times as long." : "is known of vectors only.";
        passedOver.Should().Contain(r => r.StartsWith("Winograd4x4", StringComparison.Ordinal) && r.EndsWith(reason, StringComparison.Ordinal));
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

    [Theory]
    [MemberData(nameof(Sets))]
    public void Few_channels_are_kept_in_narrower_blocks_than_many(InstructionSet set)
    {
        // LeNet-5's 6 and 16 channels leave more than a quarter of blocks of 16 empty.
        Block(new LeNet5().Initialize(2).Trace(), [1, 1, 28, 28]).Should().Be(set == InstructionSet.Scalar ? 0 : Math.Min(set.Width, 8));
        Block(new ResNet(18, classes: 10).Initialize(2).Trace(), [1, 3, 64, 64]).Should().Be(set == InstructionSet.Scalar ? 0 : set.Width);

        int Block(Graph graph, Shape input) => Pipeline.Lower(graph, [input], new SessionOptions { InstructionSet = set })
            .Nodes.First(n => n.Operator is Conv || n.Operator == Fused.Conv).Outputs[0]!.Layout.ChannelBlock;
    }

    public static TheoryData<InstructionSet, int, bool> Batches
    {
        get
        {
            var cases = new TheoryData<InstructionSet, int, bool>();
            foreach (var set in InstructionSet.Supported)
            {
                // With vectors of 8 floats and fewer LeNet-5's channels leave a tenth of the lanes empty, which is not worth another layout.
                cases.Add(set, 64, set == InstructionSet.Vector512);
                cases.Add(set, 50, false);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public void Images_lie_in_the_lanes_of_a_network_with_few_channels_where_the_batch_fills_them(InstructionSet set, int images, bool inLanes)
    {
        var options = new SessionOptions { InstructionSet = set };
        var training = TrainingGraph.Create(new LeNet5().Initialize(2).Trace(), Loss.CrossEntropy).Graph;
        Shape[] shapes = [.. training.Inputs.Select(i => new SymbolicShape([.. i.Shape!.Select(d => d.IsKnown ? d : images)]).ToShape(i.Name))];
        var graph = Pipeline.Lower(training, shapes, options);
        var choice = new KernelChoice(options, graph);
        string[] kernels = [.. graph.Nodes.Select(n => StepSelection.For(n, choice).Kernel).Where(k => k.Contains("Lanes", StringComparison.Ordinal))];
        kernels.Should().HaveCount(inLanes ? 5 : 0, "there are two layers, and the first needs no gradient of its input");
        bool AreOfImages(Node node) => node.Inputs.Concat(node.Outputs).Any(v => v?.Layout.IsOfImages == true);
        if (inLanes) graph.Nodes.Where(n => n.Operator is Reorder).Should().HaveCount(3, "images enter the lanes once and leave them once in either direction");
        else graph.Nodes.Where(AreOfImages).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Sets))]
    public void Groups_of_few_channels_are_joined_and_wide_ones_are_not(InstructionSet set)
    {
        Name(128, 32).Should().StartWith(set <= InstructionSet.Vector128 ? "Direct" : "Joined", "blocks of four are filled");
        Name(3 * 61, 3).Should().StartWith(set == InstructionSet.Scalar ? "Direct" : "ConvolutionGemm");
        Name(49 * 3, 49).Should().StartWith(set == InstructionSet.Scalar ? "Direct" : "ConvolutionGemm");

        string Name(int channels, int groups) => ConvolutionForward.List.Select(Layer(channels, 28) with { Groups = groups }, set).Name;
    }

    private static KernelChoice Choice(ConvolutionAlgorithm algorithm) => Choice(algorithm, InstructionSet.Best);

    private static KernelChoice Choice(ConvolutionAlgorithm algorithm, InstructionSet set) =>
        new(new SessionOptions { Algorithm = algorithm, InstructionSet = set }, new GraphBuilder().Build([]));

    private static ConvolutionProblem Layer(int channels, int extent) =>
        new(1, channels, channels, Extents.Of(extent, extent), Extents.Of(3, 3)) { PadBegin = s_ring, PadEnd = s_ring };
}
