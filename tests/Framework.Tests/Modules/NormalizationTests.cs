using Framework.Errors;
using Framework.Graphs;
using Framework.Modules;
using Framework.Tensors;

namespace Framework.Tests.Modules;

public sealed class NormalizationTests
{
    private const double Epsilon = 1e-5f;

    [Fact]
    public void Batch_normalisation_of_a_new_network_only_divides_by_the_root_of_one_plus_epsilon()
    {
        var x = Applied.Whole(2, 3, 2, 2);

        foreach (var (y, from) in Applied.To(x, new BatchNorm2d(3)).Zip(x.ToArray<double>()))
            y.Should().BeApproximately(from / Math.Sqrt(1 + Epsilon), 1e-14);
    }

    [Fact]
    public void Names_and_momentum_are_torch_s()
    {
        var network = new BatchNorm2d(3, momentum: 0.25f);

        network.Parameters().Select(p => $"{p.Name} {p.Role}").Should().Equal(
            "weight Parameter", "bias Parameter", "running_mean State", "running_var State");
        network.Trace(["N", 3, 4, 4]).Nodes[0].Attributes.Float("momentum", 0).Should().Be(0.75f, "ONNX weights the old value");
    }

    [Fact]
    public void A_batch_of_another_rank_is_refused()
    {
        FluentActions.Invoking(() => new BatchNorm2d(3).Trace(["N", 3])).Should().Throw<ShapeException>().WithMessage("*BatchNorm2d*rank 2, rank 4*");
        new BatchNorm1d(3).Trace(["N", 3]).Outputs.Should().ContainSingle();
        new BatchNorm1d(3).Trace(["N", 3, 7]).Outputs.Should().ContainSingle();
        new BatchNorm3d(3).Trace(["N", 3, 2, 2, 2]).Outputs.Should().ContainSingle();
    }

    [Theory]
    [InlineData("layer")]
    [InlineData("group")]
    [InlineData("instance")]
    public void What_is_normalised_together_comes_to_mean_0_and_variance_1(string kind)
    {
        var x = Applied.Whole(2, 4, 3, 5);
        Module module = kind switch { "layer" => new LayerNorm([4, 3, 5]), "group" => new GroupNorm(2, 4), _ => new InstanceNorm(4) };
        int together = kind switch { "layer" => 60, "group" => 30, _ => 15 };

        var groups = Applied.To(x, module).Chunk(together).Zip(x.ToArray<double>().Chunk(together));

        foreach (var (y, from) in groups)
        {
            double mean = from.Average(), variance = from.Average(v => (v - mean) * (v - mean));
            y.Average().Should().BeApproximately(0, Rounding.OfDouble(4 * together, magnitude: 2));
            y.Average(v => v * v).Should().BeApproximately(variance / (variance + Epsilon), Rounding.OfDouble(8 * together, magnitude: 2));
        }
    }

    [Fact]
    public void Dropout_of_channels_passes_images_on_in_inference()
    {
        var x = Applied.Whole(2, 3, 4, 4);

        Applied.To(x, new Dropout2d(0.5f)).Should().Equal(x.ToArray<double>());
        new Dropout2d(0.5f).Trace(["N", 3, 1, 1]).Nodes.Should().ContainSingle("of channels of one element it is Dropout itself");
    }

    [Fact]
    public void Dropout_of_channels_drops_whole_ones_in_training()
    {
        var ones = new Tensor(ElementType.Float32, [8, 16, 3, 3]);
        ones.AsSpan<float>().Fill(1);
        var training = new Framework.Training.ToTraining(seed: 4).Apply(new Dropout2d(0.75f).Trace(["N", 16, 3, 3]));
        using var interpreter = new Framework.Execution.Interpreter(training);

        var channels = interpreter.Run(ones, Tensor.Scalar(1L))[0].ToArray<float>().Chunk(9).ToList();

        channels.Should().OnlyContain(c => c.All(v => v == c[0]) && (c[0] == 0 || c[0] == 4));
        int dropped = channels.Count(c => c[0] == 0);

        // Of 128 channels three quarters, give or take four standard deviations.
        dropped.Should().BeInRange(96 - 20, 96 + 20);
    }

    [Fact]
    public void An_embedding_gives_each_word_its_vector()
    {
        var embedding = new Embedding(3, 2).With("weight", 1, 2, 3, 4, 5, 6);
        var builder = new GraphBuilder();
        var graph = builder.Build(embedding.Forward(builder.Input("words", ElementType.Int64, ["N", "T"])));
        using var interpreter = new Framework.Execution.Interpreter(graph);

        var vectors = interpreter.Run(Tensor.From<long>([2, 0, 2], [1, 3]))[0];

        vectors.Shape.Should().Equal(1, 3, 2);
        vectors.ToArray<float>().Should().Equal(5, 6, 1, 2, 5, 6);
    }
}
