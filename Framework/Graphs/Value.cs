using Framework.Operators;
using Framework.Tensors;

namespace Framework.Graphs;

/// <summary>
/// An edge of a graph: what one node makes and others read. It has a type and a shape but no elements; those are a
/// <see cref="Tensor"/>, and there is no conversion between the two, so that a trace which would compute does not compile.
/// </summary>
public sealed class Value
{
    internal Value(GraphBuilder owner, string name, Fact fact)
    {
        Owner = owner;
        Name = name;
        Fact = fact;
    }

    /// <summary>The name, unique in the graph.</summary>
    public string Name { get; private set; }

    /// <summary>What is known of it.</summary>
    public Fact Fact { get; internal set; }

    /// <summary>The type of its elements.</summary>
    public ElementType ElementType => Fact.ElementType;

    /// <summary>Its extents; null where even their number is unknown.</summary>
    public SymbolicShape? Shape => Fact.Shape;

    /// <summary>The node that makes it; null for an input or an initializer.</summary>
    public Node? Producer { get; internal set; }

    /// <summary>How its elements lie in memory. Plain in every graph but those that a plan is made from.</summary>
    public Layout Layout { get; internal set; }

    internal GraphBuilder Owner { get; }

    internal void Rename(string name) => Name = name;

    /// <summary>ONNX <c>Add</c>.</summary>
    public static Value operator +(Value a, Value b) => a.Add(b);

    /// <summary>ONNX <c>Sub</c>.</summary>
    public static Value operator -(Value a, Value b) => a.Sub(b);

    /// <summary>ONNX <c>Mul</c>.</summary>
    public static Value operator *(Value a, Value b) => a.Mul(b);

    /// <summary>ONNX <c>Div</c>.</summary>
    public static Value operator /(Value a, Value b) => a.Div(b);

    /// <summary>ONNX <c>Neg</c>.</summary>
    public static Value operator -(Value a) => a.Neg();

    /// <summary>ONNX <c>Add</c> of a constant.</summary>
    public static Value operator +(Value a, float b) => a.Add(a.Owner.Scalar(b, a.ElementType));

    /// <summary>ONNX <c>Sub</c> of a constant.</summary>
    public static Value operator -(Value a, float b) => a.Sub(a.Owner.Scalar(b, a.ElementType));

    /// <summary>ONNX <c>Sub</c> from a constant.</summary>
    public static Value operator -(float a, Value b) => b.Owner.Scalar(a, b.ElementType).Sub(b);

    /// <summary>ONNX <c>Mul</c> by a constant.</summary>
    public static Value operator *(Value a, float b) => a.Mul(a.Owner.Scalar(b, a.ElementType));

    /// <summary>ONNX <c>Div</c> by a constant.</summary>
    public static Value operator /(Value a, float b) => a.Div(a.Owner.Scalar(b, a.ElementType));

    /// <summary>Name, type and shape.</summary>
    public override string ToString() => $"{Name}: {Fact}";
}
