using Framework.Operators;
using Operation = Framework.Kernels.Elementwise.ElementwiseOperation;

namespace Framework.Lowering;

/// <summary>How an operator is computed elementwise.</summary>
/// <param name="Operation">The kernel's operation.</param>
/// <param name="Operands">The node's inputs that it reads, in the operation's order.</param>
/// <param name="KeepsZero">Whether zeros give zero, so that the padding of channel blocks stays as it must.</param>
internal sealed record ElementwiseForm(Operation Operation, int[] Operands, bool KeepsZero = true)
{
    /// <summary>The form of each operator that has one. A gradient's inputs are (dY, X, Y).</summary>
    public static IReadOnlyDictionary<Operator, ElementwiseForm> Of { get; } = new Dictionary<Operator, ElementwiseForm>
    {
        [Add.Instance] = new(Operation.Add, [0, 1]),
        [Sub.Instance] = new(Operation.Subtract, [0, 1]),
        [Mul.Instance] = new(Operation.Multiply, [0, 1]),
        [Div.Instance] = new(Operation.Divide, [0, 1], KeepsZero: false),
        [Neg.Instance] = new(Operation.Negate, [0]),
        [Unary<Relu>.Instance] = new(Operation.Relu, [0]),
        [Unary<Sigmoid>.Instance] = new(Operation.Sigmoid, [0], KeepsZero: false),
        [Unary<Tanh>.Instance] = new(Operation.Tanh, [0]),
        [Unary<Exp>.Instance] = new(Operation.Exp, [0], KeepsZero: false),
        [UnaryGrad<Relu>.Instance] = new(Operation.ReluGrad, [0, 2]),
        [UnaryGrad<Sigmoid>.Instance] = new(Operation.SigmoidGrad, [0, 2]),
        [UnaryGrad<Tanh>.Instance] = new(Operation.TanhGrad, [0, 2]),
        [UnaryGrad<Exp>.Instance] = new(Operation.Multiply, [0, 2]),
    };
}
