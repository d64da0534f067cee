using Framework.Graphs;
using Framework.Operators;
using ElementwiseBuilder = Framework.Kernels.Elementwise.ElementwiseBuilder;
using ElementwiseValue = Framework.Kernels.Elementwise.ElementwiseValue;
using Operation = Framework.Kernels.Elementwise.ElementwiseOperation;

namespace Framework.Lowering.Steps;

/// <summary>How an operator is computed elementwise.</summary>
/// <param name="Operation">The kernel's operation.</param>
/// <param name="Operands">The node's inputs that it reads, in the operation's order; null for all that are given.</param>
/// <param name="KeepsZero">Whether zeros give zero, so that the padding of channel blocks stays as it must.</param>
/// <param name="Parameters">Reads the operation's parameters from the node's attributes; null where it has none.</param>
internal sealed record ElementwiseForm(
    Operation Operation, int[]? Operands, bool KeepsZero = true, Func<Attributes, (float Alpha, float Beta)>? Parameters = null)
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
        [And.Instance] = new(Operation.Minimum, s_two),
        [Or.Instance] = new(Operation.Maximum, s_two),
        [Xor.Instance] = new(Operation.NotEqual, s_two),
        [Not.Instance] = new(Operation.Equal, s_one, KeepsZero: false) { Compose = EqualsZero },
        [Sum.Instance] = new(Operation.Add, null) { Compose = Folded },
        [Max.Instance] = new(Operation.Maximum, null) { Compose = Folded },
        [Min.Instance] = new(Operation.Minimum, null) { Compose = Folded },
        [Mean.Instance] = new(Operation.Add, null) { Compose = Averaged },
        [Clip.Instance] = new(Operation.Clip, null, KeepsZero: false) { Compose = Limited },
        [PRelu.Instance] = new(Operation.PRelu, s_two),
        [Expand.Instance] = new(Operation.Identity, s_one),
        [Cast.Instance] = new(Operation.NotEqual, s_one) { Compose = NotEqualsZero },
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

    /// <summary>The node's inputs that are read.</summary>
    public IReadOnlyList<int> OperandsOf(Node node) => Operands ?? [.. Enumerable.Range(0, node.Inputs.Count).Where(i => node.Inputs[i] is not null)];

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
    internal delegate ElementwiseValue Composition(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node);

    private static ElementwiseValue EqualsZero(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node) =>
        builder.Apply(Operation.Equal, operands[0], builder.Constant(0));

    // Between floats and truth values: 1 where an element is not 0, which a truth value is already.
    private static ElementwiseValue NotEqualsZero(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node) =>
        builder.Apply(Operation.NotEqual, operands[0], builder.Constant(0));

    private static ElementwiseValue Folded(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node) =>
        operands.Length == 1 ? builder.Apply(Operation.Identity, operands[0]) : operands.Aggregate((a, b) => builder.Apply(form.Operation, a, b));

    private static ElementwiseValue Averaged(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node) =>
        builder.Apply(Operation.Divide, Folded(builder, form, operands, node), builder.Constant(operands.Length));

    // From below first, so that the upper limit holds where the two cross.
    private static ElementwiseValue Limited(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node)
    {
        bool fromBelow = node.Inputs.Count > 1 && node.Inputs[1] is not null;
        var x = fromBelow ? builder.Apply(Operation.Maximum, operands[0], operands[1]) : operands[0];
        return operands.Length > (fromBelow ? 2 : 1) ? builder.Apply(Operation.Minimum, x, operands[^1])
            : fromBelow ? x
            : builder.Apply(Operation.Identity, x);
    }

    // Where the mask holds, the gradient over the share that was kept.
    private static ElementwiseValue KeepScaled(ElementwiseBuilder builder, ElementwiseForm form, ElementwiseValue[] operands, Node node)
    {
        var scaled = builder.Apply(Operation.Multiply, operands[1], builder.Constant(1 / (1 - node.Attributes.Float("ratio", 0.5f))));
        return builder.Apply(Operation.Where, operands[0], scaled, builder.Constant(0));
    }

    private static Func<Attributes, (float Alpha, float Beta)> Alpha(float fallback) => a => (a.Float("alpha", fallback), 0);

    private static (float Alpha, float Beta) SeluParameters(Attributes a) => (a.Float("alpha", 1.67326319f), a.Float("gamma", 1.05070102f));

    private static (float Alpha, float Beta) HardSigmoidParameters(Attributes a) => (a.Float("alpha", 0.2f), a.Float("beta", 0.5f));
}
