using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Models;
using Framework.Modules;
using Framework.Operators;
using Framework.Tensors;
using Framework.Training;

namespace Framework.Tests.Modules;

/// <summary>What the theory says of softmax, losses and gradients, in numbers.</summary>
public sealed class LearningFactsTests
{
    // The course prints eight digits after the point.
    private const double HalfOfTheLastDigit = 0.5e-8;

    [Fact]
    public void Softmax_of_2_and_7_is_almost_nothing_and_almost_all()
    {
        var builder = new GraphBuilder();
        var graph = builder.Build(builder.Input("x", ElementType.Float32, [2]).Softmax());
        using var interpreter = new Interpreter(graph, Precision.Float64);

        double[] shares = interpreter.Run(Tensor.From<float>([2, 7], [2]))[0].ToArray<double>();

        shares[0].Should().BeApproximately(0.00669285, HalfOfTheLastDigit);
        shares[1].Should().BeApproximately(0.99330715, HalfOfTheLastDigit);
    }

    [Fact]
    public void Cross_entropy_on_a_one_hot_target_is_minus_the_logarithm_of_the_right_share()
    {
        var builder = new GraphBuilder();
        var scores = builder.Input("scores", ElementType.Float32, [1, 2]);
        var target = builder.Input("target", ElementType.Float32, [1, 2]);
        using var interpreter = new Interpreter(builder.Build(Loss.CrossEntropyOneHot.Trace(scores, target)), Precision.Float64);

        double loss = interpreter.Run(Tensor.From<float>([2, 7], [1, 2]), Tensor.From<float>([0, 1], [1, 2]))[0].ToArray<double>()[0];

        loss.Should().BeApproximately(-Math.Log(1 / (1 + Math.Exp(-5))), Rounding.OfDouble(10, magnitude: 5));
    }

    [Fact]
    public void The_gradient_through_a_residual_block_is_that_through_its_branch_plus_one()
    {
        var conv = new Conv2d(2, 2, kernel: 3, padding: 1).WithWholeNumbers();
        var x = Applied.Whole(1, 2, 5, 5);
        var cotangent = Applied.Whole(1, 2, 5, 5);

        double[] branch = Gradient(shortcut: false), residual = Gradient(shortcut: true);

        // dC/dx = dC/dH (dF/dx + 1); whole numbers, so exactly.
        residual.Should().Equal(branch.Zip(cotangent.ToArray<double>(), (f, c) => f + c));

        double[] Gradient(bool shortcut)
        {
            var builder = new GraphBuilder();
            var input = builder.Input("x", ElementType.Float32, ["N", 2, 5, 5]);
            var y = conv.Forward(input);
            var graph = Backward.VectorJacobian(builder.Build(shortcut ? y + input : y), ["x"]);
            using var interpreter = new Interpreter(graph, Precision.Float64);
            return interpreter.Run(x, cotangent)[1].ToArray<double>();
        }
    }

    [Fact]
    public void A_unit_with_weight_minus_3_and_bias_minus_5_is_dead_for_inputs_from_minus_1_to_1_unless_it_leaks()
    {
        Gradients(x => x.Relu()).Should().OnlyContain(g => g == 0);
        Gradients(x => x.LeakyRelu(0.125f)).Should().OnlyContain(g => g == -3 * 0.125);
        Gradients(x => x.Elu()).Should().OnlyContain(g => g < 0);

        static double[] Gradients(Func<Value, Value> activation)
        {
            var unit = new Linear(1, 1).With("weight", -3).With("bias", -5);
            var builder = new GraphBuilder();
            var graph = Backward.VectorJacobian(builder.Build(activation(unit.Forward(builder.Input("x", ElementType.Float32, ["N", 1])))), ["x"]);
            using var interpreter = new Interpreter(graph, Precision.Float64);
            float[] inputs = [.. Enumerable.Range(-8, 17).Select(i => i / 8f)], ones = [.. inputs.Select(_ => 1f)];
            return interpreter.Run(Tensor.From(inputs, [17, 1]), Tensor.From(ones, [17, 1]))[1].ToArray<double>();
        }
    }

    [Fact]
    public void Every_layer_of_a_dense_block_sees_all_before_it()
    {
        var network = ModelCatalog.Create("densenet121");

        var inputs = network.Parameters()
            .Where(p => p.Name.StartsWith("features.denseblock1.", StringComparison.Ordinal))
            .Where(p => p.Name.EndsWith("conv1.weight", StringComparison.Ordinal))
            .Select(p => p.Shape[1]);

        inputs.Should().Equal(64, 96, 128, 160, 192, 224);
    }

    [Fact]
    public void Local_response_normalisation_takes_the_paper_s_alpha_undivided()
    {
        var x = Tensor.From<float>([1, 2, 3, 4, 5, 6], [1, 6, 1, 1]);

        double[] y = Applied.To(x, new LocalResponseNorm(size: 5, alpha: 0.5f, beta: 0.75f, k: 2));

        for (int c = 0; c < 6; c++)
        {
            double squares = Enumerable.Range(0, 6).Where(other => Math.Abs(other - c) <= 2).Sum(other => (other + 1.0) * (other + 1));
            y[c].Should().BeApproximately((c + 1) / Math.Pow(2 + (0.5 * squares), 0.75), Rounding.OfDouble(10, magnitude: 2));
        }
    }
}
