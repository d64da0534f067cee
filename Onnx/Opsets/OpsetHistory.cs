using Framework.Errors;

namespace Onnx.Opsets;

/// <summary>
/// The versions of <c>ai.onnx</c>'s operator set. The operators of a graph have the meaning of the newest version; steps lead there from
/// the version of a file, and back.
/// </summary>
public static class OpsetHistory
{
    /// <summary>The newest version that is read and written: the newest that ONNX Runtime 1.30 accepts.</summary>
    public const int Newest = 26;

    /// <summary>The oldest version that is written; all are read.</summary>
    public const int OldestWritten = 7;

    /// <summary>
    /// The version that is written unless asked otherwise: of 2022, so that today's engines (ONNX Runtime from 1.12, OpenVINO, TensorRT from 8.6,
    /// the mobile ones) all read it, and the last one before reductions and padding changed their form again.
    /// </summary>
    public const int Default = 17;

    private static readonly ILookup<(string, int), OpsetStep> s_steps =
        Steps.All.SelectMany(s => s.Operators, (s, op) => (Key: (op, s.Version), Step: s)).ToLookup(p => p.Key, p => p.Step);

    // When an operator came. What came to an operator later is a step.
    private static readonly Dictionary<string, int> s_births = new (int Version, string Operators)[]
    {
        (1, "Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv ConvTranspose DepthToSpace Div Dropout Elu " +
            "Equal Exp Flatten Floor GRU Gather Gemm GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If " +
            "InstanceNormalization LRN LSTM LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul Max MaxPool MaxRoiPool Mean Min Mul Neg " +
            "Not Or PRelu Pad Pow RNN RandomNormal RandomNormalLike RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum " +
            "ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Selu Shape Sigmoid Size Slice Softmax " +
            "Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile TopK Transpose Unsqueeze Upsample Xor"),
        (7, "Acos Asin Atan Cos Multinomial Sin Tan"),
        (8, "Expand Scan"),
        (9, "Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool MeanVarianceNormalization NonZero OneHot Scatter Shrink Sign " +
            "Sinh TfIdfVectorizer Where"),
        (10, "ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv QLinearMatMul QuantizeLinear Resize ReverseSequence " +
            "RoiAlign StringNormalizer ThresholdedRelu"),
        (11, "BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range Round ScatterElements ScatterND SequenceAt " +
            "SequenceConstruct SequenceEmpty SequenceErase SequenceInsert SequenceLength SplitToSequence Unique"),
        (12, "Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss"),
        (14, "HardSwish Trilu"),
        (15, "Bernoulli CastLike Optional OptionalGetElement OptionalHasElement"),
        (16, "GridSample"),
        (17, "BlackmanWindow DFT HammingWindow HannWindow LayerNormalization MelWeightMatrix STFT SequenceMap"),
        (18, "BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish"),
        (19, "DeformConv"),
        (20, "AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit"),
        (23, "Attention RMSNormalization RotaryEmbedding"),
        (24, "Swish TensorScatter"),
        (26, "BitCast CumProd"),
    }.SelectMany(v => v.Operators.Split(' '), (v, op) => (op, v.Version)).ToDictionary(p => p.op, p => p.Version);

    // Operators that another one took the place of: the version, and that one.
    private static readonly Dictionary<string, (int Version, string Operator)> s_successors = new() { ["Upsample"] = (10, "Resize"), ["Scatter"] = (11, "ScatterElements") };

    /// <summary>The version that brought an operator of <c>ai.onnx</c>; null for what is none.</summary>
    public static int? BirthOf(string op) => s_births.TryGetValue(op, out int version) ? version : null;

    /// <summary>The version of the file format that came with a version of the operator set.</summary>
    internal static long IrVersion(int opset) => opset switch
    {
        <= 8 => 3,
        9 => 4,
        10 => 5,
        11 => 6,
        <= 14 => 7,
        <= 18 => 8,
        <= 20 => 9,
        <= 22 => 10,
        23 => 11,
        24 => 12,
        _ => 13,
    };

    /// <summary>The operator that an operator of some version is today.</summary>
    internal static string Successor(string op) => s_successors.TryGetValue(op, out var successor) ? successor.Operator : op;

    /// <summary>Turns a node of a file into nodes of the newest form.</summary>
    internal static IReadOnlyList<NodeForm> Upgrade(NodeForm node, long version, FormScope scope)
    {
        IReadOnlyList<NodeForm> nodes = [node];
        for (int next = (int)version + 1; next <= Newest; next++) nodes = Cross(nodes, next, scope, (step, n) => step.Upgrade(n, scope), backwards: false);
        return nodes;
    }

    /// <summary>Turns a node of the newest form into nodes of an older version.</summary>
    /// <exception cref="UnsupportedModelException">The older version cannot express it.</exception>
    internal static IReadOnlyList<NodeForm> Downgrade(NodeForm node, long version, FormScope scope)
    {
        IReadOnlyList<NodeForm> nodes = [node];
        for (int next = Newest; next > version; next--) nodes = Cross(nodes, next, scope, (step, n) => step.Downgrade(n, scope), backwards: true);
        foreach (var made in nodes)
        {
            if (made.Domain.Length == 0 && BirthOf(made.Operator) is { } birth && birth > version)
                throw new UnsupportedModelException(made.Place, $"operator set {version} has no {made.Operator}.", $"Export for operator set {birth} or later.");
        }

        return nodes;
    }

    private static IReadOnlyList<NodeForm> Cross(IReadOnlyList<NodeForm> nodes, int version, FormScope scope, Action<OpsetStep, NodeForm> crossing, bool backwards)
    {
        if (!nodes.Any(n => n.Domain.Length == 0 && s_steps.Contains((n.Operator, version)))) return nodes;
        var crossed = new List<NodeForm>();
        foreach (var node in nodes)
        {
            var steps = node.Domain.Length > 0 ? [] : s_steps[(node.Operator, version)];
            foreach (var step in backwards ? steps.Reverse() : steps) Misfit.Guard(node.Place, () => crossing(step, node));
            crossed.AddRange(scope.Surround(node));
        }

        return crossed;
    }
}
