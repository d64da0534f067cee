using Framework.Errors;
using Framework.Graphs;
using Framework.Inspection;
using Framework.Models;
using Framework.Modules;
using Framework.Tensors;
using static Framework.Operators.ValueOperators;

namespace Framework.Tests.Inspection;

public sealed class ModelSummaryTests
{
    [Fact]
    public void VGG_16_is_its_table_layer_by_layer()
    {
        var summary = Of("vgg16");

        var table = summary.Layers
            .Where(l => l.Op is "Conv" or "MaxPool" or "Gemm")
            .Select(l => $"{l.Op} {string.Join('x', l.OutputShape.Skip(1))} {l.Parameters} {l.MultiplyAdds} {l.ActivationBytes / 4}");
        table.Should().Equal(
            "Conv 64x224x224 1792 86704128 3211264", "Conv 64x224x224 36928 1849688064 3211264", "MaxPool 64x112x112 0 0 802816",
            "Conv 128x112x112 73856 924844032 1605632", "Conv 128x112x112 147584 1849688064 1605632", "MaxPool 128x56x56 0 0 401408",
            "Conv 256x56x56 295168 924844032 802816", "Conv 256x56x56 590080 1849688064 802816", "Conv 256x56x56 590080 1849688064 802816",
            "MaxPool 256x28x28 0 0 200704",
            "Conv 512x28x28 1180160 924844032 401408", "Conv 512x28x28 2359808 1849688064 401408", "Conv 512x28x28 2359808 1849688064 401408",
            "MaxPool 512x14x14 0 0 100352",
            "Conv 512x14x14 2359808 462422016 100352", "Conv 512x14x14 2359808 462422016 100352", "Conv 512x14x14 2359808 462422016 100352",
            "MaxPool 512x7x7 0 0 25088",
            "Gemm 4096 102764544 102760448 4096", "Gemm 4096 16781312 16777216 4096", "Gemm 1000 4097000 4096000 1000");
    }

    [Fact]
    public void VGG_16_has_138_million_parameters_and_activations_of_61_MB_where_the_deck_says_96()
    {
        var summary = Of("vgg16");

        summary.Parameters.Should().Be(138_357_544);
        long biases = ModelCatalog.Create("vgg16").Parameters()
            .Where(p => p.Name.EndsWith("bias", StringComparison.Ordinal))
            .Sum(p => p.Shape.ElementCount);
        (summary.Parameters - biases).Should().Be(138_344_128, "which is what the deck's table adds up to, without biases");
        summary.MultiplyAdds.Should().Be(15_470_264_320);
        (summary.ActivationBytes / 4).Should().Be(15_237_608, "the deck's \"24M x 4 bytes\" is not what its own terms add up to");
        Math.Round(summary.ActivationBytes / 1e6).Should().Be(61);
    }

    [Theory]
    [InlineData("vgg11", 133)]
    [InlineData("vgg11-lrn", 133)]
    [InlineData("vgg13", 133)]
    [InlineData("vgg16c", 134)]
    [InlineData("vgg16", 138)]
    [InlineData("vgg19", 144)]
    public void VGG_has_so_many_millions_of_parameters(string name, int millions) => Math.Round(Of(name).Parameters / 1e6).Should().Be(millions);

    [Fact]
    public void GoogLeNet_has_7_million_parameters_where_the_deck_says_5_and_9_times_fewer_than_AlexNet_where_it_says_12()
    {
        long parameters = Of("googlenet").Parameters;

        parameters.Should().Be(6_998_552);
        Math.Round(Of("alexnet").Parameters / (double)parameters).Should().Be(9);
    }

    [Fact]
    public void Batch_normalisation_adds_a_scale_and_a_shift_a_channel_and_its_statistics_do_not_count()
    {
        var normalized = new Sequential { new Conv2d(3, 10, kernel: 5, padding: 2, bias: false), new BatchNorm2d(10) };
        var summary = ModelSummary.Of(normalized.Trace(["N", 3, 32, 32]));

        summary.Layers.Select(l => l.Parameters).Should().Equal(750, 20);
    }

    [Fact]
    public void Ten_filters_of_5x5_padded_by_2_over_32x32x3_have_760_parameters()
    {
        var layer = Layer(new Conv2d(3, 10, kernel: 5, padding: 2), ["N", 3, 32, 32]);

        layer.OutputShape.ToString().Should().Be("[1,10,32,32]");
        layer.Parameters.Should().Be(760);
    }

