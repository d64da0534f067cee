using Framework.Execution;
using Framework.Gradients;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;
using Validation.Cases;

namespace Interop.Tests.LibTorch;

/// <summary>Every sample of every ONNX operator on libtorch, against the plain evaluation and against our gradient rules.</summary>
public class OperatorSampleTests
{
    // It shifts unsigned integers, of which libtorch has none but those of 8 bits.
    private const string Impossible = "BitShift";

    private static readonly Dictionary<string, OperatorCase> s_cases =
        OperatorCase.All.Where(c => c.Operator.Domain == Domains.Onnx && c.Operator.Name != Impossible).ToDictionary(c => c.Name);

    public static TheoryData<string> Forward => new(s_cases.Keys);

    public static TheoryData<string> Differentiable =>
        new(s_cases.Values.Where(c => c.Operator.IsDifferentiable && c.Differentiable.Count > 0).Select(c => c.Name));

    [Fact]
    public void Every_operator_of_ONNX_has_a_translation_unless_its_result_is_a_constant()
    {
        // The shape of a value, and what a model states itself, are known before anything runs.
        string[] constants = ["Shape", "Constant", "ConstantOfShape", "Size", "Range"];
        var without = OperatorSet.All.Where(o => o.Domain == Domains.Onnx && !TorchSession.Supports(o)).Select(o => o.Name);

        without.Should().BeSubsetOf([Impossible, .. constants]);
    }

    [Theory]
    [MemberData(nameof(Forward))]
    public void Outputs_agree_with_the_plain_evaluation(string name)
    {
        var c = s_cases[name];
        foreach (var precision in new[] { Precision.Float64, Precision.Native })
        {
            using var reference = new Interpreter(c.Graph, precision);
            using var torch = new TorchSession(c.Graph, precision);

            var expected = reference.Run(c.Inputs);
            var actual = torch.Run(c.Inputs);

            for (int i = 0; i < expected.Count; i++) actual[i].ShouldAgree(expected[i], Terms(c), $"{name} in {precision}, output {i}");
        }
    }

    [Theory]
    [MemberData(nameof(Differentiable))]
    public void Gradients_agree_with_our_rules(string name)
    {
        var c = s_cases[name];
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        var cotangents = c.Cotangents(forward.Run(c.Inputs));
        using var backward = new Interpreter(Backward.VectorJacobian(c.Graph, c.Differentiable), Precision.Float64);
        var expected = backward.Run([.. c.Inputs, .. cotangents]).Skip(c.Graph.Outputs.Count).ToArray();
        using var torch = new TorchSession(c.Graph, Precision.Float64);

        var floats = c.Graph.Outputs.Where(o => o.ElementType.IsFloat()).Select(o => o.Name);
        var actual = torch.Gradients(c.Inputs, floats.Zip(cotangents).ToDictionary(p => p.First, p => (Tensor?)p.Second), c.Differentiable).Gradients;

        for (int i = 0; i < expected.Length; i++) actual[i].ShouldAgree(expected[i], Terms(c), $"{name}, gradient of {c.Differentiable[i]}");
    }

    // No sum of a sample has more terms than all its inputs have elements.
    private static int Terms(OperatorCase c) => c.Sample.Inputs.Sum(i => i?.Shape.ElementCount ?? 0);
}
