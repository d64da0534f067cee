using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;
using Onnx.Opsets;
using Validation.Cases;

namespace Validation.Tests.Export;

/// <summary>ONNX Runtime must take what is written, whatever the operator set, and compute the same.</summary>
public class OpsetTests
{
    /// <summary>The unit roundoff of single precision.</summary>
    private const double Roundoff = 1.0 / (1 << 24);

    /// <summary>An elementary function is within a few units of the last place in either engine.</summary>
    private const int FunctionUlps = 8;

    /// <summary>What ONNX allows and the engine does not.</summary>
    private static readonly Dictionary<string, string> s_engineLimits = new()
    {
        ["LRN/even size, strong"] = "its kernel takes odd sizes only",
        ["BatchNormalization/training"] = "it wants the running statistics asked for, which the format leaves free",
    };

    public static TheoryData<int> Versions => new(Enumerable.Range(OpsetHistory.OldestWritten, OpsetHistory.Newest - OpsetHistory.OldestWritten + 1));

    [Theory]
    [MemberData(nameof(Versions))]
    public void OnnxRuntime_computes_the_same_from_every_sample_that_an_operator_set_can_express(int version)
    {
        var surprises = new List<string>();
        int compared = 0;
        foreach (var c in OperatorCase.All.Where(c => c.Operator.Domain == Domains.Onnx))
        {
            try
            {
                byte[] model = OnnxModel.Serialize(c.Graph, new OnnxExportOptions { Opset = version });
                if (Compare(c, model) is { } problem) surprises.Add($"{c.Name}: {problem}");
                compared++;
            }
            catch (UnsupportedModelException)
            {
                // The older form cannot express the sample; other tests say when it may not.
            }
            catch (EngineException e) when (e.Problem.Contains("NotImplemented", StringComparison.Ordinal) || e.Problem.Contains("NOT_IMPLEMENTED", StringComparison.Ordinal))
            {
                // The engine knows the operator, but has no kernel for its types.
            }
            catch (EngineException e)
            {
                if (s_engineLimits.ContainsKey(c.Name)) continue;
                surprises.Add($"{c.Name}: {e.Message}");
            }
        }

        surprises.Should().BeEmpty();
        compared.Should().BeGreaterThan(OperatorSet.All.Count / 2);
    }

    [Fact]
    public void The_newest_operator_set_that_is_written_is_the_newest_that_OnnxRuntime_accepts()
    {
        var newest = () => new OrtSession(TinyModel(OpsetHistory.Newest));
        var next = () => new OrtSession(TinyModel(OpsetHistory.Newest + 1));

        newest.Should().NotThrow();
        next.Should().Throw<EngineException>().WithMessage("*opset*");
    }

    // The exporter refuses a version that it does not know, so it is put in afterwards: the last byte of a model is its operator set's version.
    private static byte[] TinyModel(int version)
    {
        var builder = new GraphBuilder();
        byte[] model = OnnxModel.Serialize(
            builder.Build(builder.Input("x", ElementType.Float32, ["N"]).Relu()), new OnnxExportOptions { Opset = OpsetHistory.Newest });
        model[^1].Should().Be(OpsetHistory.Newest);
        model[^1] = (byte)version;
        return model;
    }

    private static string? Compare(OperatorCase c, byte[] model)
    {
        using var own = new Interpreter(c.Graph);
        using var engine = new OrtSession(model, new OrtSessionOptions { Threads = 1, Optimization = OrtOptimization.None });
        var expected = own.Run(c.Inputs);
        var actual = engine.Run(c.Graph.Inputs.Zip(c.Inputs).ToDictionary(p => p.First.Name, p => p.Second));
        int terms = c.Inputs.Select(i => i.Count).Append(1).Max();
        for (int i = 0; i < expected.Count; i++)
        {
            var other = actual[c.Graph.Outputs[i].Name];
            if (other.ElementType != expected[i].ElementType || other.Shape != expected[i].Shape) return $"gives {other} for {expected[i]}";
            double[] a = other.ToArray<double>(), b = expected[i].ToArray<double>();
            double scale = b.Where(double.IsFinite).Select(Math.Abs).Append(0).Max();
            double bound = 2 * (terms + FunctionUlps) * Roundoff * scale;
            for (int k = 0; k < a.Length; k++)
            {
                if (!a[k].Equals(b[k]) && !(Math.Abs(a[k] - b[k]) <= bound)) return $"element {k} is {a[k]:R} for {b[k]:R}";
            }
        }

        return null;
    }
}
