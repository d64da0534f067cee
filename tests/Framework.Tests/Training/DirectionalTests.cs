using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Framework.Tests.Models;
using Framework.Training;

namespace Framework.Tests.Training;

/// <summary>
/// Whole training graphs in float64, statistics of the batch, dropout and heads included: the loss along a random direction of all weights changes as
/// the gradients say.
/// </summary>
public sealed class DirectionalTests
{
    // Small enough that hardly any ReLU or maximum changes sides, large enough that the loss's rounding of 2^-53 stays below the bound.
    private const double Step = 1e-8;

    // Rounding of the loss, 2^-53 times what a network of some hundred layers gathers, over the step; beside it curvature is nothing.
    private const double Bound = 1e-5;

    [Theory]
    [InlineData("lenet5", null)]
    [InlineData("textcnn", null)]
    [InlineData("alexnet-tv", 63)]
    [InlineData("vgg11-bn", 64)]
    [InlineData("googlenet-tv", 96)]
    [InlineData("resnet20-cifar", 16)]
    [InlineData("resnet50", 64)]
    [InlineData("densenet121", 64)]
    [InlineData("course-resnet", 32)]
    public void The_loss_changes_as_the_gradients_say(string name, int? side)
    {
        // Statistics of only two or four elements, as the smallest images would leave, make a loss of kinks.
        var network = ReducedNetwork.Of(name, batch: 2, side);
        var training = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);
        var data = network.Module.Parameters().ToDictionary(p => p.Name, p => p.Data.To(ElementType.Float64));
        var random = new CounterRandom(5, name);
        var direction = training.Parameters.ToDictionary(p => p, p => Direction(data[p].Shape, random));
        using var interpreter = new Interpreter(training.Graph, Precision.Float64);

        var outputs = Run(0);
        double predicted = training.Parameters.Sum(p => Inner(Named(outputs, $"grad.{p}"), direction[p]));
        double difference = (Named(Run(Step), "loss").AsSpan<double>()[0] - Named(Run(-Step), "loss").AsSpan<double>()[0]) / (2 * Step);

        predicted.Should().NotBe(0);
        double lengths = Length(training.Parameters.Select(p => Named(outputs, $"grad.{p}"))) * Length(direction.Values);
        difference.Should().BeApproximately(predicted, Bound * lengths);

        IReadOnlyList<Tensor> Run(double along)
        {
            Tensor[] counter = training.CountsSteps ? [Tensor.Scalar(1L)] : [];
            return interpreter.Run([
                network.Batch(), network.Labels(), .. counter,
                .. training.Parameters.Select(p => Moved(data[p], direction[p], along)), .. training.States.Select(s => data[s]),
            ]);
        }

        Tensor Named(IReadOnlyList<Tensor> results, string output) => results[training.Graph.Outputs.ToList().FindIndex(o => o.Name == output)];
    }

    [Fact]
    public void Heads_count_three_tenths()
    {
        var network = ReducedNetwork.Of("googlenet-tv", batch: 2);
        var withHeads = TrainingGraph.Create(network.TraceAll(), Loss.CrossEntropy);
        var data = network.Module.Parameters().ToDictionary(p => p.Name, p => p.Data);
        using var interpreter = new Interpreter(withHeads.Graph, Precision.Float64);
        var weights = withHeads.Parameters.Concat(withHeads.States).Select(p => data[p]);
        Tensor[] inputs = [network.Batch(), network.Labels(), Tensor.Scalar(1L), .. weights];

        var outputs = withHeads.Graph.Outputs.Zip(interpreter.Run(inputs)).ToDictionary(p => p.First.Name, p => p.Second.ToArray<double>());

        double expected = CrossEntropy("output") + (0.3 * (CrossEntropy("aux1") + CrossEntropy("aux2")));
        outputs["loss"][0].Should().BeApproximately(expected, Rounding.OfDouble(100, expected));

        double CrossEntropy(string output)
        {
            double[] scores = outputs[output];
            return Enumerable.Range(0, 2).Average(n =>
            {
                double[] row = scores[(5 * n)..(5 * (n + 1))];
                return Math.Log(row.Sum(Math.Exp)) - row[n % 5];
            });
        }
    }

    private static Tensor Direction(Shape shape, CounterRandom random)
    {
        var direction = new Tensor(ElementType.Float64, shape);
        foreach (ref double x in direction.AsSpan<double>()) x = random.NextNormal();
        return direction;
    }

    private static Tensor Moved(Tensor from, Tensor direction, double along)
    {
        var moved = from.Clone();
        var x = moved.AsSpan<double>();
        var d = direction.AsSpan<double>();
        for (int i = 0; i < x.Length; i++) x[i] += along * d[i];
        return moved;
    }

    private static double Length(IEnumerable<Tensor> parts) => Math.Sqrt(parts.Sum(p => Inner(p, p)));

    private static double Inner(Tensor a, Tensor b)
    {
        var x = a.AsSpan<double>();
        var y = b.AsSpan<double>();
        double sum = 0;
        for (int i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
