using Framework.Graphs;
using Framework.Tensors;

namespace Onnx.Opsets.WrittenOut;

/// <summary>An operator that came at some version and is written out in older ones before. Reading leaves what was written as it is.</summary>
internal abstract class WrittenOut(int birth, params string[] operators) : OpsetStep(birth, operators)
{
    /// <summary>A constant scalar of the type of a node's first input.</summary>
    protected static string Number(NodeForm node, FormScope scope, string what, double value)
    {
        var type = scope.FactOf(node.Input(0))?.ElementType ?? ElementType.Undefined;
        return scope.AddConstant(node, what, Tensor.Scalar(value).To(type == ElementType.Undefined ? ElementType.Float32 : type));
    }

    /// <summary>Turns a node into the last of those that stand for it; it keeps name and outputs.</summary>
    protected static void Become(NodeForm node, string op, IEnumerable<string> inputs, Attributes? attributes = null)
    {
        string[] operands = [.. inputs];
        node.Operator = op;
        node.Inputs.Clear();
        node.Inputs.AddRange(operands);
        node.Attributes = attributes ?? Attributes.None;
    }
}
