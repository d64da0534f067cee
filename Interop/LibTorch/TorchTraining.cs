using Framework.Errors;
using Framework.Execution;
using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Interop.LibTorch;

/// <summary>Stochastic gradient descent as <c>torch.optim.SGD</c> does it: g += decay w; v = momentum v + g; w -= rate v.</summary>
/// <param name="Rate">The learning rate.</param>
/// <param name="Momentum">What is kept of the last step.</param>
/// <param name="WeightDecay">How much of each weight is added to its gradient.</param>
public sealed record TorchSgd(double Rate, double Momentum = 0, double WeightDecay = 0);

/// <summary>
/// Trains a graph on libtorch: forward, loss, backward by libtorch's autograd, and a step of descent, all in one program. It is what our own
/// training is measured against, in results and in time.
/// </summary>
public sealed class TorchTraining : IDisposable
{
    private readonly Graph _graph;
    private readonly string _loss;
    private readonly TorchSgd _sgd;
    private readonly Precision _precision;
    private readonly TorchRuntime _runtime;
    private readonly IReadOnlyDictionary<string, string> _carried;
    private readonly string[] _parameters;
    private readonly Dictionary<string, Tensor> _initializers;
    private readonly Dictionary<string, Tensor> _velocities;
    private TorchRecording? _recording;

    /// <summary>Prepares to train.</summary>
    /// <param name="graph">The network with its loss, in its training form, not differentiated. Its parameters are copied.</param>
    /// <param name="loss">The output that is made small: one element.</param>
    /// <param name="sgd">How a step is made.</param>
    /// <param name="carried">State: after each step the output of the first name is written to the initializer of the second.</param>
    /// <param name="precision">In which precision floats are computed.</param>
    /// <param name="runtime">The library; null for <see cref="TorchRuntime.Find"/>.</param>
    /// <exception cref="EngineException">The library is absent.</exception>
    /// <exception cref="UsageException">The graph has no output or initializer of a name.</exception>
    public TorchTraining(
        Graph graph,
        string loss,
        TorchSgd sgd,
        IReadOnlyDictionary<string, string>? carried = null,
        Precision precision = Precision.Native,
        TorchRuntime? runtime = null)
    {
        _graph = graph;
        _loss = loss;
        _sgd = sgd;
        _carried = carried ?? new Dictionary<string, string>();
        _precision = precision;
        _runtime = runtime ?? TorchRuntime.Find();
        _parameters = [.. graph.Parameters.Select(p => p.Name)];
        RequireNames();
        HashSet<string> written = [.. _parameters, .. _carried.Values];
        _initializers = graph.Initializers.ToDictionary(i => i.Name, i => InPrecision(i.Data, copied: written.Contains(i.Name)));
        _velocities = _parameters.ToDictionary(name => name, name => new Tensor(_initializers[name].ElementType, _initializers[name].Shape));
    }

    /// <summary>Threads for one operator; 0 leaves the choice to libtorch.</summary>
    public int Threads { get; init; }

    /// <summary>The initializers by name; parameters and carried state change with every step, in place.</summary>
    public IReadOnlyDictionary<string, Tensor> Initializers => _initializers;

    /// <summary>Makes one step.</summary>
    /// <param name="inputs">The graph's inputs: a batch and its targets.</param>
    /// <returns>The graph's outputs, as they were before the step.</returns>
    /// <exception cref="UnsupportedModelException">A node has no form in libtorch.</exception>
    public IReadOnlyList<Tensor> Step(params IReadOnlyList<Tensor> inputs)
    {
        InputCheck.Check(_graph, inputs, _precision);
        Tensor[] batch = [.. inputs.Select(i => InPrecision(i, copied: false))];
        if (_recording is null || !_recording.Fits(batch))
        {
            _recording?.Dispose();
            _recording = null;
            _recording = Record(batch);
        }
        else
        {
            _recording.Bind(batch);
        }

        _recording.Program.Run();
        return [.. _recording.Outputs.Select(_recording.Program.Result)];
    }

    /// <inheritdoc/>
    public void Dispose() => _recording?.Dispose();

    private void RequireNames()
    {
        foreach (string output in _carried.Keys.Append(_loss))
        {
            if (_graph.Outputs.All(o => o.Name != output)) throw Unknown($"output '{output}'");
        }

        foreach (string state in _carried.Values)
        {
            if (_graph.Initializers.All(i => i.Name != state)) throw Unknown($"initializer '{state}'");
        }
    }

    private UsageException Unknown(string what) => new(what, $"the graph {_graph.Name} has none of this name.");

    private Tensor InPrecision(Tensor tensor, bool copied)
    {
        if (_precision == Precision.Float64 && tensor.ElementType == ElementType.Float32) return tensor.To(ElementType.Float64);
        return copied ? tensor.Clone() : tensor;
    }

    private TorchRecording Record(Tensor[] batch)
    {
        var recording = new TorchRecording(_graph, batch, _initializers, _parameters, [_loss], _precision, _runtime);
        var program = recording.Program;
        program.Threads = Threads;
        program.Label("gradients");
        var gradients = program.Gradients([recording[_loss]], [null], [.. _parameters.Select(name => recording[name])]);
        program.Keep(recording.Outputs);
        program.Differentiable = false;
        for (int i = 0; i < _parameters.Length; i++)
        {
            program.Label($"step of {_parameters[i]}");
            Descend(program, recording[_parameters[i]], gradients[i], _velocities[_parameters[i]]);
        }

        foreach (var (output, state) in _carried) program.CallMany("copy_", 0, recording[state], recording[output]);
        return recording;
    }

    private void Descend(TorchProgram program, TorchSlot weight, TorchSlot gradient, Tensor velocity)
    {
        if (_sgd.WeightDecay != 0) gradient = program.Call("add.Tensor", gradient, weight, _sgd.WeightDecay);
        if (_sgd.Momentum != 0)
        {
            var kept = program.Bind(velocity);
            program.CallMany("mul_.Scalar", 0, kept, _sgd.Momentum);
            program.CallMany("add_.Tensor", 0, kept, gradient);
            gradient = kept;
        }

        program.CallMany("add_.Tensor", 0, weight, gradient, -_sgd.Rate);
    }
}
