using Framework.Inspection;
using Framework.Models;
using Framework.Operators;

namespace Framework.Tests.Models;

/// <summary>What the course says of whole networks.</summary>
public sealed class CourseNetworkTests
{
    [Fact]
    public void The_maps_of_AlexNet_are_55_and_27_and_13_and_6_wide()
    {
        var layers = ModelSummary.Of(ModelCatalog.Create("alexnet").Trace()).Layers;

        layers.Where(l => l.Op is "Conv" or "MaxPool").Select(l => l.OutputShape[2].Value).Should().Equal(55, 27, 27, 13, 13, 13, 13, 6);
        layers.Where(l => l.Op == "Conv").Select(l => l.OutputShape[1].Value).Should().Equal(96, 256, 384, 384, 256);
        layers.Where(l => l.Op == "Gemm").Select(l => l.OutputShape[1].Value).Should().Equal(4096, 4096, 1000);
    }

    [Fact]
    public void ZFNet_begins_with_7x7_by_2_and_has_512_and_1024_and_512_maps_at_the_end()
    {
        var convolutions = ModelCatalog.Create("zfnet").Trace().Nodes.Where(n => n.Operator is Conv).ToList();

        convolutions.Select(c => c.Inputs[1]!.Shape![0].Value).Should().Equal(96, 256, 512, 1024, 512);
        convolutions[0].Inputs[1]!.Shape![2..].Select(d => d.Value).Should().Equal(7, 7);
        convolutions.Take(2).Should().OnlyContain(c => c.Attributes.Ints("strides")!.All(s => s == 2));
    }

    [Theory]
    [InlineData("vgg11", 133)]
    [InlineData("vgg13", 133)]
    [InlineData("vgg16c", 134)]
    [InlineData("vgg16", 138)]
    [InlineData("vgg19", 144)]
    public void VGG_has_so_many_million_parameters(string name, int millions) =>
        Math.Round(ModelSummary.Of(ModelCatalog.Create(name).Trace()).Parameters / 1e6).Should().Be(millions);

    [Fact]
    public void The_compact_VGG_ends_in_100_and_20_and_2()
    {
        var layers = ModelSummary.Of(ModelCatalog.Create("course-vgg").Trace()).Layers;

        layers.Where(l => l.Op == "Gemm").Select(l => l.OutputShape[1].Value).Should().Equal(100, 20, 2);
        layers.Where(l => l.Op == "Conv").Select(l => l.OutputShape[1].Value / 64).Should().Equal(1, 1, 2, 2, 4, 4, 4, 8, 8, 8, 8, 8, 8);
        layers.Count(l => l.Op == "MaxPool").Should().Be(5);
    }

    [Fact]
    public void The_compact_GoogLeNet_normalises_nothing_and_ends_in_1024()
    {
        var nodes = ModelCatalog.Create("course-googlenet").Trace().Nodes;

        nodes.Should().NotContain(n => n.Operator.Name == "LRN" || n.Operator.Name == "BatchNormalization");
        nodes.Single(n => n.Operator is Gemm).Inputs[0]!.Shape![1].Value.Should().Be(1024);
        nodes.Where(n => n.Operator is Concat).Select(n => n.Outputs[0]!.Shape![1].Value).Should().Equal(256, 480, 512, 512, 512, 528, 832, 832, 1024);
    }

    [Fact]
    public void The_compact_ResNet_has_16_bottlenecks_with_bias_and_without_batch_normalisation_and_nothing_after_a_sum()
    {
        var graph = ModelCatalog.Create("course-resnet").Trace();
        var sums = graph.Nodes.Where(n => n.Operator is Add).ToList();

        graph.Nodes.Should().NotContain(n => n.Operator.Name == "BatchNormalization");
        graph.Nodes.Where(n => n.Operator is Conv).Should().OnlyContain(c => c.Inputs.Count == 3 && c.Inputs[2] != null, "every convolution has a bias");
        sums.Should().HaveCount(16);
        graph.Nodes.Where(n => n.Operator.Name == "Relu").Select(n => n.Inputs[0]!.Producer!.Operator).Should().HaveCount(49).And.OnlyContain(o => o is Conv);
        graph.Nodes.Single(n => n.Operator is Gemm).Inputs[0]!.Shape![1].Value.Should().Be(32 * 64);
    }
}
