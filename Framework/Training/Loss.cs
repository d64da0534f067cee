using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>A loss, traced behind a network's output.</summary>
public abstract class Loss
{
    /// <summary>Mean softmax cross-entropy against class indices: targets are 64-bit integers [N].</summary>
    public static Loss CrossEntropy { get; } = new IndexedCrossEntropy(0, null);

    /// <summary>Mean softmax cross-entropy -sum L log S against one-hot rows or probabilities: targets are floats shaped like the output.</summary>
    public static Loss CrossEntropyOneHot { get; } = new ProbabilityCrossEntropy();

    /// <summary>The mean over all elements of (output - target)^2: targets are floats shaped like the output.</summary>
    public static Loss MeanSquaredError { get; } = new SquaredError();

    /// <summary>
    /// Softmax cross-entropy against class indices with smoothed labels and classes that count differently, averaged by weight as PyTorch does it.
    /// </summary>
    /// <param name="labelSmoothing">
    /// The part of a label's probability that is spread over all classes (Szegedy et al. 2016, section 7); from 0 to below 1.
    /// </param>
    /// <param name="classWeights">How much each class counts; null for all alike.</param>
    /// <exception cref="ArgumentException">The smoothing is out of its range, or a weight is negative.</exception>
    public static Loss CrossEntropyWith(float labelSmoothing = 0, IReadOnlyList<float>? classWeights = null)
    {
        if (labelSmoothing is not (>= 0 and < 1)) throw new ArgumentOutOfRangeException(nameof(labelSmoothing), labelSmoothing, "It is from 0 to below 1.");
        if (classWeights?.Any(w => !(w >= 0 && float.IsFinite(w))) == true) throw new ArgumentException("A class counts 0 or more.", nameof(classWeights));
        return new IndexedCrossEntropy(labelSmoothing, classWeights);
    }

    /// <summary>The type and shape of the targets for a given output.</summary>
    public abstract Fact TargetOf(Value output);

    /// <summary>Traces the loss, a scalar.</summary>
    public abstract Value Trace(Value output, Value target);

    private sealed class IndexedCrossEntropy(float smoothing, IReadOnlyList<float>? classWeights) : Loss
    {
        public override Fact TargetOf(Value output) =>
            new(ElementType.Int64, output.Shape is { } s ? [s[0], .. s[2..]] : null);

        public override Value Trace(Value output, Value target)
        {
            var weights = classWeights is null ? null : Weights(output, classWeights);
            var hard = output.Owner.Apply(Operators.SoftmaxCrossEntropyLoss.Instance, weights is null ? [output, target] : [output, target, weights]);
            return smoothing == 0 ? hard : hard + ((OverAllClasses(output, target, weights) - hard) * smoothing);
        }

        /// <summary>The loss against labels that are spread evenly, averaged like that against the labels themselves.</summary>
        private static Value OverAllClasses(Value output, Value target, Value? weights)
        {
            var logs = -output.LogSoftmax(axis: 1);
            if (weights is null) return logs.ReduceMean([], keepDimensions: false);
            var byClass = weights.Unsqueeze([.. Enumerable.Range(1, output.Shape!.Rank - 2)]);
            var total = (logs * byClass).ReduceSum([], keepDimensions: false);
            return total / weights.Gather(target, axis: 0).ReduceSum([], keepDimensions: false) / output.Shape[1].Value;
        }

        private static Value Weights(Value output, IReadOnlyList<float> classWeights)
        {
            if (output.Shape is not { Rank: >= 2 } shape || shape[1] != classWeights.Count)
                throw new Errors.ShapeException("loss", $"{classWeights.Count} class weights do not fit the scores {output.Fact}.", "One for each class is expected.");
            return output.Owner.Constant(Tensor.From([.. classWeights], [classWeights.Count]));
        }
    }

    private sealed class ProbabilityCrossEntropy : Loss
    {
        public override Fact TargetOf(Value output) => new(output.ElementType, output.Shape);

        public override Value Trace(Value output, Value target) =>
            -(target * output.LogSoftmax(axis: 1)).ReduceSum([1], keepDimensions: false).ReduceMean([], keepDimensions: false);
    }

    private sealed class SquaredError : Loss
    {
        public override Fact TargetOf(Value output) => new(output.ElementType, output.Shape);

        public override Value Trace(Value output, Value target) => output.MeanSquaredError(target);
    }
}