    [Fact]
    public void Six_filters_of_5x5_over_32x32x3_multiply_352_800_times_with_450_weights_and_a_connected_layer_14_million_times()
    {
        var layer = Layer(new Conv2d(3, 6, kernel: 5, bias: false), ["N", 3, 32, 32]);

        layer.OutputShape.ToString().Should().Be("[1,6,28,28]");
        (layer.Parameters, layer.MultiplyAdds).Should().Be((450, 352_800));
        Layer(new Linear(32 * 32 * 3, 6 * 28 * 28, bias: false), ["N", 32 * 32 * 3]).MultiplyAdds.Should().Be(14_450_688);
    }

    [Fact]
    public void Four_layers_of_one_3x3_filter_have_36_weights_and_of_two_filters_126_where_the_deck_counts_72()
    {
        Weights(1).Should().Be(36);
        Weights(2).Should().Be(18 + (3 * 36), "beyond the first layer each of two filters sees two channels");

        static long Weights(int filters)
        {
            var layers = new Sequential();
            for (int i = 0; i < 4; i++) layers.Add(new Conv2d(i == 0 ? 1 : filters, filters, kernel: 3, bias: false));
            return ModelSummary.Of(layers.Trace(["N", 1, 9, 9])).Parameters;
        }
    }

    [Fact]
    public void Three_3x3_see_what_one_7x7_sees_with_27_weights_for_49()
    {
        const int Channels = 8;
        var three = new Sequential();
        for (int i = 0; i < 3; i++) three.Add(new Conv2d(Channels, Channels, kernel: 3, bias: false));
        var one = new Conv2d(Channels, Channels, kernel: 7, bias: false);
        SymbolicShape input = ["N", Channels, 32, 32];
        var (small, large) = (ModelSummary.Of(three.Trace(input)), ModelSummary.Of(one.Trace(input)));

        small.Layers.Select(l => l.ReceptiveField).Should().Equal(3, 5, 7);
        large.Layers[0].ReceptiveField.Should().Be(7);
        small.Layers[^1].OutputShape.Should().Equal(large.Layers[0].OutputShape);
        (small.Parameters, large.Parameters).Should().Be((27 * Channels * Channels, 49 * Channels * Channels));
    }

    [Fact]
    public void The_naive_inception_module_multiplies_854_million_times_and_gives_672_channels()
    {
        var summary = ModelSummary.Of(new NaiveInception(256, ones: 128, threes: 192, fives: 96).Trace(["N", 256, 28, 28]));

        summary.MultiplyAdds.Should().Be(854_196_224);
        summary.Layers[^1].OutputShape.ToString().Should().Be("[1,672,28,28]");
        summary.Layers[^1].OutputShape.ElementCount.Value.Should().Be(526_848, "the deck says 529 thousand");
    }

    [Fact]
    public void The_reduced_inception_module_multiplies_271_million_times_where_the_deck_says_358()
    {
        var summary = ModelSummary.Of(new Inception(256, new(128, 64, 192, 64, 96, 64)).Trace(["N", 256, 28, 28]));

        summary.MultiplyAdds.Should().Be(271_351_808, "the deck's own terms add up to this");
        summary.Layers[^1].OutputShape.ToString().Should().Be("[1,480,28,28]");
    }

    [Fact]
    public void A_5x5_multiplies_120_million_times_and_behind_16_1x1_filters_12_million_times()
    {
        SymbolicShape input = ["N", 192, 28, 28];

        Layer(new Conv2d(192, 32, kernel: 5, padding: 2), input).MultiplyAdds.Should().Be(120_422_400);
        ModelSummary.Of(new Sequential { new Conv2d(192, 16, kernel: 1), new Conv2d(16, 32, kernel: 5, padding: 2) }.Trace(input)).MultiplyAdds
            .Should().Be(12_443_648);
    }

    // From Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks", and its table for networks of 224 and 227.
    [Theory]
    [InlineData("alexnet", "pool5", 195, 32)]
    [InlineData("vgg16", "features.30", 212, 32)]
    [InlineData("resnet50-v1", "layer4.2.relu_2", 483, 32)]
    public void The_receptive_field_of_the_last_maps_is_the_published_one(string name, string layer, int field, int jump)
    {
        var found = Of(name).Layers.Single(l => l.Name == layer);

        (found.ReceptiveField, found.Jump).Should().Be((field, jump));
    }

