using Framework.Tensors;
using Framework.Training;
using Interop.LibTorch;
using Onnx;
using Validation.Parity;

namespace Validation.Benchmarks;

/// <summary>The same training step on libtorch, differentiated by its own autograd and descended in place.</summary>
public sealed class LibTorchTraining : IContender
{
    private readonly TorchTraining _training;
    private readonly Tensor[] _inputs;

    /// <summary>Loads the file and makes a step.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="Framework.Errors.EngineException">The engine is absent.</exception>
    public LibTorchTraining(Work work)
    {
        var network = OnnxModel.Load(work.File);
        var (graph, carried) = ParityProblem.TrainingForm(network);
        _training = new TorchTraining(graph, TrainingGraph.LossName, new TorchSgd(Work.Rate, Work.Momentum), carried) { Threads = work.Threads };
        _inputs = [.. ParityProblem.Batch(network, work.Batch, Work.Seed), ParityProblem.Labels(work.Batch, (int)network.Outputs[0].Shape![1].Value, Work.Seed)];
        Run();
    }

    /// <inheritdoc/>
    public string Engine => "libtorch";

    /// <inheritdoc/>
    public string Version => TorchRuntime.Find().Version;

    /// <inheritdoc/>
    public void Run() => _training.Step(_inputs);

    /// <inheritdoc/>
    public void Dispose() => _training.Dispose();
}
