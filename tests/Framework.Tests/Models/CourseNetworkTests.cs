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

    [Fact]
    public void The_compact_networks_and_ZFNet_have_the_parameters_that_their_tables_add_up_to()
    {
        long vgg = Conv(3, 64, 3) + Conv(64, 64, 3) + Conv(64, 128, 3) + Conv(128, 128, 3)
            + Conv(128, 256, 3) + (2 * Conv(256, 256, 3)) + Conv(256, 512, 3) + (5 * Conv(512, 512, 3))
            + Layer(512 * 7 * 7, 100) + Layer(100, 20) + Layer(20, 2);
        long googlenet = Conv(3, 64, 7) + Conv(64, 192, 3)
            + Module(192, 64, 96, 128, 16, 32, 32) + Module(256, 128, 128, 192, 32, 96, 64)
            + Module(480, 192, 96, 208, 16, 48, 64) + Module(512, 160, 112, 224, 24, 64, 64) + Module(512, 128, 128, 256, 24, 64, 64)
            + Module(512, 112, 144, 288, 32, 64, 64) + Module(528, 256, 160, 320, 32, 128, 128)
            + Module(832, 256, 160, 320, 32, 128, 128) + Module(832, 384, 192, 384, 48, 128, 128)
            + Layer(1024, 2);
        long resnet = Conv(3, 64, 7)
            + Bottleneck(64, 64, 256) + (2 * Bottleneck(256, 64, 256)) + Bottleneck(256, 128, 512) + (3 * Bottleneck(512, 128, 512))
            + Bottleneck(512, 256, 1024) + (5 * Bottleneck(1024, 256, 1024)) + Bottleneck(1024, 512, 2048) + (2 * Bottleneck(2048, 512, 2048))
            + Layer(2048, 2);
        long zfnet = Conv(3, 96, 7) + Conv(96, 256, 5) + Conv(256, 512, 3) + Conv(512, 1024, 3) + Conv(1024, 512, 3)
            + Layer(512 * 6 * 6, 4096) + Layer(4096, 4096) + Layer(4096, 1000);

        (vgg, googlenet, resnet, zfnet).Should().Be((17_225_650, 5_971_442, 38_045_826, 107_627_624));
        (Parameters("course-vgg"), Parameters("course-googlenet"), Parameters("course-resnet"), Parameters("zfnet"))
            .Should().Be((vgg, googlenet, resnet, zfnet));

        static long Parameters(string name) => ModelSummary.Of(ModelCatalog.Create(name).Trace()).Parameters;

        static long Conv(long channels, long filters, long kernel) => filters * ((channels * kernel * kernel) + 1);

        static long Layer(long inputs, long units) => units * (inputs + 1);

        static long Module(long channels, long ones, long beforeThrees, long threes, long beforeFives, long fives, long pooled) =>
            Conv(channels, ones, 1) + Conv(channels, beforeThrees, 1) + Conv(beforeThrees, threes, 3)
            + Conv(channels, beforeFives, 1) + Conv(beforeFives, fives, 5) + Conv(channels, pooled, 1);

        static long Bottleneck(long channels, long narrow, long wide) =>
            Conv(channels, narrow, 1) + Conv(narrow, narrow, 3) + Conv(narrow, wide, 1) + Conv(channels, wide, 1);
    }

    [Fact]
    public void The_compact_GoogLeNet_drops_four_tenths_of_its_last_channels()
    {
        var dropout = ModelCatalog.Create("course-googlenet").Trace().Nodes.Single(n => n.Operator.Name == "Dropout");

        dropout.Inputs[0]!.Shape!.ToString().Should().Be("[N,1024,1,1]");
        dropout.Inputs[1]!.Fact.Constant!.ToArray<float>().Should().Equal(0.4f);
    }

    [Fact]
    public void The_compact_ResNet_strides_in_the_last_block_of_three_groups_and_takes_every_input_through_1x1_to_the_width_of_its_sum()
    {
        var convolutions = ModelCatalog.Create("course-resnet").Trace().Nodes.Where(n => n.Operator is Conv).ToList();
        var shortcuts = convolutions.Where(c => c.Name.EndsWith("shortcut", StringComparison.Ordinal)).ToList();

        convolutions.Where(c => c.Attributes.Ints("strides") is [2, 2]).Select(c => c.Name).Should().Equal(
            "conv1", "blocks.2.conv1", "blocks.2.shortcut", "blocks.6.conv1", "blocks.6.shortcut", "blocks.12.conv1", "blocks.12.shortcut");
        shortcuts.Should().HaveCount(16).And.OnlyContain(c => c.Inputs[1]!.Shape![2] == 1 && c.Inputs[1]!.Shape![3] == 1);
        shortcuts.Select(c => c.Inputs[1]!.Shape![0].Value).Should().Equal(
            256, 256, 256, 512, 512, 512, 512, 1024, 1024, 1024, 1024, 1024, 1024, 2048, 2048, 2048);
        shortcuts.Select(c => c.Outputs[0]!.Shape![2].Value).Should().Equal(56, 56, 28, 28, 28, 28, 14, 14, 14, 14, 14, 14, 7, 7, 7, 7);
    }
}
