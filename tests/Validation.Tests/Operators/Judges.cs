using Framework.Execution;
using Framework.Gradients;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;
using Validation.Cases;
using Validation.Engines;
using Validation.Parity;
using Validation.Tolerances;

namespace Validation.Tests.Operators;

/// <summary>Who runs the samples of the operators in float32, and what each cannot run.</summary>
/// <param name="Name">The name.</param>
/// <param name="Runner">Makes what runs a graph.</param>
/// <param name="Takes">Which operators it is asked to run.</param>
/// <param name="Cannot">Of these, operators and samples that it cannot run, or runs otherwise, and why.</param>
public sealed record Judge(string Name, Func<Graph, IGraphRunner> Runner, Func<Operator, bool> Takes, IReadOnlyDictionary<string, string> Cannot)
{
    public static Judge Own { get; } = new("cnn", g => new Session(g, new SessionOptions { Threads = 2 }), op => op.Domain != Domains.Execution, new Dictionary<string, string>());

    public static Judge OnnxRuntime { get; } = new("onnxruntime", g => new OnnxRuntimeRunner(g, threads: 1), op => op.Domain != Domains.Execution, new Dictionary<string, string>
    {
        ["grad.DropoutTraining"] = "its mask is a function of seed and counter, which no operator of ONNX computes",
    });

    // What its translation refuses it says itself, with the reason.
    public static Judge LibTorch { get; } = new(
        "libtorch", g => new TorchSession(g) { Threads = 1 }, op => op.Domain == Domains.Onnx && TorchSession.Refusal(op) is null, new Dictionary<string, string>());

    public static IReadOnlyList<Judge> All { get; } = [Own, OnnxRuntime, LibTorch];

    /// <summary>The reason for which it is not asked to run a case; null where it is.</summary>
    public string? Excuse(OperatorCase c) => Cannot.GetValueOrDefault(c.Operator.ToString()) ?? Cannot.GetValueOrDefault(c.Name);

    /// <summary>Lets it run a case, and judges what it makes by the derived bounds.</summary>
    public IReadOnlyList<StepRow> Try(OperatorCase c)
    {
        var step = c.Alone(out var results);
        return [.. StepJudge.Judge(step, results, Runner)];
    }

    /// <summary>Lets it run the way back of a case, by our rules, and judges each of their steps.</summary>
    public IReadOnlyList<StepRow> TryGradients(OperatorCase c)
    {
        c.Alone(out var results);
        var cotangents = c.Cotangents([.. results.OfType<Tensor>()]);
        var backward = Backward.VectorJacobian(c.Graph, c.Differentiable);
        var judge = new StepJudge(Runner);
        DisturbedRun.Rounded(backward, [.. c.Inputs, .. cotangents], judge);
        return judge.Rows;
    }
}

internal static class CaseSteps
{
    /// <summary>The node of a case with its operands, and its results in float64.</summary>
    public static NodeAlone Alone(this OperatorCase c, out IReadOnlyList<Tensor?> results)
    {
        IReadOnlyList<Tensor?>? operands = null;
        IReadOnlyList<Tensor?>? made = null;
        using var interpreter = new Interpreter(c.Graph, Precision.Float64);
        interpreter.RunRevised(c.Inputs, (_, read, results) =>
        {
            (operands, made) = (read, results);
            return results;
        });
        results = made!;
        return new NodeAlone(c.Graph.Nodes[0], operands!);
    }
}
