using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;
using Framework.Training.Optimizers;
using Interop.LibTorch;
using Validation.Parity;
using Xunit.Abstractions;

namespace Validation.Tests.Parity;

/// <summary>Fifty steps of descent with momentum beside libtorch's, from the same weights on the same batches.</summary>
public class DescentTests(ITestOutputHelper output)
{
    private const int Steps = 50;
    private const float Momentum = 0.875f;

    // A power of two, so that float32 and float64 descend at the same rate.
    private const float Rate = 1f / 64;

    [Theory]
    [InlineData("lenet5")]
    [InlineData("resnet20-cifar")]
    [InlineData("googlenet")]
    public void In_float64_losses_weights_and_statistics_follow_those_of_libtorch(string name)
    {
        var network = new Descent(name);

        var (losses, values) = network.Ours(Precision.Float64);
        var (theirLosses, theirValues) = network.Theirs(Precision.Float64);

        losses.Should().HaveCount(Steps).And.OnlyContain(loss => double.IsFinite(loss));
        losses.Zip(theirLosses, (a, b) => Math.Abs(a - b) / Math.Abs(b)).Max().Should().BeLessThan(ParityReport.OracleTolerance);
        values.Keys.Should().BeEquivalentTo(theirValues.Keys);
        foreach (string value in values.Keys) Error(values[value], theirValues[value]).Should().BeLessThan(ParityReport.OracleTolerance, "{0} is compared", value);
    }

    [Theory]
    [InlineData("lenet5")]
    [InlineData("resnet20-cifar")]
    [InlineData("googlenet")]
    public void In_float32_we_drift_no_further_from_float64_than_a_few_times_as_far_as_libtorch(string name)
    {
        var network = new Descent(name);
        var (_, truth) = network.Theirs(Precision.Float64);

        var (_, ours) = network.Ours(Precision.Native);
        var (_, theirs) = network.Theirs(Precision.Native);

        double drift = truth.Keys.Max(v => Error(ours[v], truth[v])), theirDrift = truth.Keys.Max(v => Error(theirs[v], truth[v]));
        output.WriteLine($"after {Steps} steps: ours {drift:G3}, libtorch's {theirDrift:G3}");
        drift.Should().BeLessThan(ParityRun.Allowance * theirDrift);
    }

    private static double Error(Tensor actual, Tensor expected) => Measure.Difference(actual, expected, Measure.Rms(expected)).RmsRelative;

    /// <summary>A network that is trained on noise.</summary>
    private sealed class Descent
    {
        private const int Batch = 4;
        private readonly Graph _network;
        private readonly TrainingGraph _training;

        // The statistics as ONNX keeps them, with the population's variance, since libtorch is told of the training form in ONNX's operators.
        public Descent(string name)
        {
            _network = new RemoveDropout().Apply(ReducedNetwork.Of(name));
            _training = TrainingGraph.Create(_network, Loss.CrossEntropy, variance: RunningVariance.Population);
        }

        public (double[] Losses, Dictionary<string, Tensor> Values) Ours(Precision precision)
        {
            using IGraphRunner gradients = precision == Precision.Float64 ? new Interpreter(_training.Graph, precision) : new Session(_training.Graph);
            var data = _network.Initializers.ToDictionary(i => i.Name, i => In(precision, i.Data));
            var velocities = _training.Parameters.ToDictionary(p => p, p => new Tensor(data[p].ElementType, data[p].Shape));
            var updates = _training.Parameters.ToDictionary(p => p, p => Runner(new Sgd(Momentum).Update(data[p].Count), precision));
            double[] losses = new double[Steps];
            for (int step = 0; step < Steps; step++)
            {
                var results = gradients.Run([.. Data(step), .. _training.Parameters.Concat(_training.States).Select(n => data[n])]);
                var named = _training.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second);
                losses[step] = named[TrainingGraph.LossName].ToArray<double>()[0];
                foreach (string state in _training.States) data[state] = named[TrainingGraph.NewState(state)];
                foreach (string parameter in _training.Parameters)
                {
                    var shape = data[parameter].Shape;
                    Shape flat = [shape.ElementCount];
                    Tensor[] given = [data[parameter].Reshape(flat), named[ParityProblem.GradientOf(parameter)].Reshape(flat), In(precision, Tensor.Scalar(Rate)), velocities[parameter].Reshape(flat)];
                    var updated = updates[parameter].Run(given);
                    (data[parameter], velocities[parameter]) = (updated[0].Reshape(shape), updated[1]);
                }
            }

            foreach (var update in updates.Values) update.Dispose();
            return (losses, data.Where(d => _training.Parameters.Contains(d.Key) || _training.States.Contains(d.Key)).ToDictionary());
        }

        public (double[] Losses, Dictionary<string, Tensor> Values) Theirs(Precision precision)
        {
            var (graph, carried) = ParityProblem.TrainingForm(_network);
            using var torch = new TorchTraining(graph, TrainingGraph.LossName, new TorchSgd(Rate, Momentum), carried, precision);
            double[] losses = new double[Steps];
            for (int step = 0; step < Steps; step++) losses[step] = torch.Step(Data(step))[0].ToArray<double>()[0];
            return (losses, torch.Initializers.Where(i => _training.Parameters.Contains(i.Key) || _training.States.Contains(i.Key)).ToDictionary());
        }

        private static IGraphRunner Runner(Graph graph, Precision precision) =>
            precision == Precision.Float64 ? new Interpreter(graph, precision) : new Session(graph);

        private static Tensor In(Precision precision, Tensor tensor) =>
            precision == Precision.Float64 && tensor.ElementType == ElementType.Float32 ? tensor.To(ElementType.Float64) : tensor;

        private Tensor[] Data(int step) => [.. ParityProblem.Training(_network, Batch, seed: step).ForwardInputs];
    }
}
