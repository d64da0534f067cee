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
    private static readonly Dictionary<string, OperatorCase> s_cases =
        OperatorCase.All.Where(c => TorchSession.Refusal(c.Operator) is null).ToDictionary(c => c.Name);

    public static TheoryData<string> Forward => new(s_cases.Keys);

    public static TheoryData<string> Differentiable =>
        new(s_cases.Values.Where(c => c.Operator.HasGradientRule && c.Differentiable.Count > 0).Select(c => c.Name));

    [Fact]
    public void Every_operator_of_ONNX_has_a_translation_or_a_reason_why_not()
    {
        var without = OperatorSet.All.Where(o => o.Domain == Domains.Onnx && IsForgotten(TorchSession.Refusal(o)));

        without.Should().BeEmpty("a new operator needs a translation for libtorch, or a reason in the list of those without");
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
        foreach (var precision in new[] { Precision.Float64, Precision.Native }) GradientsAgree(s_cases[name], precision);
    }

    private static void GradientsAgree(OperatorCase c, Precision precision)
    {
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        var cotangents = c.Cotangents(forward.Run(c.Inputs));
        using var backward = new Interpreter(Backward.VectorJacobian(c.Graph, c.Differentiable), Precision.Float64);
        var expected = backward.Run([.. c.Inputs, .. cotangents]).Skip(c.Graph.Outputs.Count).ToArray();
        using var torch = new TorchSession(c.Graph, precision) { Threads = 1 };
        var type = precision == Precision.Float64 ? ElementType.Float64 : ElementType.Float32;

        var floats = c.Graph.Outputs.Where(o => o.ElementType.IsFloat()).Select(o => o.Name);
        var actual = torch.Gradients(c.Inputs, floats.Zip(cotangents).ToDictionary(p => p.First, p => (Tensor?)p.Second.To(type)), c.Differentiable).Gradients;

        for (int i = 0; i < expected.Length; i++) actual[i].ShouldAgree(expected[i].To(type), Terms(c), $"{c.Name} in {precision}, gradient of {c.Differentiable[i]}");
    }

    private static bool IsForgotten(string? refusal) => refusal?.StartsWith("there is no translation", StringComparison.Ordinal) == true;

    // No sum of a sample has more terms than all its inputs have elements.
    private static int Terms(OperatorCase c) => c.Sample.Inputs.Sum(i => i?.Shape.ElementCount ?? 0);
}
