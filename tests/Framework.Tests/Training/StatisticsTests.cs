using Framework.Execution;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Training;

/// <summary>Running statistics of batch normalisation: in and out of a training graph, in PyTorch's convention and in ONNX's.</summary>
public sealed class StatisticsTests
{
    // Three images of one channel and two places: mean 2, population variance 17/3, unbiased 34/5.
    private static readonly Tensor s_images = Tensor.From<float>([0, 1, 2, -1, 4, 6], [3, 1, 1, 2]);
    private static readonly Tensor s_labels = Tensor.From<long>([0, 1, 0], [3]);

    [Theory]
    [InlineData(RunningVariance.Unbiased, 34.0 / 5)]
    [InlineData(RunningVariance.Population, 17.0 / 3)]
    public void A_step_moves_the_statistics_a_tenth_of_the_way(RunningVariance convention, double variance)
    {
        var network = new Normalized();
        var training = TrainingGraph.Create(network.Trace(), Loss.CrossEntropy, variance: convention);

        var outputs = Run(training, network, s_images);

        training.States.Should().Equal("bn.running_mean", "bn.running_var");

        // A tenth is what binary32 makes of it: ONNX's momentum is a float.
        double old = 0.9f, share = 1 - old;
        outputs["state.bn.running_mean"].Should().Equal(0 + (2 * share));
        outputs["state.bn.running_var"][0].Should().BeApproximately(old + (variance * share), Rounding.OfDouble(10, magnitude: 6));
    }

    [Fact]
    public void The_training_form_normalises_by_the_batch_and_the_inference_form_by_the_statistics()
    {
        var network = new Normalized();
        var training = TrainingGraph.Create(network.Trace(), Loss.CrossEntropy);
        double[] trained = Run(training, network, s_images)["output"];
        using var inference = new Interpreter(network.Trace(), Precision.Float64);
        double[] inferred = inference.Run(s_images)[0].ToArray<double>();
        var weights = network.Parameters().Single(p => p.Name == "fc.weight").Data.ToArray<double>();

        double epsilon = 1e-5f;
        trained[0].Should().BeApproximately(Score((0 - 2) / Math.Sqrt((17.0 / 3) + epsilon), (1 - 2) / Math.Sqrt((17.0 / 3) + epsilon)), Rounding.OfDouble(30, magnitude: 4));
        inferred[0].Should().BeApproximately(Score(0, 1 / Math.Sqrt(1 + epsilon)), Rounding.OfDouble(30, magnitude: 4));

        double Score(double first, double second) => (first * weights[0]) + (second * weights[1]);
    }

    [Fact]
    public void A_layer_that_is_applied_twice_moves_its_statistics_twice()
    {
        var network = new NormalizedTwice();
        var training = TrainingGraph.Create(network.Trace(), Loss.CrossEntropy);

        var outputs = Run(training, network, s_images);

        training.States.Should().Equal("bn.running_mean", "bn.running_var");
        double old = 0.9f, share = 1 - old;

        // What the first application makes has mean 0.
        outputs["state.bn.running_mean"][0].Should().BeApproximately(((0 * old) + (2 * share)) * old, Rounding.OfDouble(10, magnitude: 2));
    }

    [Fact]
    public void A_node_in_ONNX_s_own_training_mode_keeps_the_population_s_variance()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("input", ElementType.Float32, ["N", 1, 1, 2]);
        Value[] inputs =
        [
            x, Vector("scale", 1, InitializerRole.Parameter), Vector("B", 0, InitializerRole.Parameter),
            Vector("mean", 0, InitializerRole.State), Vector("var", 1, InitializerRole.State),
        ];
        var outputs = builder.ApplyMany(BatchNormalization.Instance, inputs, 3, new Attributes { ["training_mode"] = true, ["momentum"] = 0.5f });
        builder.Rename(outputs[1], "kept_mean");
        var graph = builder.Build(outputs[0].Flatten(), outputs[1]);

        var training = TrainingGraph.Create(graph, Loss.CrossEntropy);

        using var interpreter = new Interpreter(training.Graph, Precision.Float64);
        Tensor[] scaleShiftMeanVariance = [.. new[] { 1f, 0, 0, 1 }.Select(x => Tensor.From([x], [1]))];
        var results = interpreter.Run([s_images, s_labels, .. scaleShiftMeanVariance]);
        var named = training.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second.ToArray<double>());
        named["state.mean"].Should().Equal(1);
        named["state.var"][0].Should().BeApproximately(0.5 + (0.5 * 17 / 3), Rounding.OfDouble(10, magnitude: 6));
        named.Should().ContainKey("kept_mean").WhoseValue.Should().Equal(1);

        Value Vector(string name, float value, InitializerRole role) => builder.Initializer(name, Tensor.From([value], [1]), role);
    }

    [Fact]
    public void Statistics_get_no_gradient_and_parameters_all_get_one()
    {
        var training = TrainingGraph.Create(new Normalized().Trace(), Loss.CrossEntropy);

        training.Graph.Outputs.Select(o => o.Name).Should().Equal(
            "loss", "output", "state.bn.running_mean", "state.bn.running_var", "grad.bn.weight", "grad.bn.bias", "grad.fc.weight", "grad.fc.bias");
        training.Graph.Inputs.Select(i => i.Name).Should().Equal(
            "input", "target", "bn.weight", "bn.bias", "fc.weight", "fc.bias", "bn.running_mean", "bn.running_var");
        training.Graph.Initializers.Should().OnlyContain(i => i.Role == InitializerRole.Constant);
    }

    private static Dictionary<string, double[]> Run(TrainingGraph training, Module network, Tensor images)
    {
        var data = network.Parameters().ToDictionary(p => p.Name, p => p.Data);
        using var interpreter = new Interpreter(training.Graph, Precision.Float64);
        var results = interpreter.Run([images, s_labels, .. training.Parameters.Concat(training.States).Select(name => data[name])]);
        return training.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second.ToArray<double>());
    }

    private sealed class Normalized : Module
    {
        private readonly BatchNorm2d _bn;
        private readonly Linear _fc;

        public Normalized()
        {
            _bn = Add("bn", new BatchNorm2d(1));
            _fc = Add("fc", new Linear(2, 2));
        }

        public override SymbolicShape InputShape => ["N", 1, 1, 2];

        public override Value Forward(Value x) => _fc.Forward(_bn.Forward(x).Flatten());
    }

    private sealed class NormalizedTwice : Module
    {
        private readonly BatchNorm2d _bn;

        public NormalizedTwice() => _bn = Add("bn", new BatchNorm2d(1));

        public override SymbolicShape InputShape => ["N", 1, 1, 2];

        public override Value Forward(Value x) => _bn.Forward(_bn.Forward(x)).Flatten();
    }
}
