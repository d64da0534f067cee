using System.Diagnostics;
using Framework.Graphs;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Execution;

/// <summary>
/// A graph lowered and bound to shapes: steps in order over buffers whose places are fixed. Never stored, never differentiated.
/// </summary>
public sealed unsafe class Plan : IDisposable
{
    private readonly Step[] _steps;
    private readonly PlanBuffer[] _inputs;
    private readonly PlanBuffer[] _outputs;
    private readonly Shape[] _inputShapes;
    private readonly PlanMemory _memory;
    private readonly byte* _workspace;

    // Constants are read where the graph's tensors lie, so the graph must outlive the plan.
    private readonly Graph _graph;

    internal Plan(Graph graph, IReadOnlyList<Shape> inputShapes, Step[] steps, PlanBuffer[] inputs, PlanBuffer[] outputs, PlanMemory memory, byte* workspace)
    {
        _graph = graph;
        _inputShapes = [.. inputShapes];
        _steps = steps;
        _inputs = inputs;
        _outputs = outputs;
        _memory = memory;
        _workspace = workspace;
    }

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<Step> Steps => _steps;

    /// <summary>The steps for which there is no kernel: evaluated the plain, slow way.</summary>
    public IReadOnlyList<Step> Fallbacks => [.. _steps.Where(s => s.IsFallback)];

    /// <summary>The lowered graph that the steps carry out.</summary>
    public Graph Graph => _graph;

    /// <summary>Bytes that the plan owns: results, scratch, packed weights.</summary>
    public nint ByteCount => _memory.ByteCount;

    /// <summary>Whether the plan was made for inputs of these shapes.</summary>
    internal bool Fits(IReadOnlyList<Tensor> inputs)
    {
        if (inputs.Count != _inputShapes.Length) return false;
        for (int i = 0; i < _inputShapes.Length; i++)
        {
            if (!_inputShapes[i].Equals(inputs[i].Shape) || inputs[i].ElementType != _graph.Inputs[i].ElementType) return false;
        }

        return true;
    }

    /// <summary>Runs into tensors that are given. Allocates nothing.</summary>
    internal void Run(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> outputs, WorkerPool pool)
    {
        for (int i = 0; i < _inputs.Length; i++) _inputs[i].Address = inputs[i].Pointer;
        for (int i = 0; i < _outputs.Length; i++) _outputs[i].Address = outputs[i].Pointer;
        long started = Stopwatch.GetTimestamp();
        foreach (var step in _steps)
        {
            step.Run(_workspace, pool);
            long done = Stopwatch.GetTimestamp();
            step.Took(Stopwatch.GetElapsedTime(started, done));
            started = done;
        }

        GC.KeepAlive(inputs);
        GC.KeepAlive(outputs);
    }

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
