using Framework.Execution;
using Framework.Graphs;
using Framework.Kernels.Reduction;
using Framework.Kernels.Simd;
using Framework.Operators;
using Framework.Tensors;
using Framework.Threading;

namespace Framework.Lowering.Steps;

/// <summary>
/// Reductions by the reduction kernels. Values in blocks are reduced where they lie where only their channels are kept: the gradient of a
/// convolution's bias.
/// </summary>
internal sealed unsafe class ReductionStep : Step
{
    private readonly AxesReduction _reduction;
    private readonly nint _outputFloats;
    private readonly nint _madeFloats;

    private ReductionStep(Node node, AxesReduction reduction, nint madeFloats, InstructionSet set)
        : base(node, $"Reduction{set}", [node.Inputs[0]!], [node.Outputs[0]!])
    {
        _reduction = reduction;
        _outputFloats = (nint)node.Outputs[0]!.Shape!.ElementCount.Value;
        _madeFloats = madeFloats;
    }

    public static Step? For(Node node, InstructionSet set)
    {
        var (x, y) = (node.Inputs[0]!, node.Outputs[0]!);
        if (x.ElementType != ElementType.Float32 || KindOf(node.Operator) is not { } kind || AxesOf(node) is not { } axes) return null;
        if (x.Shape!.ElementCount == 0 || y.Shape!.ElementCount == 0) return null;
        var shape = x.Shape.ToShape();
        if (x.Layout.IsPlain) return new ReductionStep(node, new AxesReduction(kind, shape, axes, set), y.Shape.ToShape().ElementCount, set);

        if (x.Layout.ImageBlock is > 0 and var images)
        {
            Shape beside = [shape[0] / images, shape[1], shape[2..].ElementCount, images];
            return new ReductionStep(node, new AxesReduction(kind, beside, [0, 2, 3], set), shape[1], set);
        }

        int block = x.Layout.ChannelBlock, blocks = (shape[1] + block - 1) / block;
        Shape lying = [shape[0], blocks, shape[2..].ElementCount, block];
        return new ReductionStep(node, new AxesReduction(kind, lying, [0, 2], set), (nint)blocks * block, set);
    }

    /// <summary>Whether everything but the channels is summed up.</summary>
    public static bool IsOverAllButChannels(Node node) =>
        node.Inputs[0]!.Shape is { Rank: > 2 } shape && AxesOf(node) is { } axes && axes.Length == shape.Rank - 1 && !axes.Contains(1);

    public override nint WorkspaceBytes(int threads) => (_reduction.WorkspaceFloats + (_madeFloats == _outputFloats ? 0 : _madeFloats)) * sizeof(float);

    public override void Run(byte* workspace, WorkerPool pool)
    {
        var scratch = (float*)workspace;
        if (_madeFloats == _outputFloats)
        {
            _reduction.Run(Read(0), Write(0), scratch, pool);
            return;
        }

        _reduction.Run(Read(0), scratch, scratch + _madeFloats, pool);
        Buffer.MemoryCopy(scratch, Write(0), _outputFloats * sizeof(float), _outputFloats * sizeof(float));
    }

    private static ReductionKind? KindOf(Operator op) => op switch
    {
        ReduceSum or ReduceTo => ReductionKind.Sum,
        ReduceMean => ReductionKind.Mean,
        ReduceProd => ReductionKind.Product,
        _ => null,
    };

    // The axes that are reduced; null where they are not known or there are none.
    private static int[]? AxesOf(Node node)
    {
        var shape = node.Inputs[0]!.Shape!;
        int[]? axes;
        if (node.Operator is ReduceTo) axes = Broadcast.RepeatedAxes(node.Outputs[0]!.Shape!, shape);
        else if (node.Inputs.Count > 1 && node.Inputs[1] is { } given) axes = given.Fact.Constant?.ToArray<long>() is { } a ? [.. a.Select(x => (int)(x < 0 ? x + shape.Rank : x)).Distinct().Order()] : null;
        else axes = node.Attributes.Int("noop_with_empty_axes", 0) != 0 ? [] : [.. Enumerable.Range(0, shape.Rank)];
        return axes is { Length: > 0 } ? axes : null;
    }
}
