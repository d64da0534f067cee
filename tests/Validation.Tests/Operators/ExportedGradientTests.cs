using Framework.Errors;
using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;
using Onnx.Opsets;
using Validation.Cases;

namespace Validation.Tests.Operators;

/// <summary>ONNX Runtime runs our backward graphs, written out in ONNX's own operators, and must agree with float64.</summary>
public class ExportedGradientTests
{
    /// <summary>The unit roundoff of single precision.</summary>
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>An elementary function is within a few units of the last place.</summary>
    private const int FunctionUlps = 8;

    /// <summary>How many roundings in a row a rule makes at most beside its sums: operators that it chains, times the condition of each.</summary>
    private const int ChainLength = 16;

    /// <summary>Operators that the engine knows but has no kernel for.</summary>
    private static readonly string[] s_withoutKernel = ["GlobalLpPool", "Swish"];

    public static TheoryData<string> Cases => new(Differentiable.Where(c => !s_withoutKernel.Contains(c.Operator.Name)).Select(c => c.Name));

    public static TheoryData<string> CasesWithoutKernel => new(Differentiable.Where(c => s_withoutKernel.Contains(c.Operator.Name)).Select(c => c.Name));

    private static IEnumerable<OperatorCase> Differentiable =>
        OperatorCase.All.Where(c => c.Operator.Domain == Domains.Onnx && c.Operator.HasGradientRule && c.Differentiable.Count > 0);

    [Theory]
    [MemberData(nameof(Cases))]
    public void OnnxRuntime_computes_the_gradients_of_the_exported_backward_graph(string name)
    {
        var c = OperatorCase.Find(name);
        var backward = Backward.VectorJacobian(c.Graph, c.Differentiable);
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        Tensor[] inputs = [.. c.Inputs, .. c.Cotangents(forward.Run(c.Inputs)).Select(t => t.To(ElementType.Float32))];
        using var oracle = new Interpreter(backward, Precision.Float64);
        var expected = oracle.Run(inputs);
        using var engine = Load(backward);

        var actual = engine.Run(backward.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second));

        int terms = inputs.Select(i => i.Count).Append(1).Max();

        // Errors are of the size of what takes part: a gradient may be a difference of much larger products.
        double largest = inputs.Where(i => i.ElementType.IsFloat()).SelectMany(i => i.ToArray<double>()).Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        for (int i = 0; i < expected.Count; i++)
        {
            double[] e = expected[i].ToArray<double>(), a = actual[backward.Outputs[i].Name].ToArray<double>();
            double scale = e.Select(Math.Abs).Append(largest).Max();
            double difference = a.Zip(e, (x, y) => Math.Abs(x - y)).DefaultIfEmpty(0).Max();
            difference.Should().BeLessThan(ChainLength * (terms + FunctionUlps) * Roundoff * scale, "{0} of {1} is compared", backward.Outputs[i].Name, name);
        }
    }

    [Theory]
    [MemberData(nameof(CasesWithoutKernel))]
    public void What_is_said_to_have_no_kernel_has_none(string name)
    {
        var load = () => Load(OperatorCase.Find(name).Graph);

        load.Should().Throw<EngineException>().WithMessage("*NotImplemented*");
    }

    private static OrtSession Load(Graph graph) => new(
        OnnxModel.Serialize(graph, new OnnxExportOptions { Opset = OpsetHistory.Newest }),
        new OrtSessionOptions { Threads = 1, Optimization = OrtOptimization.None });
}
