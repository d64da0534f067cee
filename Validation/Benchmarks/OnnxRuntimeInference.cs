using Framework.Errors;
using Framework.Tensors;
using Interop.OnnxRuntime;

namespace Validation.Benchmarks;

/// <summary>ONNX Runtime in inference, by its defaults.</summary>
public sealed class OnnxRuntimeInference : IContender
{
    private readonly OrtSession _session;
    private readonly Dictionary<string, Tensor> _inputs;
    private readonly Dictionary<string, Tensor> _outputs;

    /// <summary>Loads the file and runs it once.</summary>
    /// <param name="work">The work.</param>
    /// <exception cref="EngineException">The engine is absent, or refuses the file.</exception>
    public OnnxRuntimeInference(Work work)
    {
        _session = new OrtSession(work.File, new OrtSessionOptions { Threads = work.Threads });
        _inputs = _session.Inputs.ToDictionary(i => i.Name, i => Sample(i, work));
        _outputs = _session.Run(_inputs).ToDictionary();
    }

    /// <inheritdoc/>
    public string Engine => "onnxruntime";

    /// <inheritdoc/>
    public string Version => OrtRuntime.Find().Version;

    /// <inheritdoc/>
    public void Run() => _session.RunInto(_inputs, _outputs);

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    // The file is not read by our own importer, whose memory would count as the engine's.
    private static Tensor Sample(OrtValueInfo input, Work work)
    {
        if (input.Dimensions.Skip(1).Any(d => d.Extent is null))
            throw new ShapeException($"input '{input.Name}'", $"has the open shape {input}; only the batch may be open.");
        var random = new CounterRandom(Work.Seed, $"parity {input.Name}");
        var tensor = new Tensor(input.ElementType, Shape.From([.. input.Dimensions.Select(d => d.Extent ?? work.Batch)]));
        if (tensor.ElementType == ElementType.Float32)
        {
            foreach (ref float x in tensor.AsSpan<float>()) x = (float)random.NextNormal();
        }

        return tensor;
    }
}
