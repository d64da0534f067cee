using Framework.Tensors;
using Interop.LibTorch;
using Onnx;
using Validation.Parity;

namespace Validation.Benchmarks;

/// <summary>libtorch in inference. It reads no ONNX: the file comes through our importer.</summary>
public sealed class LibTorchInference : IContender
{
    private readonly TorchSession _session;
    private readonly Tensor[] _inputs;

    /// <summary>Loads the file and runs it once.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="Framework.Errors.EngineException">The engine is absent.</exception>
    public LibTorchInference(Work work)
    {
        var network = OnnxModel.Load(work.File);
        _session = new TorchSession(network) { Threads = work.Threads };
        _inputs = ParityProblem.Batch(network, work.Batch, Work.Seed);
        Run();
    }

    /// <inheritdoc/>
    public string Engine => "libtorch";

    /// <inheritdoc/>
    public string Version => TorchRuntime.Find().Version;

    /// <inheritdoc/>
    public void Run() => _session.Run(_inputs);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
