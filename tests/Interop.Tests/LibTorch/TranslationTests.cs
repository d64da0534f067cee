using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch;
using Interop.OnnxRuntime;
using Interop.Tests.LibTorch.Cases;
using Interop.Tests.OnnxRuntime;

namespace Interop.Tests.LibTorch;

/// <summary>
/// Each translation judged by ONNX Runtime, which runs the operator itself: a judge that shares nothing with ours but the ONNX standard.
/// </summary>
public class TranslationTests
{
    private static readonly Dictionary<string, TranslationCase> s_cases = TranslationCase.All.ToDictionary(c => c.Name);

    public static TheoryData<string> Cases => new(s_cases.Keys);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Outputs_agree_with_ONNX_Runtime(string name)
    {
        var c = s_cases[name];
        var (names, given) = c.Data();
        var expected = Expected(c, names, given);
        using var torch = new TorchSession(GraphOf(c, names, given, expected)) { Threads = 1 };

        var actual = torch.Run([.. Enumerable.Range(0, given.Count).Where(i => given[i] is not null && !c.IsFixed(i)).Select(i => given[i]!)]);

        int terms = given.Sum(t => t?.Count ?? 0);
        for (int i = 0; i < expected.Count; i++) actual[i].ShouldAgree(expected[i], terms, $"{name}, output {i}");
    }

    private static IReadOnlyList<Tensor> Expected(TranslationCase c, string[] names, IReadOnlyList<Tensor?> given)
    {
        var model = new TinyModel();
        var inputs = new Dictionary<string, Tensor>();
        for (int i = 0; i < given.Count; i++)
        {
            if (given[i] is not { } tensor) continue;
            if (c.IsFixed(i))
            {
                model.Initializer(names[i], tensor);
                continue;
            }

            model.Input(names[i], tensor.ElementType, [.. tensor.Shape.Select(e => (object)e)]);
            inputs.Add(names[i], tensor);
        }

        string[] outputs = [.. Enumerable.Range(0, c.OutputTypes.Length).Select(i => $"y{i}")];
        model.Node(c.Operator, [.. names.Select((n, i) => given[i] is null ? "" : n)], outputs, c.Attributes);
        for (int i = 0; i < outputs.Length; i++) model.Output(outputs[i], c.OutputTypes[i]);
        using var session = new OrtSession(model.ToBytes(c.Opset), new OrtSessionOptions { Optimization = OrtOptimization.None, Threads = 1 });
        var results = session.Run(inputs);
        return [.. outputs.Select(o => results[o])];
    }

    // Shapes are told by what ONNX Runtime made, so that this does not depend on our own inference, nor on our having the operator.
    private static Graph GraphOf(TranslationCase c, string[] names, IReadOnlyList<Tensor?> given, IReadOnlyList<Tensor> expected)
    {
        var builder = new GraphBuilder(c.Operator);
        var values = new Value?[given.Count];
        for (int i = 0; i < values.Length; i++)
        {
            if (given[i] is not { } tensor) continue;
            values[i] = c.IsFixed(i)
                ? builder.Initializer(names[i], tensor, InitializerRole.Constant)
                : builder.Input(names[i], tensor.ElementType, tensor.Shape);
        }

        var op = new ForeignOperator(c.Operator, given.Count, expected);
        return builder.Build(builder.AddNode(op, "node", values, [.. expected.Select((_, i) => $"y{i}")], c.Attributes));
    }

    /// <summary>An operator of which only the name and the shapes of the results are told.</summary>
    private sealed class ForeignOperator(string name, int inputs, IReadOnlyList<Tensor> results) : Operator
    {
        public override string Name => name;

        public override Signature Signature { get; } = new(
            [.. Enumerable.Range(0, inputs).Select(i => new FormalInput($"x{i}", Optional: true))], [.. results.Select((_, i) => $"y{i}")]);

        public override IEnumerable<Sample> Samples => [];

        public override void Infer(Inference inference)
        {
            for (int i = 0; i < results.Count; i++) inference.Output(i, results[i].ElementType, results[i].Shape);
        }

        public override void Evaluate(Evaluation evaluation) => throw new NotSupportedException(name);
    }
}
