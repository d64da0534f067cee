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
    // Known before anything runs.
    private static readonly string[] s_constants = ["Shape", "Size", "Constant"];

    // libtorch has no unsigned integers beyond 8 bits, no shapes that follow from data here, and quantises by rules of its own.
    private static readonly string[] s_impossible =
    [
        "BitShift", "NonZero",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "QLinearMatMul", "ConvInteger", "QLinearConv",
    ];

    private static readonly Dictionary<string, OperatorCase> s_cases = OperatorCase.All
        .Where(c => TorchSession.Supports(c.Operator) || s_constants.Contains(c.Operator.ToString()))
        .ToDictionary(c => c.Name);

    public static TheoryData<string> Forward => new(s_cases.Keys);

    public static TheoryData<string> Differentiable =>
        new(s_cases.Values.Where(c => c.Operator.IsDifferentiable && c.Differentiable.Count > 0).Select(c => c.Name));

    [Fact]
    public void Every_operator_of_ONNX_has_a_translation_but_for_those_that_cannot_have_one()
    {
        var without = OperatorSet.All.Where(o => o.Domain == Domains.Onnx && !TorchSession.Supports(o)).Select(o => o.Name);

        without.Should().BeEquivalentTo([.. s_constants, .. s_impossible]);
    }

    [Theory]
    [MemberData(nameof(Forward))]
    public void Outputs_agree_with_the_plain_evaluation(string name)
    {
        var c = s_cases[name];
        foreach (var precision in new[] { Precision.Float64, Precision.Native })
        {
            using var reference = new Interpreter(c.Graph, precision);
            using var torch = new TorchSession(c.Graph, precision) { Threads = 1 };

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
        using var torch = new TorchSession(c.Graph, Precision.Float64) { Threads = 1 };

        var floats = c.Graph.Outputs.Where(o => o.ElementType.IsFloat()).Select(o => o.Name);
        var actual = torch.Gradients(c.Inputs, floats.Zip(cotangents).ToDictionary(p => p.First, p => (Tensor?)p.Second), c.Differentiable).Gradients;

        for (int i = 0; i < expected.Length; i++) actual[i].ShouldAgree(expected[i], Terms(c), $"{name}, gradient of {c.Differentiable[i]}");
    }

    // No sum of a sample has more terms than all its inputs have elements.
    private static int Terms(OperatorCase c) => c.Sample.Inputs.Sum(i => i?.Shape.ElementCount ?? 0);
}
