using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;
using Interop.LibTorch.Translation;

namespace Interop.LibTorch;

/// <summary>What a run with gradients gives.</summary>
/// <param name="Outputs">The graph's outputs, in their order.</param>
/// <param name="Gradients">The gradients, in the order in which they were asked for.</param>
public sealed record TorchGradients(IReadOnlyList<Tensor> Outputs, IReadOnlyList<Tensor> Gradients);

/// <summary>
/// Runs a graph of ONNX operators on libtorch, in float32 or float64, forward and backward: a judge that knows neither our kernels nor our
/// gradient rules.
/// </summary>
/// <remarks>
/// The graph is written as a program for the shapes of the inputs, and kept until other shapes come. Inputs and initializers are not copied, but
/// for their conversion to float64. One thread may use a session at a time.
/// </remarks>
public sealed class TorchSession : IGraphRunner
{
    private readonly Precision _precision;
    private readonly TorchRuntime _runtime;
    private readonly Dictionary<string, Tensor> _initializers;
    private Recorded? _last;

    /// <summary>Prepares to run a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="precision">In which precision floats are computed.</param>
    /// <param name="runtime">The library; null for <see cref="TorchRuntime.Find"/>.</param>
    /// <exception cref="EngineException">The library is absent.</exception>
    public TorchSession(Graph graph, Precision precision = Precision.Native, TorchRuntime? runtime = null)
    {
        Graph = graph;
        _precision = precision;
        _runtime = runtime ?? TorchRuntime.Find();
        _initializers = graph.Initializers.ToDictionary(i => i.Name, i => Promoted(i.Data));
    }

    /// <inheritdoc/>
    public Graph Graph { get; }

    /// <summary>Threads for one operator; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }

    /// <summary>Why an operator cannot run here: a sentence; null where it can.</summary>
    public static string? Refusal(Operator op) => Translations.Refusal(op);

    /// <inheritdoc/>
    /// <exception cref="UnsupportedModelException">A node has no form in libtorch.</exception>
    public IReadOnlyList<Tensor> Run(params IReadOnlyList<Tensor> inputs) => Run(inputs, null);

    /// <summary>Runs, and shows every value that a node makes, after the run.</summary>
    /// <param name="inputs">The inputs, in the graph's order.</param>
    /// <param name="observe">Called with each result of each node.</param>
    public IReadOnlyList<Tensor> Run(IReadOnlyList<Tensor> inputs, Action<Value, Tensor>? observe)
    {
        Value[] observed = observe is null ? [] : [.. Graph.Nodes.SelectMany(n => n.Outputs).OfType<Value>()];
        var recorded = Record(inputs, new Wish([], [], [.. observed.Select(v => v.Name)]), []);
        var program = recorded.Recording.Program;
        program.Run(inference: true);
        foreach (var value in observed) observe!(value, program.Result(recorded.Recording[value.Name]));
        return recorded.Outputs();
    }

    /// <summary>Runs forward and backward.</summary>
    /// <param name="inputs">The inputs, in the graph's order.</param>
    /// <param name="cotangents">
    /// The outputs that are differentiated, by name, with the weight of each of their elements; a null is a one for each, as for a loss.
    /// </param>
    /// <param name="withRespectTo">Names of the values that the gradients are with respect to: inputs, initializers, or any in between.</param>
    /// <exception cref="UsageException">The graph has no value of a name.</exception>
    /// <exception cref="UnsupportedModelException">A node has no form in libtorch.</exception>
    public TorchGradients Gradients(
        IReadOnlyList<Tensor> inputs, IReadOnlyDictionary<string, Tensor?> cotangents, IReadOnlyList<string> withRespectTo)
    {
        var wish = new Wish([.. cotangents.Select(c => (c.Key, c.Value is not null))], [.. withRespectTo], []);
        var recorded = Record(inputs, wish, [.. cotangents.Values.OfType<Tensor>().Select(Promoted)]);
        recorded.Recording.Program.Run();
        return new TorchGradients(recorded.Outputs(), [.. recorded.Gradients.Select(recorded.Recording.Program.Result)]);
    }

    /// <inheritdoc/>
    public void Dispose() => _last?.Recording.Dispose();

    private Tensor Promoted(Tensor tensor) =>
        _precision == Precision.Float64 && tensor.ElementType == ElementType.Float32 ? tensor.To(ElementType.Float64) : tensor;

    private Recorded Record(IReadOnlyList<Tensor> given, Wish wish, IReadOnlyList<Tensor> weights)
    {
        InputCheck.Check(Graph, given, _precision);
        Tensor[] inputs = [.. given.Select(Promoted)];
        if (_last is not null && _last.Recording.Fits(inputs) && _last.Wish.Equals(wish))
        {
            _last.Recording.Bind(inputs);
            for (int i = 0; i < weights.Count; i++) _last.Recording.Program.Bind(_last.Weights[i], weights[i]);
            return _last;
        }

        _last?.Recording.Dispose();
        _last = null;
        return _last = New(inputs, wish, weights);
    }

    private Recorded New(Tensor[] inputs, Wish wish, IReadOnlyList<Tensor> weights)
    {
        string[] seeds = [.. wish.Cotangents.Select(c => c.Output)];
        var recording = new TorchRecording(Graph, inputs, _initializers, wish.WithRespectTo, seeds, _precision, _runtime);
        var program = recording.Program;
        program.Threads = Threads;
        TorchSlot[] bound = [.. weights.Select(w => program.Bind(w))], gradients = [];
        if (wish.WithRespectTo.Length > 0)
        {
            program.Label("gradients");
            int next = 0;
            gradients = program.Gradients(
                [.. wish.Cotangents.Select(c => recording[c.Output])],
                [.. wish.Cotangents.Select(c => c.Weighted ? bound[next++] : (TorchSlot?)null)],
                [.. wish.WithRespectTo.Select(name => recording[name])]);
        }

        program.Keep([.. recording.Outputs, .. gradients, .. wish.Observed.Select(name => recording[name])]);
        return new Recorded(wish, recording, bound, gradients);
    }

    /// <summary>What is asked of a run beside the outputs.</summary>
    private sealed record Wish((string Output, bool Weighted)[] Cotangents, string[] WithRespectTo, string[] Observed)
    {
        public bool Equals(Wish? other) => other is not null
            && Cotangents.AsSpan().SequenceEqual(other.Cotangents)
            && WithRespectTo.AsSpan().SequenceEqual(other.WithRespectTo)
            && Observed.AsSpan().SequenceEqual(other.Observed);

        public override int GetHashCode() => HashCode.Combine(Cotangents.Length, WithRespectTo.Length, Observed.Length);
    }

    /// <summary>A recording for a wish.</summary>
    private sealed record Recorded(Wish Wish, TorchRecording Recording, TorchSlot[] Weights, TorchSlot[] Gradients)
    {
        public IReadOnlyList<Tensor> Outputs() => [.. Recording.Outputs.Select(Recording.Program.Result)];
    }
}
