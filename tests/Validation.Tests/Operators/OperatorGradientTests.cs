using Framework.Errors;
using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Validation.Cases;
using Validation.Oracles;

namespace Validation.Tests.Operators;

public class OperatorGradientTests
{
    /// <summary>What the project promises of every gradient rule against differences in float64.</summary>
    internal const double PromisedRelativeError = 1e-6;

    // Of a smaller entry the differences themselves do not know so many digits.
    private const double SmallestScale = FiniteDifferences.Accuracy / PromisedRelativeError;

    public static TheoryData<string> Cases => new(OperatorCase.All.Where(c => c.Operator.HasGradientRule && c.Differentiable.Count > 0).Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_gradient_rule_agrees_with_float64_differences(string name)
    {
        var c = OperatorCase.Find(name);
        Tensor[] inputs = [.. c.Inputs.Select(i => i.ElementType == ElementType.Float32 ? i.To(ElementType.Float64) : i)];
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        var cotangents = c.Cotangents(forward.Run(inputs));
        using var backward = new Interpreter(Backward.VectorJacobian(c.Graph, c.Differentiable), Precision.Float64);

        var results = backward.Run([.. inputs, .. cotangents]);

        int first = c.Graph.Outputs.Count;
        foreach (string input in c.Differentiable)
        {
            int position = c.Graph.Inputs.ToList().FindIndex(i => i.Name == input);
            var expected = FiniteDifferences.Gradient(c.Graph, inputs, cotangents, position);
            RelativeError(results[first++], expected).Should().BeLessThan(PromisedRelativeError, "the gradient of {0} with respect to {1} is judged", name, input);
        }
    }

    [Fact]
    public void What_has_no_gradient_rule_refuses_to_be_differentiated_rather_than_passing_for_constant()
    {
        foreach (var op in OperatorSet.All.Where(o => o.IsDifferentiable && !o.HasGradientRule && o.Domain != Domains.Execution))
        {
            var c = new OperatorCase(op, op.Samples.First());
            var act = () => Backward.VectorJacobian(Loosened(c), ["x0"]);
            act.Should().Throw<UnsupportedModelException>("{0} has no rule", op).WithMessage("*no gradient flows back*");
        }

        // Samples hold some operands fixed; here the first is what the gradient is asked for.
        static Graph Loosened(OperatorCase c) => c.Graph.Inputs.Any(i => i.Name == "x0") ? c.Graph : Promotion.ToInputs(c.Graph, ["x0"]);
    }

    [Fact]
    public void Every_operator_declares_a_sample()
    {
        foreach (var op in OperatorSet.All) op.Samples.Should().NotBeEmpty("{0} must be tried by every judge", op);
    }

    // The largest difference over the largest entry, both arrays being zero counting as agreement.
    private static double RelativeError(Tensor actual, Tensor expected)
    {
        actual.Shape.Should().Equal(expected.Shape);
        double difference = 0, scale = 0;
        for (int i = 0; i < expected.Count; i++)
        {
            difference = Math.Max(difference, Math.Abs(actual.AsSpan<double>()[i] - expected.AsSpan<double>()[i]));
            scale = Math.Max(scale, Math.Abs(expected.AsSpan<double>()[i]));
        }

        return difference == 0 ? 0 : difference / Math.Max(scale, SmallestScale);
    }
}
