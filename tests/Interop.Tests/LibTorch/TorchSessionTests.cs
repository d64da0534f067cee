using Framework.Errors;
using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public class TorchSessionTests
{
    // The longest sum on the way forward is fc1's, of 400 terms; on the way back conv1's bias gradient, of a batch of 28 x 28.
    private const int Batch = 3;
    private const int LongestSum = Batch * 28 * 28;

    private static readonly Graph s_network = Networks.LeNetWithLoss();
    private static readonly string[] s_parameters = [.. s_network.Parameters.Select(p => p.Name)];
    private static readonly Dictionary<string, Tensor?> s_loss = new() { ["loss"] = null };

    [Fact]
    public void A_networks_loss_outputs_and_every_gradient_agree_with_the_float64_reference()
    {
        string[] all = [.. s_parameters, "input"];
        var batch = Networks.Batch(Batch);
        using var reference = new Interpreter(Backward.Differentiate(s_network, "loss", all), Precision.Float64);
        using var torch = new TorchSession(s_network, Precision.Float64);

        var expected = reference.Run(batch);
        var (outputs, gradients) = torch.Gradients(batch, s_loss, all);

        outputs[0].ShouldAgree(expected[0], LongestSum, "loss");
        outputs[1].ShouldAgree(expected[1], LongestSum, "scores");
        for (int i = 0; i < all.Length; i++) gradients[i].ShouldAgree(expected[i + 2], LongestSum, all[i]);
    }

    [Fact]
    public void Float32_agrees_with_float64_to_its_own_precision()
    {
        var batch = Networks.Batch(Batch);
        using var wide = new TorchSession(s_network, Precision.Float64);
        using var narrow = new TorchSession(s_network) { Threads = 2 };

        var expected = wide.Gradients(batch, s_loss, s_parameters);
        var actual = narrow.Gradients(batch, s_loss, s_parameters);

        actual.Outputs[0].ElementType.Should().Be(ElementType.Float32);
        actual.Outputs[0].ShouldAgree(expected.Outputs[0].To(ElementType.Float32), LongestSum, "loss");
        for (int i = 0; i < s_parameters.Length; i++)
            actual.Gradients[i].ShouldAgree(expected.Gradients[i].To(ElementType.Float32), LongestSum, s_parameters[i]);
    }

    [Fact]
    public void Every_value_can_be_seen_by_its_name()
    {
        var batch = Networks.Batch(2);
        using var reference = new Interpreter(s_network, Precision.Float64);
        using var torch = new TorchSession(s_network, Precision.Float64);
        var expected = new Dictionary<string, Tensor>();
        reference.Run(batch, (value, tensor) => expected.Add(value.Name, tensor));
        var seen = new List<string>();

        torch.Run(batch, (value, tensor) =>
        {
            tensor.ShouldAgree(expected[value.Name], LongestSum, value.Name);
            seen.Add(value.Name);
        });

        seen.Should().Equal(expected.Keys);
    }

    [Fact]
    public void Batches_of_any_size_may_follow_one_another()
    {
        using var torch = new TorchSession(s_network, Precision.Float64);
        using var reference = new Interpreter(s_network, Precision.Float64);

        foreach (var (count, seed) in new[] { (2, 1), (2, 2), (1, 3), (2, 4) })
        {
            var batch = Networks.Batch(count, seed);
            torch.Run(batch)[1].ShouldAgree(reference.Run(batch)[1], LongestSum, $"batch of {count}");
        }
    }

    [Fact]
    public void Cotangents_may_change_from_run_to_run()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, ["N"]);
        var graph = builder.Build(builder.Rename(x * x, "y"));
        using var torch = new TorchSession(graph);
        Tensor[] inputs = [Tensor.From<float>([1, 2, 3], [3])];

        torch.Gradients(inputs, new Dictionary<string, Tensor?> { ["y"] = Tensor.From<float>([1, 10, 100], [3]) }, ["x"])
            .Gradients[0].ToArray<float>().Should().Equal(2, 40, 600);
        torch.Gradients(inputs, new Dictionary<string, Tensor?> { ["y"] = Tensor.From<float>([0, 1, 0], [3]) }, ["x"])
            .Gradients[0].ToArray<float>().Should().Equal(0, 4, 0);
        torch.Gradients(inputs, new Dictionary<string, Tensor?> { ["y"] = null }, ["x"]).Gradients[0].ToArray<float>().Should().Equal(2, 4, 6);
    }

    [Fact]
    public void Gradients_with_respect_to_values_inside_the_graph_are_there()
    {
        // Behind fixed statistics, which take no part.
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1, 1]);
        Value Of(string name, float value, InitializerRole role) => builder.Initializer(name, Tensor.From([value], [1]), role);
        var normal = builder.Apply(BatchNormalization.Instance, [
            x, Of("scale", 2, InitializerRole.Parameter), Of("shift", 1, InitializerRole.Parameter),
            Of("mean", 3, InitializerRole.State), Of("variance", 1, InitializerRole.State),
        ], new Attributes { ["epsilon"] = 0f });
        builder.Rename(normal, "normal");
        var graph = builder.Build(builder.Rename(normal * normal, "y"));
        using var torch = new TorchSession(graph);

        Tensor[] inputs = [Tensor.From<float>([5], [1, 1])];
        var (outputs, gradients) = torch.Gradients(inputs, new Dictionary<string, Tensor?> { ["y"] = null }, ["normal", "x"]);

        outputs[0].ToArray<float>().Should().Equal(25);
        gradients[0].ToArray<float>().Should().Equal(10);
        gradients[1].ToArray<float>().Should().Equal(20);
    }

    [Fact]
    public void Initializers_are_read_where_they_lie()
    {
        var weight = Tensor.From<float>([2], [1]);
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1]);
        var graph = builder.Build(x * builder.Initializer("w", weight, InitializerRole.Parameter));
        using var torch = new TorchSession(graph);
        Tensor[] inputs = [Tensor.From<float>([3], [1])];

        torch.Run(inputs)[0].ToArray<float>().Should().Equal(6);
        weight.AsSpan<float>()[0] = 5;
        torch.Run(inputs)[0].ToArray<float>().Should().Equal(15);
    }

    // libtorch updates its running statistics itself: its convention, unbiased, is the judge of ours.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_normalisation_in_training_leaves_the_same_statistics(bool unbiased)
    {
        const int batch = 4, channels = 3, places = 5;
        var builder = new GraphBuilder();
        Value[] inputs =
        [
            builder.Input("x", ElementType.Float32, [batch, channels, places]), .. new[] { "scale", "shift", "mean", "variance" }
                .Select(name => builder.Input(name, ElementType.Float32, [channels])),
        ];
        var attributes = new Attributes { ["momentum"] = 0.75f, ["unbiased"] = unbiased, ["epsilon"] = 0.125f };
        var graph = builder.Build(builder.ApplyMany(BatchNormalizationTraining.Instance, inputs, 5, attributes));
        Tensor[] given = [.. inputs.Select((input, i) => SampleInput.Uniform(0.5f, 2, [.. input.Shape!.ToShape()]).Make(new CounterRandom(1, i)))];
        using var reference = new Interpreter(graph, Precision.Float64);
        using var torch = new TorchSession(graph, Precision.Float64);

        var expected = reference.Run(given);
        var actual = torch.Run(given);

        for (int i = 0; i < expected.Count; i++) actual[i].ShouldAgree(expected[i], batch * places, graph.Outputs[i].Name);

        float[] before = given[3].ToArray<float>();
        using var inPlace = new TorchSession(graph);
        inPlace.Run(given);
        given[3].ToArray<float>().Should().Equal(before, "the statistics that were given stay");
    }

    [Fact]
    public void An_operator_without_a_translation_is_named_with_its_node()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [4]);
        var counter = builder.Input("counter", ElementType.Int64, []);
        var graph = builder.Build(builder.ApplyMany(DropoutTraining.Instance, [x, counter], 2, name: "features.drop")[0]);
        using var torch = new TorchSession(graph);

        var act = () => torch.Run(new Tensor(ElementType.Float32, [4]), Tensor.Scalar(1L));

        act.Should().Throw<UnsupportedModelException>()
            .WithMessage("features.drop (DropoutTraining): cannot run on libtorch: there is no translation of grad.DropoutTraining.");
        TorchSession.Refusal(DropoutTraining.Instance).Should().Be("there is no translation of grad.DropoutTraining.");
        TorchSession.Refusal(BitShift.Instance).Should().Be("libtorch has no unsigned integers beyond 8 bits.");
        TorchSession.Refusal(Conv.Instance).Should().BeNull();
    }

    [Fact]
    public void Wrong_inputs_and_unknown_names_are_refused()
    {
        using var torch = new TorchSession(s_network);
        var batch = Networks.Batch(2);

        var wrongShape = () => torch.Run(new Tensor(ElementType.Float32, [2, 1, 27, 28]), batch[1]);
        var unknown = () => torch.Gradients(batch, s_loss, ["conv9.weight"]);

        wrongShape.Should().Throw<ShapeException>();
        unknown.Should().Throw<UsageException>().WithMessage("*conv9.weight*");
    }
}
