using System.Runtime.CompilerServices;
using Framework.Kernels.Simd;

namespace Framework.Kernels.Elementwise;

/// <summary>The loop that computes each operation, and the number of its operands.</summary>
internal static unsafe class FormulaTable<TSimd>
    where TSimd : unmanaged, ISimd<TSimd>
{
    private static readonly Entry[] s_entries = [.. Enum.GetValues<ElementwiseOperation>().Select(Find)];

    /// <summary>How many operands an operation has.</summary>
    public static int Arity(ElementwiseOperation operation) => s_entries[(int)operation].Arity;

    /// <summary>The loop of an operation: three operands, result, count, alpha, beta.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static delegate*<float*, float*, float*, float*, int, float, float, void> Loop(ElementwiseOperation operation) =>
        s_entries[(int)operation].Loop;

    private static Entry Find(ElementwiseOperation operation) => operation switch
    {
        ElementwiseOperation.Identity => Of<Unary<Identity>>(),
        ElementwiseOperation.Negate => Of<Unary<Negate>>(),
        ElementwiseOperation.Abs => Of<Unary<Abs>>(),
        ElementwiseOperation.Sign => Of<Unary<Sign>>(),
        ElementwiseOperation.Reciprocal => Of<Unary<Reciprocal>>(),
        ElementwiseOperation.Sqrt => Of<Unary<Sqrt>>(),
        ElementwiseOperation.Exp => Of<Unary<Exp>>(),
        ElementwiseOperation.Log => Of<Unary<Log>>(),
        ElementwiseOperation.Erf => Of<Unary<Erf>>(),
        ElementwiseOperation.Floor => Of<Unary<Floor>>(),
        ElementwiseOperation.Ceiling => Of<Unary<Ceiling>>(),
        ElementwiseOperation.Round => Of<Unary<Round>>(),
        ElementwiseOperation.Add => Of<Binary<Add>>(),
        ElementwiseOperation.Subtract => Of<Binary<Subtract>>(),
        ElementwiseOperation.Multiply => Of<Binary<Multiply>>(),
        ElementwiseOperation.Divide => Of<Binary<Divide>>(),
        ElementwiseOperation.Power => new(2, &PowerLoop.Run),
        ElementwiseOperation.Minimum => Of<Binary<Minimum>>(),
        ElementwiseOperation.Maximum => Of<Binary<Maximum>>(),
        ElementwiseOperation.PRelu => Of<Binary<PRelu>>(),
        ElementwiseOperation.MultiplyAdd => Of<Ternary<MultiplyAdd>>(),
        ElementwiseOperation.NegatedMultiplyAdd => Of<Ternary<NegatedMultiplyAdd>>(),
        ElementwiseOperation.Where => Of<Ternary<Where>>(),
        ElementwiseOperation.Equal => Of<Binary<Equal>>(),
        ElementwiseOperation.NotEqual => Of<Binary<NotEqual>>(),
        ElementwiseOperation.Less => Of<Binary<Less>>(),
        ElementwiseOperation.LessOrEqual => Of<Binary<LessOrEqual>>(),
        ElementwiseOperation.Relu => Of<Unary<Relu>>(),
        ElementwiseOperation.LeakyRelu => Of<Unary<LeakyRelu>>(),
        ElementwiseOperation.Elu => Of<Unary<Elu>>(),
        ElementwiseOperation.Selu => Of<Unary<Selu>>(),
        ElementwiseOperation.Celu => Of<Unary<Celu>>(),
        ElementwiseOperation.Gelu => Of<Unary<Gelu>>(),
        ElementwiseOperation.GeluTanh => Of<Unary<GeluTanh>>(),
        ElementwiseOperation.Sigmoid => Of<Unary<Sigmoid>>(),
        ElementwiseOperation.HardSigmoid => Of<Unary<HardSigmoid>>(),
        ElementwiseOperation.HardSwish => Of<Unary<HardSwish>>(),
        ElementwiseOperation.Swish => Of<Unary<Swish>>(),
        ElementwiseOperation.Mish => Of<Unary<Mish>>(),
        ElementwiseOperation.Tanh => Of<Unary<Tanh>>(),
        ElementwiseOperation.Softplus => Of<Unary<Softplus>>(),
        ElementwiseOperation.Softsign => Of<Unary<Softsign>>(),
        ElementwiseOperation.ThresholdedRelu => Of<Unary<ThresholdedRelu>>(),
        ElementwiseOperation.Clip => Of<Unary<Clip>>(),
        ElementwiseOperation.ReluGrad => Of<Binary<ReluGrad>>(),
        ElementwiseOperation.LeakyReluGrad => Of<Binary<LeakyReluGrad>>(),
        ElementwiseOperation.EluGrad => Of<Binary<EluGrad>>(),
        ElementwiseOperation.SeluGrad => Of<Binary<SeluGrad>>(),
        ElementwiseOperation.CeluGrad => Of<Binary<CeluGrad>>(),
        ElementwiseOperation.GeluGrad => Of<Binary<GeluGrad>>(),
        ElementwiseOperation.GeluTanhGrad => Of<Binary<GeluTanhGrad>>(),
        ElementwiseOperation.SigmoidGrad => Of<Binary<SigmoidGrad>>(),
        ElementwiseOperation.HardSigmoidGrad => Of<Binary<HardSigmoidGrad>>(),
        ElementwiseOperation.HardSwishGrad => Of<Binary<HardSwishGrad>>(),
        ElementwiseOperation.SwishGrad => Of<Binary<SwishGrad>>(),
        ElementwiseOperation.MishGrad => Of<Binary<MishGrad>>(),
        ElementwiseOperation.TanhGrad => Of<Binary<TanhGrad>>(),
        ElementwiseOperation.SoftplusGrad => Of<Binary<SoftplusGrad>>(),
        ElementwiseOperation.SoftsignGrad => Of<Binary<SoftsignGrad>>(),
        ElementwiseOperation.ThresholdedReluGrad => Of<Binary<ThresholdedReluGrad>>(),
        ElementwiseOperation.ClipGrad => Of<Binary<ClipGrad>>(),
        ElementwiseOperation.SqrtGrad => Of<Binary<SqrtGrad>>(),
        ElementwiseOperation.ReciprocalGrad => Of<Binary<ReciprocalGrad>>(),
        ElementwiseOperation.ErfGrad => Of<Binary<ErfGrad>>(),
        ElementwiseOperation.AbsGrad => Of<Binary<AbsGrad>>(),
        ElementwiseOperation.PReluGrad => Of<Ternary<PReluGrad>>(),
        ElementwiseOperation.PReluSlopeGrad => Of<Binary<PReluSlopeGrad>>(),
        _ => throw new ArgumentOutOfRangeException(nameof(operation)),
    };

    private static Entry Of<TFormula>()
        where TFormula : IFormula => new(TFormula.Arity, &FormulaLoop<TFormula, TSimd>.Run);

    private readonly struct Entry(int arity, delegate*<float*, float*, float*, float*, int, float, float, void> loop)
    {
        public readonly int Arity = arity;

        public readonly delegate*<float*, float*, float*, float*, int, float, float, void> Loop = loop;
    }
}
