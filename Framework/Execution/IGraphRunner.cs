using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Execution;

/// <summary>Runs a graph: the plain <see cref="Interpreter"/>, a compiled session, or another engine.</summary>
public interface IGraphRunner : IDisposable
{
    /// <summary>The graph that runs.</summary>
    Graph Graph { get; }

    /// <summary>Computes the graph's outputs, in their order, from its inputs, in theirs.</summary>
    /// <exception cref="Errors.ShapeException">An input has another type or shape than the graph says.</exception>
    IReadOnlyList<Tensor> Run(params IReadOnlyList<Tensor> inputs);
}
