using Framework.Graphs;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Training;

/// <summary>A loss, traced behind a network's output.</summary>
public abstract class Loss
{
    /// <summary>Mean softmax cross-entropy against class indices: targets are 64-bit integers [N].</summary>
    public static Loss CrossEntropy { get; } = new IndexedCrossEntropy();

    /// <summary>Mean softmax cross-entropy -sum L log S against one-hot rows or probabilities: targets are floats shaped like the output.</summary>
    public static Loss CrossEntropyOneHot { get; } = new ProbabilityCrossEntropy();

    /// <summary>The type and shape of the targets for a given output.</summary>
    public abstract Fact TargetOf(Value output);

    /// <summary>Traces the loss, a scalar.</summary>
    public abstract Value Trace(Value output, Value target);

    private sealed class IndexedCrossEntropy : Loss
    {
        public override Fact TargetOf(Value output) =>
            new(ElementType.Int64, output.Shape is { } s ? [s[0], .. s[2..]] : null);

        public override Value Trace(Value output, Value target) => output.SoftmaxCrossEntropyLoss(target);
    }

    private sealed class ProbabilityCrossEntropy : Loss
    {
        public override Fact TargetOf(Value output) => new(output.ElementType, output.Shape);

        public override Value Trace(Value output, Value target) =>
            -(target * output.LogSoftmax(axis: 1)).ReduceSum([1], keepDimensions: false).ReduceMean([], keepDimensions: false);
    }
}