    [Fact]
    public void Of_branches_the_widest_counts_and_a_shortcut_does_not_narrow()
    {
        var inception = ModelSummary.Of(new Inception(4, new(2, 2, 2, 2, 2, 2)).Trace(["N", 4, 28, 28]));
        var block = ModelSummary.Of(new BasicBlock(4, 4, stride: 1, Shortcut.Identity()).Trace(["N", 4, 28, 28]));

        inception.Layers[^1].ReceptiveField.Should().Be(5);
        block.Layers.Single(l => l.Op == "Add").ReceptiveField.Should().Be(5);
    }

    [Fact]
    public void What_is_fully_connected_or_pooled_as_a_whole_sees_everything()
    {
        SymbolicShape image = ["N", 2, 9, 12];

        ModelSummary.Of(new Sequential { new Conv2d(2, 3, kernel: 3), new AdaptiveAvgPool2d(1) }.Trace(image)).Layers[^1].ReceptiveField
            .Should().Be(12);
        ModelSummary.Of(new Sequential { new MaxPool2d(3), new Flatten(), new Linear(2 * 3 * 4, 5) }.Trace(image)).Layers[^1].ReceptiveField
            .Should().Be(12);
        ModelSummary.Of(new AdaptiveAvgPool2d((2, 5)).Trace(image)).Layers[^1].ReceptiveField
            .Should().Be(12, "windows of the last axis, of three places, are taken for the whole axis");
        var words = Of("textcnn").Layers;
        words.Where(l => l.Op == "Conv").Select(l => l.ReceptiveField).Should().Equal(3, 4, 5);
        words[^1].ReceptiveField.Should().Be(64);
    }

    [Fact]
    public void Dilation_strides_and_places_of_an_unshared_convolution_are_followed()
    {
        SymbolicShape image = ["N", 2, 17, 17];

        ModelSummary.Of(new Conv2d(2, 3, kernel: 3, dilation: 2).Trace(image)).Layers[^1].ReceptiveField.Should().Be(5);
        var strided = ModelSummary.Of(new Sequential { new Conv2d(2, 3, kernel: 3, stride: 2), new Conv2d(3, 3, kernel: 3) }.Trace(image)).Layers[^1];
        (strided.ReceptiveField, strided.Jump).Should().Be((7, 2));
        var layers = new Sequential { new Conv2d(2, 3, kernel: 3), new LocallyConnected2d(3, 4, input: 15, kernel: 3), new Conv2d(4, 1, kernel: 3) };
        var unshared = ModelSummary.Of(layers.Trace(image));
        unshared.Layers[^1].ReceptiveField.Should().Be(7);
        unshared.Parameters.Should().Be((3 * 2 * 9) + 3 + (4 * 3 * 9 * 169) + (4 * 169) + (4 * 9) + 1);
        unshared.MultiplyAdds.Should().Be((54 * 225) + (4 * 27 * 169) + (36 * 121), "laying windows out multiplies nothing");
    }

    // Each is followed by a window of three places, which shows how far apart places look.
    public static TheoryData<string, Func<Value, Value>, int, double> Rearrangements => new()
    {
        { "blocks of two to channels", x => x.SpaceToDepth(2), 2 + (2 * 2), 2 },
        { "channels to blocks of two", x => x.DepthToSpace(2), 1 + (2 / 2), 0.5 },
        { "every third place", x => x.Slice(2, 0, 24, 3).Slice(3, 0, 24, 3), 1 + (2 * 3), 3 },
        { "every second place, backwards", x => x.Slice(2, -1, long.MinValue, -2).Slice(3, -1, long.MinValue, -2), 1 + (2 * 2), 2 },
        { "a crop", x => x.Slice(2, 2, 20).Slice(3, 2, 20), 3, 1 },
        { "the nearest of twice as many", x => x.Resize([1, 1, 2, 2]), 1 + (2 / 2), 0.5 },
        { "between two of twice as many", x => x.Resize([1, 1, 2, 2], "linear"), 2 + (2 / 2), 0.5 },
        { "between four of half as many", x => x.Resize([1, 1, 0.5f, 0.5f], "cubic"), 4 + (2 * 2), 2 },
    };

