using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Framework.Threading;
using Framework.Training;
using Framework.Training.Optimizers;
using Onnx;
using Validation.Parity;

namespace Validation.Benchmarks;

/// <summary>A training step of this framework: forward, loss with heads, backward, descent with momentum. Dropout is left out on both sides.</summary>
public sealed class OwnTraining : IOwnContender
{
    private readonly WorkerPool _pool;
    private readonly Session _gradients;
    private readonly Session _update;
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _outputs;
    private readonly Tensor[] _updateInputs;
    private readonly Tensor[] _updateOutputs;

    /// <summary>Loads the file and makes a step.</summary>
    /// <param name="work">The work.</param>
    /// <param name="options">How to run it; the threads are the work's.</param>
    public OwnTraining(Work work, SessionOptions? options = null)
    {
        var network = new RemoveDropout().Apply(OnnxModel.Load(work.File));
        var training = TrainingGraph.Create(network, Loss.CrossEntropy);
        var data = network.Initializers.ToDictionary(i => i.Name, i => i.Data);
        var weights = FlatParameters.CopyOf([.. training.Parameters.Select(p => data[p])]);
        var gradients = FlatParameters.Zeros([.. training.Parameters.Select(p => data[p].Shape)]);
        Tensor[] states = [.. training.States.Select(s => data[s].Clone())];
        var velocity = new Tensor(ElementType.Float32, weights.Flat.Shape);
        _pool = WorkerPool.Of(work.Threads);
        options = (options ?? SessionOptions.Default) with { Pool = _pool };
        _gradients = new Session(training.Graph, options with { InPlace = [.. training.States.Select(s => (TrainingGraph.NewState(s), s))] });
        var update = new Sgd(Work.Momentum).Update(weights.Flat.Count);
        _update = new Session(update, options with { InPlace = [.. update.Outputs.Select(o => (o.Name, o.Name[..^".new".Length]))] });

        Tensor[] batch = ParityProblem.Batch(network, work.Batch, Work.Seed);
        var labels = ParityProblem.Labels(work.Batch, (int)network.Outputs[0].Shape![1].Value, Work.Seed);
        _inputs = [.. batch, labels, .. weights.Views, .. states];
        Tensor[] results = [.. network.Outputs.Select(o => new Tensor(o.ElementType, Bound(o)))];
        _outputs = [Tensor.Scalar(0f), .. results, .. states, .. gradients.Views];
        _updateInputs = [weights.Flat, gradients.Flat, Tensor.Scalar(Work.Rate), velocity];
        _updateOutputs = [weights.Flat, velocity];
        Run();

        Shape Bound(Value output) => new SymbolicShape([.. output.Shape!.Select(d => d == network.Inputs[0].Shape![0] ? work.Batch : d)]).ToShape(output.Name);
    }

    /// <inheritdoc/>
    public string Engine => "cnn";

    /// <inheritdoc/>
    public string Version => typeof(Session).Assembly.GetName().Version!.ToString(3);

    /// <summary>The plan of the gradients, and that of the update.</summary>
    public IReadOnlyList<Plan> Plans => [_gradients.PlanFor(_inputs), _update.PlanFor(_updateInputs)];

    /// <inheritdoc/>
    public void Run()
    {
        _gradients.Run(_inputs, _outputs);
        _update.Run(_updateInputs, _updateOutputs);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _gradients.Dispose();
        _update.Dispose();
        _pool.Dispose();
    }
}
