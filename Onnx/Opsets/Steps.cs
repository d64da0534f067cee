using Framework.Tensors;
using Onnx.Opsets.WrittenOut;

namespace Onnx.Opsets;

/// <summary>Every change of form: the explicit list, by version. Operators that have no evaluation yet may be among them.</summary>
internal static class Steps
{
    private static readonly string[] s_reductions =
    [
        "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSumSquare",
    ];

    private static readonly string[] s_onceInPlace =
    [
        "Abs", "Add", "BatchNormalization", "Ceil", "Clip", "Div", "Dropout", "Elu", "Exp", "Floor", "HardSigmoid", "InstanceNormalization", "LeakyRelu",
        "Log", "Max", "Mean", "Min", "Mul", "Neg", "PRelu", "Reciprocal", "Relu", "Selu", "Sigmoid", "Sqrt", "Sub", "Sum", "Tanh",
    ];

    public static IReadOnlyList<OpsetStep> All { get; } =
    [
        new PadPaddings(),
        new SplitSizes(),
        new LpPoolPower(),
        new DefaultsWrittenOut(4, "Concat", ("axis", 1)),
        new IntegersToInput(5, "shape", 1, "Reshape"),
        new RemovedAttribute(6, "consumed_inputs", s_onceInPlace),
        new DefaultsWrittenOut(6, "Selu", ("alpha", 1.6732f), ("gamma", 1.0507f)),
        new CastType(),
        new TileRepeats(),
        new ArithmeticBroadcast(),
        new PReluSlope(),
        new TestMode(),
        new RemovedAttribute(7, "broadcast", "Gemm"),
        new UpsampleFactors(),
        new SumBroadcast(),
        new NewAttribute(8, "storage_order", 0, "MaxPool"),
        new BatchNormalizationSpatial(),
        new ScanBatch(),
        new UpsampleScales(),
        new NewAttribute(10, "ceil_mode", 0, "AveragePool", "MaxPool"),
        new NewAttribute(10, "dilations", 1, "MaxPool"),
        new NewTypes(9, t => !t.IsFloat(), "Gemm", "Greater", "Less", "MatMul"),
        new DropoutMask(),
        new SliceInputs(),
        new TopKCount(),
        new UpsampleName(),
        new ClipBounds(),
        new GemmBias(),
        new NegativeAxes(),
        new NewTypes(11, t => t is not (ElementType.Bool or ElementType.Int32 or ElementType.Int64), "Equal"),
        new PadInputs(),
        new NewAttribute(11, "mode", "DCR", "DepthToSpace"),
        new NewAttribute(11, "largest", 1, "TopK"),
        new NewAttribute(11, "sorted", 1, "TopK"),
        new ResizeCoordinates(),
        new ScatterName(),
        new NewAttribute(12, "batch_dims", 0, "GatherND"),
        new NewAttribute(12, "select_last_index", 0, "ArgMax", "ArgMin"),
        new Comparison(),
        new NewTypes(12, t => !t.IsFloat(), "Clip", "Max", "MaxPool", "Min", "Pow"),
        new PowExponent(),
        new ConstantForms(),
        new DropoutRatio(),
        new IntegersToInput(13, "axes", 1, "ReduceSum", "Squeeze", "Unsqueeze"),
        new IntegersToInput(13, "split", 1, "Split"),
        new NewAttribute(13, "noop_with_empty_axes", 0, "ReduceSum"),
        new NewAttribute(13, "axis", 1, "DequantizeLinear", "QuantizeLinear"),
        new ResizeRegion(),
        new SoftmaxAlongAxis(),
        new BatchNormalizationTraining(),
        new HardSwish(),
        new NewAttribute(14, "allowzero", 0, "Reshape"),
        new NewTypes(14, t => !t.IsFloat(), "Relu"),
        new NewAttribute(15, "start", 0, "Shape"),
        new NewAttribute(15, "end", 0, "Shape"),
        new NewAttribute(16, "reduction", "none", "ScatterElements", "ScatterND"),
        new RoiAlignPixels(),
        new LayerNormalization(),
        new GroupNormalization(),
        new Mish(),
        new IntegersToInput(18, "axes", 1, s_reductions),
        new NewAttribute(18, "noop_with_empty_axes", 0, s_reductions),
        new NewAttribute(18, "ceil_mode", 0, "LpPool"),
        new NewAttribute(18, "dilations", 1, "LpPool"),
        new PadAxes(),
        new ReductionChoices(),
        new ResizeAxes(),
        new SplitCount(),
        new NewAttribute(19, "dilations", 1, "AveragePool"),
        new NewAttribute(19, "saturate", 1, "Cast", "CastLike", "QuantizeLinear"),
        new Gelu(),
        new GridSampleMode(),
        new GroupNormalizationScale(),
        new NewAttribute(21, "block_size", 0, "DequantizeLinear", "QuantizeLinear"),
        new NewAttribute(21, "output_dtype", 0, "QuantizeLinear"),
        new NewAttribute(23, "output_dtype", 0, "DequantizeLinear"),
        new NewAttribute(23, "precision", 0, "QuantizeLinear"),
        new NewAttribute(24, "round_mode", "up", "Cast", "CastLike"),
    ];
}
