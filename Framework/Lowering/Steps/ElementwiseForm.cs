using Framework.Graphs;
using Framework.Operators;
using ElementwiseBuilder = Framework.Kernels.Elementwise.ElementwiseBuilder;
using ElementwiseValue = Framework.Kernels.Elementwise.ElementwiseValue;
using Operation = Framework.Kernels.Elementwise.ElementwiseOperation;

namespace Framework.Lowering.Steps;

/// <summary>How an operator is computed elementwise.</summary>
/// <param name="Operation">The kernel's operation.</param>
/// <param name="Operands">The node's inputs that it reads, in the operation's order.</param>
/// <param name="KeepsZero">Whether zeros give zero, so that the padding of channel blocks stays as it must.</param>
/// <param name="Parameters">Reads the operation's parameters from the node's attributes; null where it has none.</param>
internal sealed record ElementwiseForm(
    Operation Operation, int[] Operands, bool KeepsZero = true, Func<Attributes, (float Alpha, float Beta)>? Parameters = null)
{
    // Inputs of a gradient operator: (dY, X, Y).
    private static readonly int[] s_one = [0];
    private static readonly int[] s_two = [0, 1];
    private static readonly int[] s_turned = [1, 0];
    private static readonly int[] s_gradientAndX = [0, 1];
    private static readonly int[] s_gradientAndY = [0, 2];

    private static readonly Dictionary<Operator, ElementwiseForm> s_forms = new()
    {
        [Add.Instance] = new(Operation.Add, s_two),
        [Sub.Instance] = new(Operation.Subtract, s_two),
        [Mul.Instance] = new(Operation.Multiply, s_two),
        [Div.Instance] = new(Operation.Divide, s_two, KeepsZero: false),
        [Pow.Instance] = new(Operation.Power, s_two, KeepsZero: false),
        [Neg.Instance] = new(Operation.Negate, s_one),
        [Abs.Instance] = new(Operation.Abs, s_one),
        [Sign.Instance] = new(Operation.Sign, s_one),
        [Less.Instance] = new(Operation.Less, s_two),
        [LessOrEqual.Instance] = new(Operation.LessOrEqual, s_two, KeepsZero: false),
        [Greater.Instance] = new(Operation.Less, s_turned),
        [GreaterOrEqual.Instance] = new(Operation.LessOrEqual, s_turned, KeepsZero: false),
        [Equal.Instance] = new(Operation.Equal, s_two, KeepsZero: false),
        [Where.Instance] = new(Operation.Where, [0, 1, 2]),
        [StepFunction<Floor>.Instance] = new(Operation.Floor, s_one),
        [StepFunction<Ceil>.Instance] = new(Operation.Ceiling, s_one),
        [StepFunction<Round>.Instance] = new(Operation.Round, s_one),

        [Unary<Relu>.Instance] = new(Operation.Relu, s_one),
        [Unary<LeakyRelu>.Instance] = new(Operation.LeakyRelu, s_one, Parameters: Alpha(0.01f)),
        [Unary<ThresholdedRelu>.Instance] = new(Operation.ThresholdedRelu, s_one, KeepsZero: false, Alpha(1)),
        [Unary<Elu>.Instance] = new(Operation.Elu, s_one, Parameters: Alpha(1)),
        [Unary<Celu>.Instance] = new(Operation.Celu, s_one, Parameters: Alpha(1)),
        [Unary<Selu>.Instance] = new(Operation.Selu, s_one, Parameters: SeluParameters),
        [Unary<Sigmoid>.Instance] = new(Operation.Sigmoid, s_one, KeepsZero: false),
        [Unary<HardSigmoid>.Instance] = new(Operation.HardSigmoid, s_one, KeepsZero: false, HardSigmoidParameters),
        [Unary<HardSwish>.Instance] = new(Operation.HardSwish, s_one),
        [Unary<Swish>.Instance] = new(Operation.Swish, s_one, Parameters: Alpha(1)),
        [Unary<Mish>.Instance] = new(Operation.Mish, s_one),
        [Unary<Gelu>.Instance] = new(Operation.Gelu, s_one),
        [Unary<Tanh>.Instance] = new(Operation.Tanh, s_one),
        [Unary<Softplus>.Instance] = new(Operation.Softplus, s_one, KeepsZero: false),
        [Unary<Softsign>.Instance] = new(Operation.Softsign, s_one),
        [Unary<Exp>.Instance] = new(Operation.Exp, s_one, KeepsZero: false),
        [Unary<Log>.Instance] = new(Operation.Log, s_one, KeepsZero: false),
        [Unary<Sqrt>.Instance] = new(Operation.Sqrt, s_one),
        [Unary<Reciprocal>.Instance] = new(Operation.Reciprocal, s_one, KeepsZero: false),
        [Unary<Erf>.Instance] = new(Operation.Erf, s_one),

        [DropoutGrad.Instance] = new(Operation.Where, s_turned) { Compose = KeepScaled },

        [UnaryGrad<Relu>.Instance] = new(Operation.ReluGrad, s_gradientAndY),
        [UnaryGrad<LeakyRelu>.Instance] = new(Operation.LeakyReluGrad, s_gradientAndX, Parameters: Alpha(0.01f)),
        [UnaryGrad<ThresholdedRelu>.Instance] = new(Operation.ThresholdedReluGrad, s_gradientAndX, Parameters: Alpha(1)),
        [UnaryGrad<Elu>.Instance] = new(Operation.EluGrad, s_gradientAndX, Parameters: Alpha(1)),
        [UnaryGrad<Celu>.Instance] = new(Operation.CeluGrad, s_gradientAndX, Parameters: Alpha(1)),
        [UnaryGrad<Selu>.Instance] = new(Operation.SeluGrad, s_gradientAndX, Parameters: SeluParameters),
        [UnaryGrad<Sigmoid>.Instance] = new(Operation.SigmoidGrad, s_gradientAndY),
        [UnaryGrad<HardSigmoid>.Instance] = new(Operation.HardSigmoidGrad, s_gradientAndX, Parameters: HardSigmoidParameters),
        [UnaryGrad<HardSwish>.Instance] = new(Operation.HardSwishGrad, s_gradientAndX),
        [UnaryGrad<Swish>.Instance] = new(Operation.SwishGrad, s_gradientAndX, Parameters: Alpha(1)),
        [UnaryGrad<Mish>.Instance] = new(Operation.MishGrad, s_gradientAndX),
        [UnaryGrad<Gelu>.Instance] = new(Operation.GeluGrad, s_gradientAndX),
        [UnaryGrad<Tanh>.Instance] = new(Operation.TanhGrad, s_gradientAndY),
        [UnaryGrad<Softplus>.Instance] = new(Operation.SoftplusGrad, s_gradientAndX),
        [UnaryGrad<Softsign>.Instance] = new(Operation.SoftsignGrad, s_gradientAndX),
        [UnaryGrad<Exp>.Instance] = new(Operation.Multiply, s_gradientAndY),
        [UnaryGrad<Log>.Instance] = new(Operation.Divide, s_gradientAndX, KeepsZero: false),
        [UnaryGrad<Sqrt>.Instance] = new(Operation.SqrtGrad, s_gradientAndY, KeepsZero: false),
        [UnaryGrad<Reciprocal>.Instance] = new(Operation.ReciprocalGrad, s_gradientAndY),
        [UnaryGrad<Erf>.Instance] = new(Operation.ErfGrad, s_gradientAndX),
    };

    /// <summary>Writes the operation as several steps; null where it is one.</summary>
    public Composition? Compose { get; private init; }

    /// <summary>The operators that have a form.</summary>
    public static IEnumerable<Operator> Operators => s_forms.Keys;

    /// <summary>The form of a node's operator; null where it has none.</summary>
    public static ElementwiseForm? Of(Node node)
    {
        if (!s_forms.TryGetValue(node.Operator, out var form)) return null;
        bool approximates = node.Attributes.String("approximate", "none") == "tanh";
        return form.Operation switch
        {
            Operation.Gelu when approximates => form with { Operation = Operation.GeluTanh },
            Operation.GeluGrad when approximates => form with { Operation = Operation.GeluTanhGrad },
            _ => form,
        };
    }

    /// <summary>Writes steps over operands.</summary>
    internal delegate ElementwiseValue Composition(ElementwiseBuilder builder, ReadOnlySpan<ElementwiseValue> operands, Attributes attributes);

    // Where the mask holds, the gradient over the share that was kept.
    private static ElementwiseValue KeepScaled(ElementwiseBuilder builder, ReadOnlySpan<ElementwiseValue> operands, Attributes a)
    {
        var scaled = builder.Apply(Operation.Multiply, operands[1], builder.Constant(1 / (1 - a.Float("ratio", 0.5f))));
        return builder.Apply(Operation.Where, operands[0], scaled, builder.Constant(0));
    }

    private static Func<Attributes, (float Alpha, float Beta)> Alpha(float fallback) => a => (a.Float("alpha", fallback), 0);

    private static (float Alpha, float Beta) SeluParameters(Attributes a) => (a.Float("alpha", 1.67326319f), a.Float("gamma", 1.05070102f));

    private static (float Alpha, float Beta) HardSigmoidParameters(Attributes a) => (a.Float("alpha", 0.2f), a.Float("beta", 0.5f));
}
