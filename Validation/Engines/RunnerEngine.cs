using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Validation.Parity;

namespace Validation.Engines;

/// <summary>An engine that runs our own graph, our gradient rules in it.</summary>
/// <param name="name">Its name.</param>
/// <param name="runner">Makes what runs a graph.</param>
public sealed class RunnerEngine(string name, Func<Graph, IGraphRunner> runner) : IEngine
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>This framework, by its kernels.</summary>
    /// <param name="threads">Threads; 0 takes one for each processor.</param>
    public static RunnerEngine Own(int threads = 0) => new("cnn", g => new Session(g, new SessionOptions { Threads = threads }));

    /// <summary>ONNX Runtime on the exported graph.</summary>
    /// <param name="threads">Threads; 0 leaves the choice to the engine.</param>
    public static RunnerEngine OnnxRuntime(int threads = 0) => new("onnxruntime", g => new OnnxRuntimeRunner(g, threads));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Run(ParityProblem problem)
    {
        using var running = runner(problem.Graph);
        var results = running.Run(problem.Inputs);
        return problem.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second);
    }
}