    [Theory]
    [MemberData(nameof(Rearrangements))]
    public void What_moves_places_leaves_the_size_and_the_jump_right(string what, Func<Value, Value> move, int field, double jump)
    {
        var builder = new GraphBuilder();
        var y = move(builder.Input("input", ElementType.Float32, [1, 4, 24, 24]));
        y = y.MaxPool(new Attributes { ["kernel_shape"] = new long[] { 3, 3 } });

        var last = ModelSummary.Of(builder.Build(y)).Layers[^1];

        (last.ReceptiveField, last.Jump).Should().Be((field, jump), what);
    }

    [Fact]
    public void A_tiled_convolution_sees_what_one_of_its_filters_sees()
    {
        var last = ModelSummary.Of(new TiledConv2d(2, 3, kernel: 3, tile: 2).Trace(["N", 2, 9, 9])).Layers[^1];

        (last.ReceptiveField, last.Jump).Should().Be((3, 1));
    }

    [Fact]
    public void What_is_normalised_over_the_places_sees_all_of_them_and_keeps_their_number()
    {
        SymbolicShape image = ["N", 4, 9, 12];

        foreach (var norm in new Module[] { new InstanceNorm(4), new GroupNorm(2, 4) })
        {
            var last = ModelSummary.Of(new Sequential { new Conv2d(4, 4, kernel: 3, padding: 1), norm }.Trace(image)).Layers[^1];
            last.ReceptiveField.Should().BeGreaterThanOrEqualTo(12, "{0} takes the mean of all places", norm.GetType().Name);
            last.OutputShape.ToString().Should().Be("[1,4,9,12]");
        }

        Over(axis: 1).Should().Be(1, "the channels of one place are compared");
        Over(axis: 3).Should().Be(12, "a row's places are compared");

        long? Over(int axis)
        {
            var builder = new GraphBuilder();
            return ModelSummary.Of(builder.Build(builder.Input("input", ElementType.Float32, image.With(0, 1)).LogSoftmax(axis))).Layers[^1].ReceptiveField;
        }
    }

    [Fact]
    public void A_weight_that_two_layers_share_counts_once()
    {
        var conv = new Conv2d(2, 2, kernel: 3, padding: 1);
        var builder = new GraphBuilder();
        var x = builder.Input("input", ElementType.Float32, ["N", 2, 8, 8]);
        var graph = builder.Build(conv.Forward(conv.Forward(x)));

        var summary = ModelSummary.Of(graph);

        summary.Layers.Select(l => l.Parameters).Should().Equal(38, 0);
        summary.MultiplyAdds.Should().Be(2 * 36 * 64);
    }

    [Fact]
    public void What_is_computed_in_place_takes_no_memory_unless_its_input_is_needed_again()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("input", ElementType.Float32, ["N", 2, 8, 8]);
        var y = new Conv2d(2, 2, kernel: 1).Forward(x);
        var chain = ModelSummary.Of(builder.Build(y.Relu()));
        builder = new GraphBuilder();
        x = builder.Input("input", ElementType.Float32, ["N", 2, 8, 8]);
        y = new Conv2d(2, 2, kernel: 1).Forward(x);
        var sum = ModelSummary.Of(builder.Build(y + y.Relu()));

        const int Map = 2 * 8 * 8 * 4;
        chain.Layers.Select(l => l.ActivationBytes).Should().Equal(Map, 0);
        chain.ActivationBytes.Should().Be(2 * Map, "the image is one of them");
        sum.Layers.Select(l => l.ActivationBytes).Should().Equal(Map, Map, Map);
    }

    [Fact]
    public void More_open_than_the_batch_needs_shapes()
    {
        var graph = new Conv2d(3, 2, kernel: 3).Trace(["N", 3, "H", "W"]);

        FluentActions.Invoking(() => ModelSummary.Of(graph))
            .Should().Throw<UsageException>().WithMessage("input 'input': has the open shape Float32[N,3,H,W].*");
        ModelSummary.Of(graph, new Dictionary<string, SymbolicShape> { ["input"] = ["N", 3, 8, 9] }).Layers[0].OutputShape.ToString()
            .Should().Be("[1,2,6,7]");
    }

    private static ModelSummary Of(string name) => ModelSummary.Of(ModelCatalog.Create(name).Trace());

    private static LayerSummary Layer(Module module, SymbolicShape input) =>
        ModelSummary.Of(module.Trace(input)).Layers.Should().ContainSingle().Subject;
}
