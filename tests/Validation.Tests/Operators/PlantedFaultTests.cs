using Framework.Execution;
using Framework.Gradients;
using Framework.Operators;
using Framework.Tensors;
using Validation.Cases;
using Validation.Oracles;

namespace Validation.Tests.Operators;

/// <summary>A judge that never finds a fault is no judge: here it meets some.</summary>
public class PlantedFaultTests
{
    [Fact]
    public void Differences_accept_the_right_rule() => Error(new Cube(factor: 3)).Should().BeLessThan(OperatorGradientTests.PromisedRelativeError);

    [Theory]
    [InlineData(2f)]
    [InlineData(3.0001f)]
    [InlineData(-3f)]
    public void Differences_catch_a_wrong_factor(float factor) => Error(new Cube(factor)).Should().BeGreaterThan(OperatorGradientTests.PromisedRelativeError);

    [Fact]
    public void With_a_cotangent_of_ones_a_softmax_without_gradient_would_pass()
    {
        // The reason for random cotangents: the sum of a softmax is 1 whatever its input.
        var c = new OperatorCase(Softmax.Instance, Softmax.Instance.Samples.First());
        Tensor[] inputs = [c.Inputs[0].To(ElementType.Float64)];
        var ones = new Tensor(ElementType.Float64, c.Inputs[0].Shape);
        ones.AsSpan<double>().Fill(1);

        var blind = FiniteDifferences.Gradient(c.Graph, inputs, [ones], 0);
        var seeing = FiniteDifferences.Gradient(c.Graph, inputs, c.Cotangents([ones]), 0);

        blind.ToArray<double>().Should().OnlyContain(x => Math.Abs(x) < FiniteDifferences.Accuracy);
        seeing.ToArray<double>().Should().Contain(x => Math.Abs(x) > FiniteDifferences.Accuracy / OperatorGradientTests.PromisedRelativeError);
    }

    private static double Error(Operator op)
    {
        var c = new OperatorCase(op, op.Samples.First());
        Tensor[] inputs = [c.Inputs[0].To(ElementType.Float64)];
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        var cotangents = c.Cotangents(forward.Run(inputs));
        using var backward = new Interpreter(Backward.VectorJacobian(c.Graph, c.Differentiable), Precision.Float64);
        double[] ours = backward.Run([.. inputs, .. cotangents])[^1].ToArray<double>();
        double[] differences = FiniteDifferences.Gradient(c.Graph, inputs, cotangents, 0).ToArray<double>();
        return ours.Zip(differences, (a, b) => Math.Abs(a - b)).Max() / differences.Max(Math.Abs);
    }
}
