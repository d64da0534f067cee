using Framework.Execution;
using Framework.Graphs;
using Framework.Lowering.Steps;
using Framework.Operators;
using Framework.Tensors;

namespace Framework.Lowering;

/// <summary>
/// Says how each value lies in memory and puts conversions where neighbours disagree. A convolution asks for what its kernel reads and writes;
/// pooling and elementwise steps take what comes, so that activations stay in blocks from one convolution to the next; all else,
/// and whatever leaves the plan, is plain.
/// </summary>
/// <remarks>
/// The lanes that fill up the last block hold zeros, and what follows relies on it. An elementwise step may therefore stay blocked only where
/// its formula makes zero out of zeros.
/// </remarks>
internal sealed class AssignLayouts(SessionOptions options) : GraphPatch("AssignLayouts")
{
    private readonly Dictionary<(Value, Layout), Value> _converted = [];
    private KernelChoice _choice = null!;

    protected override void Begin()
    {
        _converted.Clear();
        _choice = new KernelChoice(options, Source);
    }

    protected override IReadOnlyList<Value?>? Replace(Node node)
    {
        var layouts = LayoutsOf(node);
        var inputs = new Value?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (Map.Find(node.Inputs[i]) is { } input) inputs[i] = Convert(input, i < layouts.Inputs.Length ? layouts.Inputs[i] : Layout.Plain);
        }

        var outputs = Builder.CopyNode(node, inputs);
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i] is { } output && i < layouts.Outputs.Length) output.Layout = layouts.Outputs[i];
        }

        return outputs;
    }

    protected override Value Output(Value value) => Convert(value, Layout.Plain);

    private (Layout[] Inputs, Layout[] Outputs) LayoutsOf(Node node)
    {
        if (ConvolutionStep.KernelLayouts(node, _choice) is { } convolution)
        {
            var (kind, input, output) = convolution;
            return kind switch
            {
                ConvolutionStep.Kind.Forward => ([input, Layout.Plain, Layout.Plain, output], [output]),
                ConvolutionStep.Kind.InputGradient => ([output], [input]),
                _ => ([output, input], []),
            };
        }

        switch (Fused.BaseOf(node))
        {
            case MaxPool when node.Outputs.Count == 1:
            case MaxPoolCompact or AveragePool or AveragePoolGrad or GlobalAveragePool or GlobalMaxPool:
                var pooled = PresentOfAny(node, 0);
                return ([pooled], [pooled, pooled]);
            case BatchNormalization or BatchNormalizationTraining:
                var normalized = Present(node, 0);
                return ([normalized, Layout.Plain, Layout.Plain, Layout.Plain, Layout.Plain, normalized], [normalized]);
            case LRN when LrnStep.KeepsZero(node):
                return ([Present(node, 0)], [Present(node, 0)]);
            case BatchNormalizationTrainingGrad:
            case LRNGrad when LrnStep.KeepsZero(node):
                var joint = Present(node, 0) is { IsBlocked: true } first ? first : Present(node, 1);
                return ([joint, joint], [joint]);
            case MaxPoolCompactGrad:
                var place = PresentOfAny(node, 1);
                return ([place, place], [place]);
            case Concat or Split:
                int wholes = node.Operator is Concat ? node.Inputs.Count : 1;
                var common = Enumerable.Range(0, wholes).Select(i => Present(node, i)).FirstOrDefault(l => l.IsBlocked);
                if (!common.IsBlocked || !JoinStep.FitsBlocks(node, common)) break;
                return ([.. Enumerable.Repeat(common, wholes)], [.. node.Outputs.Select(_ => common)]);
            case Slice or Pad or Tile when node.Outputs[0]!.Shape!.Rank > 2 && MovementStep.Takes(node):
                return ([Present(node, 0)], [Present(node, 0)]);
            case ReduceSum when ReductionStep.IsOverAllButChannels(node):
                return ([PresentOfAny(node, 0)], []);
            default:
                if (Shared(node) is { } shared) return (shared.Inputs, [.. node.Outputs.Select(_ => shared.Output)]);
                break;
        }

        return ([], []);
    }

    // The layout that elementwise operands share: blocked where one of them is and the formula keeps the padding at zero. Only floats are ever
    // blocked, since only they can be converted.
    private (Layout[] Inputs, Layout Output)? Shared(Node node)
    {
        if (node.Outputs is not [{ ElementType: ElementType.Float32, Shape: { Rank: > 2 } shape }, ..] || !ElementwiseStep.Takes(node))
            return null;
        var operands = ElementwiseStep.OperandsOf(node);
        var inputs = new Layout[node.Inputs.Count];
        var blocked = Layout.Plain;
        var ofImages = Layout.Plain;
        foreach (int i in operands)
        {
            var input = node.Inputs[i]!;
            if (input.Shape!.ElementCount == 1) continue;
            if (input.ElementType != ElementType.Float32 || !LiesAlong(input.Shape, shape)) return null;
            var present = PresentOfAny(node, i);
            if (present.IsBlocked) blocked = present;
            if (present.IsOfImages) ofImages = present;
        }

        if (ofImages.IsOfImages && operands.All(i => node.Inputs[i]!.Shape is { } operand && (operand.ElementCount == 1 || operand == shape))) blocked = ofImages;
        if (blocked.IsPlain || (blocked.IsBlocked && !ElementwiseStep.KeepsZero(node) && shape[1].Value % blocked.ChannelBlock != 0)) return null;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i] is not { } input) continue;
            if (!operands.Contains(i)) inputs[i] = PresentOfAny(node, i);
            else if (input.Shape!.ElementCount != 1) inputs[i] = blocked;
        }

        return (inputs, blocked);
    }

    // Whether an operand has all channels of the result, and either all of its places or one.
    private static bool LiesAlong(SymbolicShape operand, SymbolicShape result) =>
        operand == result
        || (operand.Rank == result.Rank && operand[1] == result[1] && (operand[0] == result[0] || operand[0] == 1)
            && (operand[2..].All(d => d == 1) || operand[2..].SequenceEqual(result[2..])));

    /// <summary>The layout that an input has, for steps that know blocks of channels; to them, images in blocks are to be plain.</summary>
    private Layout Present(Node node, int input) => PresentOfAny(node, input) is { IsOfImages: false } layout ? layout : Layout.Plain;

    /// <summary>The layout that an input has, for steps that know all.</summary>
    private Layout PresentOfAny(Node node, int input) => Map.Get(node.Inputs[input]!).Layout;

    private Value Convert(Value value, Layout layout)
    {
        if (value.Layout == layout) return value;
        if (_converted.TryGetValue((value, layout), out var known)) return known;
        if (!value.Layout.IsPlain && !layout.IsPlain) return Convert(Convert(value, Layout.Plain), layout);
        var converted = Builder.Apply(Reorder.Instance, [value]);
        converted.Layout = layout;
        _converted.Add((value, layout), converted);
        return converted;
    }
}
