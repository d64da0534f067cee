namespace Framework.Kernels.Elementwise;

/// <summary>What a step of an <see cref="ElementwiseProgram"/> does to each element.</summary>
/// <remarks>
/// Operands are named in order; alpha and beta are the step's parameters. Truth values are 1 and 0, so that the minimum is "and", the
/// maximum "or", and <see cref="NotEqual"/> "exclusive or". A gradient says what it is computed from: dy is the gradient of the
/// activation's result y, x is its input.
/// </remarks>
public enum ElementwiseOperation
{
    /// <summary>x</summary>
    Identity,

    /// <summary>-x</summary>
    Negate,

    /// <summary>|x|</summary>
    Abs,

    /// <summary>1, -1, or x itself where it is a zero or NaN.</summary>
    Sign,

    /// <summary>1 / x</summary>
    Reciprocal,

    /// <summary>The square root; NaN below 0.</summary>
    Sqrt,

    /// <summary>e^x</summary>
    Exp,

    /// <summary>The natural logarithm.</summary>
    Log,

    /// <summary>The error function.</summary>
    Erf,

    /// <summary>The next whole number below.</summary>
    Floor,

    /// <summary>The next whole number above.</summary>
    Ceiling,

    /// <summary>The nearest whole number, ties to even.</summary>
    Round,

    /// <summary>a + b</summary>
    Add,

    /// <summary>a - b</summary>
    Subtract,

    /// <summary>a b</summary>
    Multiply,

    /// <summary>a / b</summary>
    Divide,

    /// <summary>a to the power b, as <see cref="MathF.Pow"/> computes it.</summary>
    Power,

    /// <summary>The smaller; NaN where either is NaN.</summary>
    Minimum,

    /// <summary>The larger; NaN where either is NaN.</summary>
    Maximum,

    /// <summary>x from 0 on, slope x below.</summary>
    PRelu,

    /// <summary>a b + c, rounded once.</summary>
    MultiplyAdd,

    /// <summary>c - a b, rounded once.</summary>
    NegatedMultiplyAdd,

    /// <summary>b where a is not 0, c elsewhere.</summary>
    Where,

    /// <summary>1 where equal, 0 elsewhere.</summary>
    Equal,

    /// <summary>1 where not equal, NaN included, 0 elsewhere.</summary>
    NotEqual,

    /// <summary>1 where a is below b, 0 elsewhere.</summary>
    Less,

    /// <summary>1 where a is at most b, 0 elsewhere.</summary>
    LessOrEqual,

    /// <summary>max(x, 0); NaN stays NaN.</summary>
    Relu,

    /// <summary>x from 0 on, alpha x below.</summary>
    LeakyRelu,

    /// <summary>x above 0, alpha (e^x - 1) elsewhere.</summary>
    Elu,

    /// <summary>beta times (x above 0, alpha (e^x - 1) elsewhere); beta is ONNX's gamma.</summary>
    Selu,

    /// <summary>x above 0, alpha (e^(x / alpha) - 1) elsewhere.</summary>
    Celu,

    /// <summary>x P(X &lt; x) for normal X, through the error function.</summary>
    Gelu,

    /// <summary><see cref="Gelu"/> approximated by ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    GeluTanh,

    /// <summary>1 / (1 + e^-x).</summary>
    Sigmoid,

    /// <summary>alpha x + beta, held between 0 and 1.</summary>
    HardSigmoid,

    /// <summary>x times (x / 6 + ½ held between 0 and 1).</summary>
    HardSwish,

    /// <summary>x sigmoid(alpha x); SiLU where alpha is 1.</summary>
    Swish,

    /// <summary>x tanh(ln(1 + e^x)).</summary>
    Mish,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>ln(1 + e^x).</summary>
    Softplus,

    /// <summary>x / (1 + |x|).</summary>
    Softsign,

    /// <summary>x above alpha, 0 elsewhere; NaN stays NaN.</summary>
    ThresholdedRelu,

    /// <summary>x held between alpha and beta; beta where they cross; NaN stays NaN.</summary>
    Clip,

    /// <summary>The gradient from (dy, y), and as well from (dy, x): dy where the second is above 0.</summary>
    ReluGrad,

    /// <summary>From (dy, x): dy above 0, alpha dy elsewhere, at 0 too.</summary>
    LeakyReluGrad,

    /// <summary>From (dy, x): dy above 0, dy alpha e^x elsewhere.</summary>
    EluGrad,

    /// <summary>From (dy, x): beta times that of <see cref="Elu"/>.</summary>
    SeluGrad,

    /// <summary>From (dy, x): dy above 0, dy e^(x / alpha) elsewhere.</summary>
    CeluGrad,

    /// <summary>From (dy, x): dy (P(X &lt; x) + x p(x)), p the normal density.</summary>
    GeluGrad,

    /// <summary>From (dy, x): dy (½ (1 + t) + ½ x (1 - t²) u'), t the tanh of u.</summary>
    GeluTanhGrad,

    /// <summary>From (dy, y): dy y (1 - y).</summary>
    SigmoidGrad,

    /// <summary>From (dy, x): alpha dy where alpha x + beta is strictly between 0 and 1.</summary>
    HardSigmoidGrad,

    /// <summary>From (dy, x): 0 up to -3, dy from 3 on, dy (x / 3 + ½) between.</summary>
    HardSwishGrad,

    /// <summary>From (dy, x): dy s (1 + alpha x (1 - s)), s the sigmoid of alpha x.</summary>
    SwishGrad,

    /// <summary>From (dy, x): dy (t + x (1 - t²) sigmoid(x)), t the tanh of softplus.</summary>
    MishGrad,

    /// <summary>From (dy, y): dy (1 - y²).</summary>
    TanhGrad,

    /// <summary>From (dy, x): dy sigmoid(x).</summary>
    SoftplusGrad,

    /// <summary>From (dy, x): dy / (1 + |x|)².</summary>
    SoftsignGrad,

    /// <summary>From (dy, x): dy above alpha, 0 elsewhere.</summary>
    ThresholdedReluGrad,

    /// <summary>From (dy, x): dy from alpha to beta, both included; 0 elsewhere.</summary>
    ClipGrad,

    /// <summary>From (dy, y): dy / 2y.</summary>
    SqrtGrad,

    /// <summary>From (dy, y): -dy y².</summary>
    ReciprocalGrad,

    /// <summary>From (dy, x): dy 2/√π e^-x².</summary>
    ErfGrad,

    /// <summary>From (dy, x): dy with the sign of x, 0 at 0.</summary>
    AbsGrad,

    /// <summary>From (dy, x, slope): dy above 0, slope dy elsewhere, at 0 too; the gradient of x.</summary>
    PReluGrad,

    /// <summary>From (dy, x): 0 above 0, x dy elsewhere; the gradient of the slope before it is summed to the slope's shape.</summary>
    PReluSlopeGrad,
}
