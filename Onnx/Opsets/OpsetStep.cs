using Framework.Errors;
using Framework.Tensors;

namespace Onnx.Opsets;

/// <summary>
/// A change of an operator's form at one operator-set version, and how to cross it in both directions. A change that only allows more
/// (further element types, negative axes) needs no step.
/// </summary>
/// <param name="version">The version that brought the new form.</param>
/// <param name="operators">The operators that changed alike.</param>
internal abstract class OpsetStep(int version, params string[] operators)
{
    public int Version { get; } = version;

    public IReadOnlyList<string> Operators { get; } = operators;

    /// <summary>Turns a node of an earlier version into the new form.</summary>
    /// <param name="node">The node; changed in place.</param>
    /// <param name="scope">The graph around it, and where further nodes are emitted.</param>
    public virtual void Upgrade(NodeForm node, FormScope scope)
    {
    }

    /// <summary>Turns a node of the new form into the one before.</summary>
    /// <inheritdoc cref="Upgrade"/>
    /// <exception cref="UnsupportedModelException">The node uses what the older form does not have.</exception>
    public virtual void Downgrade(NodeForm node, FormScope scope) => throw NotBefore(node, "it is in its newer form");

    /// <summary>The error of a node that the older form cannot express.</summary>
    protected UnsupportedModelException NotBefore(NodeForm node, string what) =>
        new(node.Place, $"{what}, which {node.Operator} has only from operator set {Version} on.", $"Export for operator set {Version} or later.");

    /// <summary>The elements of an input that the older form holds in an attribute.</summary>
    /// <exception cref="UnsupportedModelException">They are computed while the model runs.</exception>
    protected Tensor ConstantInput(NodeForm node, int input, FormScope scope) =>
        scope.FactOf(node.Input(input))?.Constant ?? throw NotBefore(node, $"its input '{node.Input(input)}' is computed while the model runs");

    /// <summary>The rank of an input that the new form cannot be found without.</summary>
    /// <exception cref="UnsupportedModelException">It is unknown.</exception>
    protected int RankOf(NodeForm node, int input, FormScope scope) => scope.FactOf(node.Input(input))?.Shape?.Rank ?? throw new UnsupportedModelException(
        node.Place, $"the rank of its input '{node.Input(input)}' is unknown, and before operator set {Version} {node.Operator} depends on it.");
}
