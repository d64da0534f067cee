using Framework.Execution;
using Framework.Graphs;
using Framework.Tensors;
using Interop.OnnxRuntime;
using Onnx;

namespace Validation.Engines;

/// <summary>Runs a graph on ONNX Runtime: it is exported, its gradient operators written out in ONNX's own, and read back by the other engine.</summary>
public sealed class OnnxRuntimeRunner : IGraphRunner
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cnn-parity-").FullName;
    private readonly OrtSession _session;

    /// <summary>Exports the graph and opens it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="threads">Threads; 0 leaves the choice to the engine.</param>
    /// <exception cref="Framework.Errors.EngineException">The engine is absent, or refuses the graph.</exception>
    /// <exception cref="Framework.Errors.UnsupportedModelException">An operator has no form in ONNX.</exception>
    public OnnxRuntimeRunner(Graph graph, int threads = 0)
    {
        Graph = graph;
        try
        {
            string file = Path.Combine(_folder, "model.onnx");
            OnnxModel.Save(graph, file);
            _session = new OrtSession(file, new OrtSessionOptions { Threads = threads });
        }
        catch
        {
            Directory.Delete(_folder, recursive: true);
            throw;
        }
    }

    /// <inheritdoc/>
    public Graph Graph { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Run(params IReadOnlyList<Tensor> inputs)
    {
        InputCheck.Check(Graph, inputs);

        // What nothing reads is no input of the file, or one that the engine has dropped.
        var taken = _session.Inputs.Select(i => i.Name).ToHashSet();
        var named = Graph.Inputs.Zip(inputs).Where(p => taken.Contains(p.First.Name)).ToDictionary(p => p.First.Name, p => p.Second);
        string[] names = [.. Graph.Outputs.Select(o => o.Name)];
        var results = _session.Run(named, names);
        return [.. names.Select(n => results[n])];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
