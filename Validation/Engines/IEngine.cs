using Framework.Tensors;
using Validation.Parity;

namespace Validation.Engines;

/// <summary>What can compute the outputs of a network and, where the problem asks for them, loss and gradients.</summary>
public interface IEngine
{
    /// <summary>The name by which a user asks for it.</summary>
    string Name { get; }

    /// <summary>
    /// Computes. The results are named <c>loss</c>, as the network's outputs, and <c>grad.NAME</c>; there may be others besides.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> Run(ParityProblem problem);
}
