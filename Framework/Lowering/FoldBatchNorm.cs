using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// Takes a batch normalisation by constant statistics into the constant weights and the bias of the convolution or matrix product before it:
/// (W x + b - mean) s + shift = (s W) x + ((b - mean) s + shift), s = scale / √(variance + ε). Computed in double precision, rounded once.
/// </summary>
internal sealed class FoldBatchNorm() : GraphPatch("FoldBatchNorm")
{
    private Dictionary<Value, Tensor> _constants = [];

    protected override void Begin() => _constants = Source.Initializers.ToDictionary(i => i.Value, i => i.Data);

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        if (node.Operator != BatchNormalization.Instance || node.Outputs.Count > 1) return null;
        if ((SoleProducer(node.Inputs[0], Conv.Instance) ?? SoleProducer(node.Inputs[0], Gemm.Instance)) is not { } product) return null;
        if (node.Inputs.Skip(1).Concat(product.Inputs.Skip(1)).Any(v => v is not null && !(_constants.ContainsKey(v) && v.ElementType == ElementType.Float32)))
            return null;
        bool isGemm = product.Operator is Gemm;
        if (isGemm && (product.Attributes.Float("alpha", 1) != 1 || product.Attributes.Float("beta", 1) != 1)) return null;

        double[][] vectors = [.. node.Inputs.Skip(1).Select(v => Doubles(v!))];
        var (gamma, shift, mean, variance) = (vectors[0], vectors[1], vectors[2], vectors[3]);
        double epsilon = node.Attributes.Float("epsilon", 1e-5f);
        double[] scale = [.. gamma.Select((g, c) => g / Math.Sqrt(variance[c] + epsilon))];
        var given = product.Inputs.ElementAtOrDefault(2);
        if (given is not null && given.Shape!.ElementCount != scale.Length) return null;
        double[] bias = given is null ? new double[scale.Length] : Doubles(given);
        float[] folded = [.. bias.Select((b, c) => (float)(((b - mean[c]) * scale[c]) + shift[c]))];

        // Filters lie one behind the other; of a matrix that is not transposed the output is the last axis.
        bool outputIsLast = isGemm && product.Attributes.Int("transB", 0) == 0;
        var weights = Scaled(_constants[product.Inputs[1]!], scale, outputIsLast);
        return
        [
            Builder.Apply(
                product.Operator,
                [Map.Get(product.Inputs[0]!), Builder.Constant(weights), Builder.Constant(Tensor.From(folded, [folded.Length]))],
                product.Attributes,
                product.Name),
        ];
    }

    private double[] Doubles(Value value) => Array.ConvertAll(_constants[value].ToArray<float>(), x => (double)x);

    private static Tensor Scaled(Tensor weights, double[] scale, bool outputIsLast)
    {
        var result = Tensor.Uninitialized(weights.ElementType, weights.Shape);
        var from = weights.AsSpan<float>();
        var to = result.AsSpan<float>();
        int filter = weights.Count / scale.Length;
        for (int i = 0; i < to.Length; i++) to[i] = (float)(from[i] * scale[outputIsLast ? i % scale.Length : i / filter]);
        return result;
    }
}
