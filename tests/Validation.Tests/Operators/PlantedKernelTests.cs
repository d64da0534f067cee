using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;
using Validation.Cases;
using Validation.Engines;
using Validation.Parity;

namespace Validation.Tests.Operators;

/// <summary>Faults planted in kernels and rules: each judge must find them, and find them alone.</summary>
public class PlantedKernelTests
{
    private static readonly OperatorCase s_case = OperatorCase.Find("Conv/strided");

    public static TheoryData<string> Judges => ["float64", "onnxruntime", "libtorch"];

    [Theory]
    [MemberData(nameof(Judges))]
    public void A_right_kernel_passes_every_judge(string judge) => Share(judge, fault: null).Should().BeLessThanOrEqualTo(1);

    [Theory]
    [MemberData(nameof(Judges))]
    public void A_kernel_that_forgets_one_product_of_one_element_fails_by_every_judge_alone(string judge) =>
        Share(judge, (y, conv) => y[^1] -= conv.Last).Should().BeGreaterThan(1);

    [Theory]
    [MemberData(nameof(Judges))]
    public void A_kernel_that_shifts_a_row_fails_by_every_judge_alone(string judge) => Share(judge, (y, _) => (y[0], y[1]) = (y[1], y[0])).Should().BeGreaterThan(1);

    [Theory]
    [InlineData(3f, true)]
    [InlineData(3.001f, false)]
    [InlineData(-3f, false)]
    public void Libtorch_alone_tells_a_wrong_gradient_rule(float factor, bool right)
    {
        // To libtorch it is a product of three; to us an operator with a rule of its own.
        var c = new OperatorCase(new Cube(factor), new Cube(factor).Samples.First());
        var builder = new GraphBuilder();
        var x = builder.Input("x0", ElementType.Float32, c.Inputs[0].Shape);
        var known = builder.Build(builder.Rename(x * x * x, "y0"));
        Tensor[] inputs = [c.Inputs[0].To(ElementType.Float64)];
        using var forward = new Interpreter(c.Graph, Precision.Float64);
        var cotangents = c.Cotangents(forward.Run(inputs));
        using var backward = new Interpreter(Framework.Gradients.Backward.VectorJacobian(c.Graph, c.Differentiable), Precision.Float64);
        using var torch = new TorchSession(known, Precision.Float64);

        double[] ours = backward.Run([.. inputs, .. cotangents])[^1].ToArray<double>();
        double[] theirs = torch.Gradients(c.Inputs, new Dictionary<string, Tensor?> { ["y0"] = cotangents[0] }, ["x0"]).Gradients[0].ToArray<double>();

        double error = ours.Zip(theirs, (a, b) => Math.Abs(a - b)).Max() / theirs.Max(Math.Abs);
        (error < ParityReport.OracleTolerance).Should().Be(right, "the error is {0}", error);
    }

    // The judged result, ours or spoilt, is measured against what the judge alone makes of the case, by the derived bound for two who both round.
    private static double Share(string judge, Action<float[], (float Last, int Count)>? fault)
    {
        var step = s_case.Alone(out var results);
        float[] judged = step.Run(g => new Session(g))[0].ToArray<float>();
        float[] x = s_case.Inputs[0].ToArray<float>(), w = s_case.Inputs[1].ToArray<float>();

        // The last element of the output is the last filter over the corner of the last image; its last tap that is not padding.
        fault?.Invoke(judged, (LastProduct(x, w), x.Length));
        double[] reference = judge switch
        {
            "float64" => results[0]!.ToArray<double>(),
            "onnxruntime" => step.Run(g => new OnnxRuntimeRunner(g))[0].ToArray<double>(),
            _ => step.Run(g => new TorchSession(g))[0].ToArray<double>(),
        };
        double[] bounds = Tolerances.StepBounds.Of(step, results, 0)!.ToArray<double>();
        return judged.Select((y, i) => Math.Abs(y - reference[i]) / (2 * bounds[i])).Max();
    }

    private static float LastProduct(float[] x, float[] w)
    {
        // Images are 7 x 8 with a border of 1, windows 3 x 3 with stride 2: the last window covers rows 5, 6 and columns 5, 6, 7, its first row and column of taps these.
        const int width = 8, row = 6, column = 7, channelSize = 7 * 8;
        int channel = x.Length - channelSize, filter = w.Length - 9;
        return x[channel + (row * width) + column] * w[filter + (1 * 3) + 2];
    }
}
