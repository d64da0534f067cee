using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Validation.Parity;

namespace Validation.Engines;

/// <summary>An engine that runs our own graph, our gradient rules in it.</summary>
/// <param name="name">Its name.</param>
/// <param name="runner">Makes what runs a graph.</param>
/// <param name="ran">Called after a run with the inputs that there were, while the runner lives; null for nobody.</param>
public sealed class RunnerEngine(string name, Func<Graph, IGraphRunner> runner, Action<IGraphRunner, IReadOnlyList<Tensor>>? ran = null) : IEngine
{
    /// <inheritdoc/>
    public string Name => name;

    /// <summary>This framework, by its kernels.</summary>
    /// <param name="options">How it runs; null for the usual.</param>
    /// <param name="ran">Told the plan that has run, where there is one; null for nobody.</param>
    public static RunnerEngine Own(SessionOptions? options = null, Action<Plan>? ran = null) => new("cnn", g => new Session(g, options), (runner, inputs) =>
    {
        if (runner is Session { SegmentedBecause: null } session) ran?.Invoke(session.PlanFor(inputs));
    });

    /// <summary>ONNX Runtime on the exported graph.</summary>
    /// <param name="threads">Threads; 0 leaves the choice to the engine.</param>
    public static RunnerEngine OnnxRuntime(int threads = 0) => new("onnxruntime", g => new OnnxRuntimeRunner(g, threads));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> Run(ParityProblem problem)
    {
        using var running = runner(problem.Graph);
        var results = running.Run(problem.Inputs);
        ran?.Invoke(running, problem.Inputs);
        return problem.Graph.Outputs.Zip(results).ToDictionary(p => p.First.Name, p => p.Second);
    }
}
