using Framework.Errors;
using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;

namespace Interop.Tests.LibTorch;

public class TorchTrainingTests
{
    [Fact]
    public void Steps_follow_our_own_gradients_and_the_rule_of_descent()
    {
        const int steps = 5, batchSize = 2, roundingsPerStep = batchSize * 28 * 28;
        var sgd = new TorchSgd(Rate: 0.05, Momentum: 0.9, WeightDecay: 0.01);
        var graph = Networks.LeNetWithLoss();
        string[] names = [.. graph.Parameters.Select(p => p.Name)];
        var weights = graph.Parameters.ToDictionary(p => p.Name, p => p.Data.To(ElementType.Float64));
        var velocities = weights.ToDictionary(w => w.Key, w => new Tensor(ElementType.Float64, w.Value.Shape));
        var before = graph.Parameters.ToDictionary(p => p.Name, p => p.Data.ToArray<float>());
        using var training = new TorchTraining(graph, "loss", sgd, precision: Precision.Float64);

        for (int step = 0; step < steps; step++)
        {
            // The reference's weights are inputs, so that they stay in float64 from step to step.
            var batch = Networks.Batch(batchSize, step);
            using var reference = new Interpreter(Backward.Differentiate(Promotion.ToInputs(graph, names), "loss", names), Precision.Float64);
            var expected = reference.Run([.. batch, .. names.Select(name => weights[name])]);
            var outputs = training.Step(batch);

            outputs[0].ShouldAgree(expected[0], roundingsPerStep * (step + 1), $"loss of step {step}");
            for (int i = 0; i < names.Length; i++) Descend(weights[names[i]], expected[i + 2], velocities[names[i]], sgd);
            foreach (string name in names)
                training.Initializers[name].ShouldAgree(weights[name], roundingsPerStep * (step + 1), $"{name} after step {step}");
        }

        foreach (var own in graph.Parameters) own.Data.ToArray<float>().Should().Equal(before[own.Name], "the graph's own weights stay");
    }

    [Fact]
    public void State_is_carried_from_step_to_step()
    {
        var builder = new GraphBuilder();
        var x = builder.Input("x", ElementType.Float32, [1]);
        var w = builder.Initializer("w", Tensor.From<float>([1], [1]), InitializerRole.Parameter);
        var sum = builder.Initializer("sum", Tensor.From<float>([0], [1]), InitializerRole.State);
        var loss = builder.Rename((x * w).ReduceSum([0], keepDimensions: false), "loss");
        var graph = builder.Build(loss, builder.Rename(sum + x, "sum.new"));
        using var training = new TorchTraining(graph, "loss", new TorchSgd(0.5), new Dictionary<string, string> { ["sum.new"] = "sum" });

        training.Step(Tensor.From<float>([3], [1]));
        training.Step(Tensor.From<float>([4], [1]));

        training.Initializers["sum"].ToArray<float>().Should().Equal(7);
        training.Initializers["w"].ToArray<float>().Should().Equal(1 - (0.5f * 3) - (0.5f * 4));
    }

    [Fact]
    public void Names_that_the_graph_lacks_are_refused()
    {
        var graph = Networks.LeNetWithLoss();

        var loss = () => new TorchTraining(graph, "cost", new TorchSgd(0.1));
        var state = () => new TorchTraining(graph, "loss", new TorchSgd(0.1), new Dictionary<string, string> { ["loss"] = "mean" });

        loss.Should().Throw<UsageException>().WithMessage("output 'cost'*");
        state.Should().Throw<UsageException>().WithMessage("initializer 'mean'*");
    }

    private static void Descend(Tensor weight, Tensor gradient, Tensor velocity, TorchSgd sgd)
    {
        Span<double> w = weight.AsSpan<double>(), g = gradient.AsSpan<double>(), v = velocity.AsSpan<double>();
        for (int i = 0; i < w.Length; i++)
        {
            v[i] = (sgd.Momentum * v[i]) + g[i] + (sgd.WeightDecay * w[i]);
            w[i] -= sgd.Rate * v[i];
        }
    }
}
