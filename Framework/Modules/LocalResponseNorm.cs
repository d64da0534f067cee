using Framework.Graphs;
using Framework.Operators;

namespace Framework.Modules;

/// <summary>
/// Local response normalisation across channels, in the words of Krizhevsky, Sutskever and Hinton 2012, section 3.3: each element is divided by
/// (k + alpha * sum of the squares of its <c>size</c> neighbouring channels) ^ beta. The defaults are the paper's.
/// </summary>
/// <remarks>ONNX and PyTorch divide alpha by the number of neighbours; so ONNX's gets <c>alpha * size</c>.</remarks>
/// <param name="size">n, the number of neighbouring channels, the element's own in their middle.</param>
/// <param name="alpha">The factor of the whole sum.</param>
/// <param name="beta">The exponent.</param>
/// <param name="k">What is added to the sum.</param>
public sealed class LocalResponseNorm(int size = 5, float alpha = 1e-4f, float beta = 0.75f, float k = 2) : Module
{
    /// <inheritdoc/>
    public override Value Forward(Value x) => x.LRN(size, alpha * size, beta, k, Path);
}
