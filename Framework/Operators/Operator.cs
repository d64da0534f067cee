using Framework.Errors;
using Framework.Graphs;

namespace Framework.Operators;

/// <summary>
/// The meaning of an operator, all on one page: its signature, how shapes follow, a plain evaluation that serves as oracle,
/// constant folder and reported fall-back, how gradients flow back, and samples that every runtime and judge runs.
/// One instance each, without state.
/// </summary>
public abstract class Operator
{
    /// <summary>The name, ONNX's where ONNX has it.</summary>
    public abstract string Name { get; }

    /// <summary>The domain, one of <see cref="Domains"/>.</summary>
    public virtual string Domain => Domains.Onnx;

    /// <summary>The operator-set version from which on ONNX gives the name this meaning.</summary>
    public virtual int SinceVersion => 1;

    /// <summary>Inputs with their roles, and outputs.</summary>
    public abstract Signature Signature { get; }

    /// <summary>Whether its outputs change smoothly with at least one input. Where not, as of a comparison, its gradient is zero.</summary>
    public virtual bool IsDifferentiable => true;

    /// <summary>
    /// Whether it says how gradients flow back. One that is differentiable but has no rule refuses to be differentiated; its gradient is not
    /// taken for zero.
    /// </summary>
    public virtual bool HasGradientRule => IsDifferentiable;

    /// <summary>Says which type and shape the outputs have, or why the operands do not fit.</summary>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public abstract void Infer(Inference inference);

    /// <summary>Computes the outputs the plain way.</summary>
    public abstract void Evaluate(Evaluation evaluation);

    /// <summary>
    /// Emits the nodes that carry gradients from the outputs back to the inputs. Constants that a rule emits are exact in
    /// binary32, so that the same graph serves as float64 oracle.
    /// </summary>
    public virtual void Differentiate(Differentiation g) => throw new UnsupportedModelException(
        g.Node.Place, $"no gradient flows back through {Name}.", "Freeze what comes before it, or replace it.");

    /// <summary>How many outputs a node must have so that its gradient can be computed; at least as many as it has.</summary>
    public virtual int OutputsForGradient(Node node) => node.Outputs.Count;

    /// <summary>
    /// The same in ONNX's own operators, for an operator of the <see cref="Domains.Gradient"/> domain; null where there is no such form.
    /// </summary>
    /// <param name="node">The node to write out; its inputs already belong to <paramref name="builder"/>.</param>
    /// <param name="inputs">The counterparts of the node's inputs.</param>
    /// <param name="builder">Where to write.</param>
    public virtual IReadOnlyList<Value>? Decompose(Node node, IReadOnlyList<Value?> inputs, GraphBuilder builder) => null;

    /// <summary>Small cases that exercise every attribute.</summary>
    public abstract IEnumerable<Sample> Samples { get; }

    /// <summary>Domain and name.</summary>
    public override string ToString() => Domain.Length == 0 ? Name : $"{Domain}.{Name}";
}
