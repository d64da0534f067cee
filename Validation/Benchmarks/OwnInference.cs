using Framework.Execution;
using Framework.Tensors;
using Onnx;
using Validation.Parity;

namespace Validation.Benchmarks;

/// <summary>This framework in inference.</summary>
public sealed class OwnInference : IOwnContender
{
    private readonly Session _session;
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _outputs;

    /// <summary>Loads the file and runs it once.</summary>
    /// <param name="work">The work.</param>
    /// <param name="options">How to run it; the threads are the work's.</param>
    public OwnInference(Work work, SessionOptions? options = null)
    {
        var network = OnnxModel.Load(work.File);
        _session = new Session(network, (options ?? SessionOptions.Default) with { Threads = work.Threads });
        _inputs = ParityProblem.Batch(network, work.Batch, Work.Seed);
        _outputs = [.. _session.Run(_inputs)];
    }

    /// <inheritdoc/>
    public string Engine => "cnn";

    /// <inheritdoc/>
    public string Version => typeof(Session).Assembly.GetName().Version!.ToString(3);

    /// <inheritdoc/>
    public IReadOnlyList<Plan> Plans => [_session.PlanFor(_inputs)];

    /// <inheritdoc/>
    public void Run() => _session.Run(_inputs, _outputs);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
