using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Validation.Cases;

namespace Validation.Tests.Operators;

/// <summary>The operators of the gradient domain, written out in ONNX's own, must mean the same.</summary>
public class DecompositionTests
{
    /// <summary>A decomposition sums the same few hundred terms in another order: some hundred units in the last place of a double.</summary>
    private const double Rounding = 1e-12;

    /// <summary>Operators that ONNX has no form of, and why.</summary>
    private static readonly Dictionary<string, string> s_withoutForm = new()
    {
        ["grad.DropoutTraining"] = "its mask is a function of seed and counter, which no operator of ONNX computes",
    };

    public static TheoryData<string> Cases => new(OperatorCase.All
        .Where(c => c.Operator.Domain == Domains.Gradient && !s_withoutForm.ContainsKey(c.Operator.ToString()))
        .Select(c => c.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_gradient_operator_means_the_same_in_operators_of_ONNX(string name)
    {
        var c = OperatorCase.Find(name);
        var decomposed = new Decompose().Apply(c.Graph);
        using var own = new Interpreter(c.Graph, Precision.Float64);
        using var written = new Interpreter(decomposed, Precision.Float64);

        var expected = own.Run(c.Inputs);
        var actual = written.Run(c.Inputs);

        GraphVerifier.Check(decomposed, GraphStage.Portable);
        for (int i = 0; i < expected.Count; i++) Difference(actual[i], expected[i]).Should().BeLessThan(Rounding, "output {0} of {1} is compared", i, name);
    }

    [Fact]
    public void Only_the_operators_said_to_have_no_form_in_ONNX_have_none()
    {
        var without = OperatorCase.All
            .Where(c => c.Operator.Domain == Domains.Gradient && new Decompose().Apply(c.Graph).Nodes.Any(n => n.Operator == c.Operator))
            .Select(c => c.Operator.ToString())
            .Distinct();

        without.Should().BeEquivalentTo(s_withoutForm.Keys);
    }

    private static double Difference(Tensor actual, Tensor expected)
    {
        actual.Shape.Should().Equal(expected.Shape);
        double[] a = actual.ToArray<double>(), b = expected.ToArray<double>();
        double scale = b.Select(Math.Abs).Append(double.Epsilon).Max();
        return a.Zip(b, (x, y) => x.Equals(y) ? 0 : Math.Abs(x - y)).DefaultIfEmpty(0).Max() / scale;
    }

    private sealed class Decompose() : GraphPatch("Decompose")
    {
        protected override IReadOnlyList<Value?>? Replace(Node node) =>
            node.Operator.Decompose(node, [.. node.Inputs.Select(Map.Find)], Builder);
    }
}
