using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Simd;
using Framework.Lowering.Steps;
using Framework.Operators;

namespace Framework.Lowering;

/// <summary>
/// Which room makes the step of an operator: the explicit table. What is not in it, or refused there, is evaluated the plain way, and the plan
/// says so.
/// </summary>
internal static class StepSelection
{
    private static readonly Dictionary<Operator, Func<Node, InstructionSet, Step?>> s_table = Table();

    public static Step For(Node node, KernelChoice choice) =>
        ConvolutionStep.For(node, choice) ?? GemmStep.For(node, choice) ?? (s_table.TryGetValue(node.Operator, out var make) ? make(node, choice.Set) : null) ?? new ReferenceStep(node);

    private static Dictionary<Operator, Func<Node, InstructionSet, Step?>> Table()
    {
        var table = new Dictionary<Operator, Func<Node, InstructionSet, Step?>>
        {
            [MaxPool.Instance] = PoolingStep.For,
            [MaxPoolCompact.Instance] = PoolingStep.For,
            [AveragePool.Instance] = PoolingStep.For,
            [GlobalAveragePool.Instance] = PoolingStep.For,
            [MaxPoolCompactGrad.Instance] = PoolingGradientStep.For,
            [AveragePoolGrad.Instance] = PoolingGradientStep.For,
            [BatchNormalization.Instance] = BatchNormStep.For,
            [BatchNormalizationTraining.Instance] = BatchNormStep.For,
            [Fused.Of(BatchNormalization.Instance)] = BatchNormStep.For,
            [Fused.Of(BatchNormalizationTraining.Instance)] = BatchNormStep.For,
            [BatchNormalizationTrainingGrad.Instance] = BatchNormGradientStep.For,
            [InstanceNormalization.Instance] = StandardizationStep.For,
            [GroupNormalization.Instance] = StandardizationStep.For,
            [LayerNormalization.Instance] = StandardizationStep.For,
            [LRN.Instance] = LrnStep.For,
            [LRNGrad.Instance] = LrnStep.For,
            [Softmax.Instance] = SoftmaxStep.For,
            [LogSoftmax.Instance] = SoftmaxStep.For,
            [SoftmaxCrossEntropyLoss.Instance] = CrossEntropyStep.For,
            [SoftmaxCrossEntropyLossGrad.Instance] = CrossEntropyStep.For,
            [DropoutTraining.Instance] = DropoutStep.For,
            [ReduceSum.Instance] = ReductionStep.For,
            [ReduceMean.Instance] = ReductionStep.For,
            [ReduceTo.Instance] = ReductionStep.For,
            [ReduceProd.Instance] = ReductionStep.For,
            [ArgMax.Instance] = ArgReductionStep.For,
            [ArgMin.Instance] = ArgReductionStep.For,
            [GlobalMaxPool.Instance] = PoolingStep.For,
            [Concat.Instance] = JoinStep.For,
            [Split.Instance] = JoinStep.For,
            [Slice.Instance] = MovementStep.For,
            [Pad.Instance] = MovementStep.For,
            [Transpose.Instance] = MovementStep.For,
            [Tile.Instance] = MovementStep.For,
            [DepthToSpace.Instance] = MovementStep.For,
            [SpaceToDepth.Instance] = MovementStep.For,
            [Trilu.Instance] = MovementStep.For,
            [Gather.Instance] = GatherStep.For,
            [GatherGrad.Instance] = GatherGradientStep.For,
            [ScatterElements.Instance] = ScatterStep.For,
            [ElementwiseChain.Instance] = ElementwiseStep.For,
            [Reorder.Instance] = ReorderStep.For,
        };
        foreach (var op in ElementwiseForm.Operators) table.Add(op, ElementwiseStep.For);
        return table;
    }
}
