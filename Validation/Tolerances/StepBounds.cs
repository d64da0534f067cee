using Framework.Operators;
using Framework.Tensors;

namespace Validation.Tolerances;

/// <summary>
/// How far one step in float32 may be from the same step in float64 on the same operands, element by element. Every bound is a number of roundings
/// times a magnitude that is computed in float64 from the operands; none is measured on what it judges.
/// </summary>
public static class StepBounds
{
    // They move, choose or compare: not a bit may differ.
    private static readonly HashSet<string> s_exact =
    [
        "Identity", "Neg", "Abs", "Sign", "Max", "Min", "Clip", "Relu", "ReluGrad", "Floor", "Ceil", "Round", "MaxPool", "GlobalMaxPool", "MaxUnpool",
        "ReduceMax", "ReduceMin", "TopK", "Hardmax", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze", "Expand", "Concat", "Split", "Slice", "Pad",
        "Tile", "DepthToSpace", "SpaceToDepth", "Gather", "GatherElements", "GatherND", "ScatterND", "Where", "Constant", "ConstantOfShape", "OneHot", "EyeLike",
    ];

    // Of magnitudes they make the sum of the magnitudes of all that they add up, and round no more often than they add.
    private static readonly HashSet<string> s_positive =
    [
        "Conv", "ConvInputGrad", "ConvWeightGrad", "ConvTranspose", "MatMul", "Add", "Mul", "Div", "Sum", "Mean", "ReduceSum", "ReduceMean", "ReduceTo",
        "ReduceL1", "ReduceL2", "ReduceSumSquare", "AveragePool", "AveragePoolGrad", "GlobalAveragePool", "MaxPoolGrad", "GatherGrad", "ScatterElements",
        "CumSum", "LRN", "Sqrt", "Reciprocal",
    ];

    /// <summary>Whether an operator only moves, chooses or compares, so that not a bit of its results may differ.</summary>
    public static bool IsExact(Operator op) => s_exact.Contains(op.Name);

    /// <summary>The bound of each element of an output, in float64; null where every bit must be right.</summary>
    /// <param name="step">The node and its operands.</param>
    /// <param name="results">What it makes in float64.</param>
    /// <param name="output">The number of the output.</param>
    public static Tensor? Of(NodeAlone step, IReadOnlyList<Tensor?> results, int output)
    {
        var result = results[output]!;
        string name = step.Node.Operator.Name;
        if (!result.ElementType.IsFloat() || IsExact(step.Node.Operator)) return null;
        if (s_positive.Contains(name)) return AtLeast(Scaled(step.OfMagnitudes(), Terms(step, result)), WinogradBounds.Of(step, result));
        return name switch
        {
            "Sub" => Scaled(step.OfMagnitudes(Add.Instance), 1),
            "Gemm" => Scaled(GemmMagnitudes(step), Terms(step, result)),
            "BatchNormalization" or "BatchNormalizationTraining" => Tensor.From(BatchNormBounds.Forward(step, result, output), result.Shape),
            "BatchNormalizationTrainingGrad" => Tensor.From(BatchNormBounds.Backward(step, output), result.Shape),
            "LRNGrad" => Uniform(result, step.Node.Attributes.Int("size", 5) + Rounding.FormulaSteps, Largest(result) + Largest(step.Operands[0]!)),
            "SoftmaxCrossEntropyLossGrad" => Uniform(result, Rounding.FormulaSteps, Largest(step.Operands[0]!) * (1 + Largest(step.Operands[1]!))),
            _ => Uniform(result, LongestSum(step) + Rounding.FormulaSteps, Math.Max(1, step.Operands.OfType<Tensor>().Append(result).Max(Largest))),
        };
    }

    private static Tensor Scaled(Tensor magnitudes, long terms)
    {
        double factor = Rounding.Accumulated(terms);
        foreach (ref double x in magnitudes.AsSpan<double>()) x *= factor;
        return magnitudes;
    }

    private static Tensor AtLeast(Tensor bounds, double[]? others)
    {
        var span = bounds.AsSpan<double>();
        for (int i = 0; i < others?.Length; i++) span[i] = Math.Max(span[i], others[i]);
        return bounds;
    }

    // A formula whose inner magnitudes are not followed one by one: the largest of what goes in and out stands for all of them.
    private static Tensor Uniform(Tensor result, long terms, double magnitude)
    {
        var bounds = Tensor.Uninitialized(ElementType.Float64, result.Shape);
        bounds.AsSpan<double>().Fill(Rounding.Accumulated(terms) * magnitude);
        return bounds;
    }

    private static double Largest(Tensor tensor)
    {
        double largest = 0;
        if (tensor.ElementType != ElementType.Float64) return largest;
        foreach (double x in tensor.AsSpan<double>())
        {
            if (double.IsFinite(x)) largest = Math.Max(largest, Math.Abs(x));
        }

        return largest;
    }

    private static Tensor GemmMagnitudes(NodeAlone step)
    {
        var attributes = step.Node.Attributes;
        var positive = attributes.With("alpha", Math.Abs(attributes.Float("alpha", 1))).With("beta", Math.Abs(attributes.Float("beta", 1)));
        return step.OfMagnitudes(attributes: positive);
    }

    // How many terms, the roundings of their products and of a bias included, are added up for one element.
    private static long Terms(NodeAlone step, Tensor result)
    {
        var attributes = step.Node.Attributes;
        Shape first = step.Operands[0]!.Shape, second = step.Operands.Count > 1 && step.Operands[1] is { } o ? o.Shape : Shape.Scalar;
        return step.Node.Operator.Name switch
        {
            "Conv" or "ConvInputGrad" or "ConvTranspose" => (second.ElementCount / Math.Min(second[0], second[1] * attributes.Int("group", 1))) + 2,
            "ConvWeightGrad" => (first.ElementCount / first[1]) + 1,
            "MatMul" => first[^1] + 1,
            "Gemm" => first[attributes.Int("transA", 0) == 0 ? 1 : 0] + 4,
            "Add" or "Mul" or "Div" or "Sqrt" or "Reciprocal" => 1,
            "Sum" or "Mean" => step.Operands.Count + 1,
            "AveragePool" or "AveragePoolGrad" or "MaxPoolGrad" => (attributes.Ints("kernel_shape") ?? [1]).Aggregate(1L, (a, b) => a * b) + 2,
            "LRN" => attributes.Int("size", 1) + Rounding.FormulaSteps,
            "ScatterElements" or "GatherGrad" or "CumSum" => LongestSum(step) + 1,
            _ => (LongestSum(step) / Math.Max(1, result.Count)) + 3,
        };
    }

    private static long LongestSum(NodeAlone step) => step.Operands.Max(o => o is { } t && t.ElementType.IsFloat() ? t.Count : 1);
}
