namespace Framework.Operators;

/// <summary>Every operator there is: the explicit list.</summary>
public static class OperatorSet
{
    /// <summary>All operators, by family.</summary>
    public static IReadOnlyList<Operator> All { get; } =
    [
        // Convolution and pooling
        Conv.Instance, ConvInputGrad.Instance, ConvWeightGrad.Instance, ConvTranspose.Instance,
        MaxPool.Instance, MaxPoolGrad.Instance, AveragePool.Instance, AveragePoolGrad.Instance,
        GlobalAveragePool.Instance, GlobalMaxPool.Instance, GlobalLpPool.Instance, LpPool.Instance, MaxUnpool.Instance,

        // Normalisation
        BatchNormalization.Instance, BatchNormalizationTraining.Instance, BatchNormalizationTrainingGrad.Instance,
        InstanceNormalization.Instance, LayerNormalization.Instance, GroupNormalization.Instance, LRN.Instance, LRNGrad.Instance,

        // Matrix products
        Gemm.Instance, MatMul.Instance, Einsum.Instance, Det.Instance,

        // Arithmetic and comparison
        Add.Instance, Sub.Instance, Mul.Instance, Div.Instance, Pow.Instance, Mod.Instance, BitShift.Instance,
        Neg.Instance, Abs.Instance, Sign.Instance, Identity.Instance,
        Sum.Instance, Mean.Instance, Max.Instance, Min.Instance,
        Greater.Instance, GreaterOrEqual.Instance, Less.Instance, LessOrEqual.Instance, Equal.Instance,
        And.Instance, Or.Instance, Xor.Instance, Not.Instance, Where.Instance, IsNaN.Instance, IsInf.Instance,

        // Elementwise functions
        .. Functions<Relu>(), .. Functions<LeakyRelu>(), .. Functions<ThresholdedRelu>(), .. Functions<Shrink>(), .. Functions<Elu>(),
            .. Functions<Celu>(), .. Functions<Selu>(),
        .. Functions<Sigmoid>(), .. Functions<HardSigmoid>(), .. Functions<HardSwish>(), .. Functions<Swish>(), .. Functions<Mish>(),
            .. Functions<Gelu>(),
        .. Functions<Tanh>(), .. Functions<Softplus>(), .. Functions<Softsign>(),
        .. Functions<Exp>(), .. Functions<Log>(), .. Functions<Sqrt>(), .. Functions<Reciprocal>(), .. Functions<Erf>(),
        .. Functions<Sin>(), .. Functions<Cos>(), .. Functions<Tan>(), .. Functions<Asin>(), .. Functions<Acos>(), .. Functions<Atan>(),
        .. Functions<Sinh>(), .. Functions<Cosh>(), .. Functions<Asinh>(), .. Functions<Acosh>(), .. Functions<Atanh>(),
        StepFunction<Floor>.Instance, StepFunction<Ceil>.Instance, StepFunction<Round>.Instance,

        PRelu.Instance, Clip.Instance,

        // Along one axis, and losses
        Softmax.Instance, LogSoftmax.Instance, Hardmax.Instance, SoftmaxCrossEntropyLoss.Instance, SoftmaxCrossEntropyLossGrad.Instance,
        NegativeLogLikelihoodLoss.Instance,
        Dropout.Instance, DropoutTraining.Instance, DropoutGrad.Instance,

        // Reductions and ranking
        ReduceSum.Instance, ReduceMean.Instance, ReduceProd.Instance, ReduceMax.Instance, ReduceMin.Instance, ReduceL1.Instance, ReduceL2.Instance,
        ReduceSumSquare.Instance, ReduceLogSum.Instance, ReduceLogSumExp.Instance, ReduceTo.Instance,
        ArgMax.Instance, ArgMin.Instance, TopK.Instance, CumSum.Instance, NonZero.Instance,

        // Shapes
        ShapeOperator.Instance, Size.Instance, Reshape.Instance, Flatten.Instance, Transpose.Instance, Squeeze.Instance, Unsqueeze.Instance,
        Expand.Instance, Cast.Instance, CastLike.Instance, Trilu.Instance,

        // Parts and blocks
        Concat.Instance, Split.Instance, Slice.Instance, Pad.Instance, Tile.Instance, DepthToSpace.Instance, SpaceToDepth.Instance,

        // Resizing and sampling
        Resize.Instance, ResizeGrad.Instance, GridSample.Instance, RoiAlign.Instance,

        // Indices
        Gather.Instance, GatherGrad.Instance, GatherElements.Instance, ScatterElements.Instance,
        GatherND.Instance, ScatterND.Instance,
        Compress.Instance, ReverseSequence.Instance, Unique.Instance, NonMaxSuppression.Instance,

        // Quantised numbers
        QuantizeLinear.Instance, DequantizeLinear.Instance, DynamicQuantizeLinear.Instance,
        MatMulInteger.Instance, QLinearMatMul.Instance, ConvInteger.Instance, QLinearConv.Instance,

        // Values made from nothing
        Constant.Instance, ConstantOfShape.Instance, Range.Instance, EyeLike.Instance, OneHot.Instance,
        HannWindow.Instance, HammingWindow.Instance, BlackmanWindow.Instance,

        // Inside plans only
        .. Fused.All, ElementwiseChain.Instance, MaxPoolCompact.Instance, MaxPoolCompactGrad.Instance, Reorder.Instance,

        // Bodies
        If.Instance, Loop.Instance, Scan.Instance,
    ];

    private static readonly Dictionary<(string, string), Operator> s_byName = All.ToDictionary(o => (o.Domain, o.Name));

    /// <summary>The operator of the given domain and name, or null.</summary>
    public static Operator? Find(string domain, string name) => s_byName.GetValueOrDefault((domain, name));

    private static Operator[] Functions<TFormula>()
        where TFormula : struct, IUnaryFormula<TFormula> => [Unary<TFormula>.Instance, UnaryGrad<TFormula>.Instance];
}
