using Framework.Errors;
using Framework.Graphs;
using Framework.Models;
using Framework.Tensors;

namespace Framework.Tests.Models;

public sealed class ModelCatalogTests
{
    public static TheoryData<string> Names => [.. ModelCatalog.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_is_wired_at_full_size_for_any_batch_without_a_weight_being_made(string name)
    {
        var network = ModelCatalog.Create(name);

        var graph = network.TraceAll(name: name);

        GraphVerifier.Check(graph, GraphStage.Portable);
        graph.Outputs.Should().OnlyContain(o => o.Shape!.Rank == 2 && o.Shape[0] == "N" && o.Shape[1].IsKnown);
        graph.Initializers.Select(i => i.Data.Storage).OfType<DeferredStorage>().Should().NotBeEmpty().And.OnlyContain(s => !s.IsMade);
        graph.Initializers.Where(i => i.Role != InitializerRole.Constant).Select(i => i.Name)
            .Should().BeEquivalentTo(network.Parameters().Select(p => p.Name));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_network_takes_another_number_of_classes(string name)
    {
        var graph = ModelCatalog.Create(name, new ModelOptions { Classes = 7 }).Trace();

        graph.Outputs.Should().ContainSingle().Which.Shape!.ToString().Should().Be("[N,7]");
    }

    [Theory]
    [InlineData("softmax", 7_850)]
    [InlineData("xo", 56)]
    [InlineData("lenet5", 61_706)]
    [InlineData("alexnet", 62_378_344)]
    [InlineData("alexnet-grouped", 60_965_224)]
    [InlineData("alexnet-tv", 61_100_840)]
    [InlineData("vgg11", 132_863_336)]
    [InlineData("vgg13", 133_047_848)]
    [InlineData("vgg16c", 133_638_952)]
    [InlineData("vgg16", 138_357_544)]
    [InlineData("vgg19", 143_667_240)]
    [InlineData("googlenet", 13_378_280)]
    [InlineData("googlenet-tv", 13_004_888)]
    [InlineData("resnet18", 11_689_512)]
    [InlineData("resnet34", 21_797_672)]
    [InlineData("resnet50", 25_557_032)]
    [InlineData("resnet101", 44_549_160)]
    [InlineData("resnet152", 60_192_808)]
    [InlineData("densenet121", 7_978_856)]
    [InlineData("densenet161", 28_681_000)]
    [InlineData("densenet169", 14_149_480)]
    [InlineData("densenet201", 20_013_928)]
    public void Trainable_parameters_heads_included_number(string name, long parameters)
    {
        Trainable(name).Should().Be(parameters);
    }

    // He et al. 2015, table 6, in millions with two digits.
    [Theory]
    [InlineData("resnet20-cifar", 0.27)]
    [InlineData("resnet32-cifar", 0.46)]
    [InlineData("resnet44-cifar", 0.66)]
    [InlineData("resnet56-cifar", 0.85)]
    [InlineData("resnet110-cifar", 1.7)]
    [InlineData("resnet1202-cifar", 19.4)]
    public void Residual_networks_for_small_images_have_the_paper_s_millions_of_parameters(string name, double millions)
    {
        Math.Round(Trainable(name) / 1e6, millions > 1 ? 1 : 2).Should().Be(millions);
    }

    private static long Trainable(string name) =>
        ModelCatalog.Create(name).Parameters().Where(p => p.Role == InitializerRole.Parameter).Sum(p => (long)p.Shape.ElementCount);

    [Fact]
    public void A_plain_network_has_as_many_parameters_as_the_residual_one_of_small_images_and_no_sum()
    {
        var plain = ModelCatalog.Create("plain56-cifar");

        plain.Parameters().Sum(p => p.Shape.ElementCount)
            .Should().Be(ModelCatalog.Create("resnet56-cifar").Parameters().Sum(p => p.Shape.ElementCount));
        plain.Trace().Nodes.Should().NotContain(n => n.Operator.Name == "Add");
    }

    [Fact]
    public void The_two_bottlenecks_differ_in_where_they_stride_alone()
    {
        var (paper, torchvision) = (ModelCatalog.Create("resnet50-v1"), ModelCatalog.Create("resnet50"));

        paper.Parameters().Select(p => $"{p.Name} {p.Shape}").Should().Equal(torchvision.Parameters().Select(p => $"{p.Name} {p.Shape}"));
        StridesOf(paper).Should().Equal(
            "conv1", "layer2.0.conv1", "layer2.0.downsample.0", "layer3.0.conv1", "layer3.0.downsample.0", "layer4.0.conv1", "layer4.0.downsample.0");
        StridesOf(torchvision).Should().Equal(
            "conv1", "layer2.0.conv2", "layer2.0.downsample.0", "layer3.0.conv2", "layer3.0.downsample.0", "layer4.0.conv2", "layer4.0.downsample.0");

        static IEnumerable<string> StridesOf(Framework.Modules.Module network) =>
            network.Trace().Nodes.Where(n => n.Operator.Name == "Conv" && n.Attributes.Ints("strides") is [2, 2]).Select(n => n.Name);
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones()
    {
        FluentActions.Invoking(() => ModelCatalog.Create("resnet19"))
            .Should().Throw<UsageException>().WithMessage("model resnet19: is unknown. Known are: softmax, xo, *course-resnet.");
    }

    [Fact]
    public void The_compact_GoogLeNet_comes_with_one_base_only()
    {
        FluentActions.Invoking(() => new CourseGoogLeNet(baseDim: 32))
            .Should().Throw<UsageException>().WithMessage("course-googlenet: *32 does not fit. Take 64.");
    }

    [Fact]
    public void Networks_that_no_paper_has_are_refused()
    {
        FluentActions.Invoking(() => new ResNet(20)).Should().Throw<UsageException>();
        FluentActions.Invoking(() => new ResNet(50, ResNetBlock.Basic)).Should().Throw<UsageException>();
        FluentActions.Invoking(() => new CifarResNet(21)).Should().Throw<UsageException>();
        FluentActions.Invoking(() => new DenseNet(120)).Should().Throw<UsageException>();
    }

    [Fact]
    public void The_pattern_makes_so_many_convolutions_pools_and_layers()
    {
        var graph = new ConvolutionPattern([3, 32, 32], classes: 10, convolutions: 2, blocks: 3, hidden: 2, filters: 8, units: 50).Trace();

        string pattern = string.Join(" ", graph.Nodes.Select(n => n.Operator.Name));
        pattern.Should().Be("Conv Relu Conv Relu MaxPool Conv Relu Conv Relu MaxPool Conv Relu Conv Relu MaxPool Flatten Gemm Relu Gemm Relu Gemm");
        graph.Outputs[0].Shape!.ToString().Should().Be("[N,10]");
        new ConvolutionPattern([1, 8, 8], classes: 2, blocks: 1, hidden: 0, pool: false).Trace().Nodes.Select(n => n.Operator.Name)
            .Should().Equal("Conv", "Relu", "Flatten", "Gemm");
        FluentActions.Invoking(() => new ConvolutionPattern([1, 8, 8], classes: 2, blocks: 4))
            .Should().Throw<UsageException>().WithMessage("*nothing is left of 8 x 8*");
    }
}
