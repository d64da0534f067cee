using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Interop.LibTorch;
using Interop.OnnxRuntime;
using Onnx;
using Validation.Oracles;

namespace Validation.Tests.Operators;

/// <summary>The mean squared error, by hand, by differences and beside the engines.</summary>
public class MeanSquaredErrorTests
{
    private const int Count = 6;

    // Differences of 1, -2, 3, 0, 4, -1: squares that sum to 31.
    private static readonly Tensor s_x = Tensor.From([1f, 0, 5, 2, 4, -3], [2, 3]);
    private static readonly Tensor s_target = Tensor.From([0f, 2, 2, 2, 0, -2], [2, 3]);
    private static readonly double[] s_differences = [1, -2, 3, 0, 4, -1];

    // The loss is a sum of so many squares over their number, each of a few roundings.
    private const double SingleBound = (Count + 4) * (1.0 / (1 << 24)) * 31;

    [Fact]
    public void Its_value_and_gradient_are_those_of_the_hand_and_of_differences_in_float64()
    {
        var graph = Error();
        var training = Backward.Differentiate(graph, "loss", ["x", "target"]);
        Tensor[] inputs = [s_x.To(ElementType.Float64), s_target.To(ElementType.Float64)];

        using var oracle = new Interpreter(training, Precision.Float64);
        var results = training.Outputs.Zip(oracle.Run(inputs)).ToDictionary(p => p.First.Name, p => p.Second.ToArray<double>());

        results["loss"].Should().ContainSingle().Which.Should().BeApproximately(31.0 / Count, FiniteDifferences.Step * FiniteDifferences.Step);
        var one = Tensor.Scalar(1.0);
        foreach (var (name, input, sign) in new[] { ("x", 0, 1), ("target", 1, -1) })
        {
            double[] differences = FiniteDifferences.Gradient(graph, inputs, [one], input).ToArray<double>();
            for (int i = 0; i < Count; i++)
            {
                results[$"grad.{name}"][i].Should().BeApproximately(sign * 2 * s_differences[i] / Count, FiniteDifferences.Step * FiniteDifferences.Step);
                results[$"grad.{name}"][i].Should().BeApproximately(differences[i], 31 * FiniteDifferences.Accuracy, "of element {0} of {1}", i, name);
            }
        }
    }

    [Fact]
    public void Our_kernels_and_ONNX_Runtime_and_libtorch_agree_on_it()
    {
        var graph = Error();
        Compare(graph, Backward.Differentiate(graph, "loss", ["x", "target"]), [s_x, s_target], ["x", "target"]);
    }

    [Fact]
    public void As_a_training_s_loss_it_takes_targets_shaped_like_the_output_and_all_engines_agree()
    {
        var network = new Linear(4, 3).Initialize(seed: 1).Trace(["N", 4]);
        var training = TrainingGraph.Create(network, Loss.MeanSquaredError, inputs: ["input"]);
        var forward = TrainingGraph.WithLoss(network, Loss.MeanSquaredError);
        var input = Tensor.From([1f, -2, 0.5f, 3, 0, 1, -1, 2], [2, 4]);

        training.Stored.Find(TrainingGraph.TargetName)!.Fact.ToString().Should().Be(network.Outputs[0].Fact.ToString());
        var results = Compare(forward, training.Stored, [input, s_target], ["input", .. training.Parameters]);

        float[] output = results[network.Outputs[0].Name].ToArray<float>();
        double expected = output.Zip(s_target.ToArray<float>(), (y, t) => Math.Pow((double)y - t, 2)).Average();
        ((double)results[TrainingGraph.LossName].ToArray<float>()[0]).Should().BeApproximately(expected, SingleBound);
    }

    /// <summary>Every output of the training graph by us and the engines, whose sums are all of few elements.</summary>
    private static Dictionary<string, Tensor> Compare(Graph forward, Graph training, Tensor[] inputs, string[] differentiated)
    {
        using var session = new Session(training);
        var ours = training.Outputs.Zip(session.Run(inputs)).ToDictionary(p => p.First.Name, p => p.Second);
        using var engine = new OrtSession(OnnxModel.Serialize(training), new OrtSessionOptions { Threads = 1 });
        var theirs = engine.Run(training.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second));
        foreach (string name in ours.Keys) Agree(theirs[name], ours[name], $"ONNX Runtime's {name}");

        using var torch = new TorchSession(forward);
        var (outputs, gradients) = torch.Gradients(inputs, new Dictionary<string, Tensor?> { ["loss"] = null }, differentiated);
        foreach (var (value, found) in forward.Outputs.Zip(outputs)) Agree(found, ours[value.Name], $"libtorch's {value.Name}");
        foreach (var (name, found) in differentiated.Zip(gradients)) Agree(found, ours[$"grad.{name}"], $"libtorch's gradient of {name}");
        return ours;
    }

    private static void Agree(Tensor found, Tensor expected, string what)
    {
        float[] f = found.ToArray<float>(), e = expected.ToArray<float>();
        f.Should().HaveSameCount(e);
        f.Zip(e, (a, b) => Math.Abs((double)a - b)).Max().Should().BeLessThan(SingleBound, what);
    }

    private static Graph Error()
    {
        var builder = new GraphBuilder("error");
        var x = builder.Input("x", ElementType.Float32, [2, 3]);
        var target = builder.Input("target", ElementType.Float32, [2, 3]);
        return builder.Build(builder.Rename(x.MeanSquaredError(target), "loss"));
    }
}
