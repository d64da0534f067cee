using Framework.Graphs;
using Framework.Tensors;

namespace Framework.Operators;

/// <summary>
/// ONNX <c>DepthToSpace</c>: spreads groups of <c>blocksize</c>² channels of [N, C, H, W] over blocks of the plane. In <c>mode</c> DCR the block's
/// place is the outer part of the channel's number, in CRD the inner.
/// </summary>
public sealed class DepthToSpace : MovementOperator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static DepthToSpace Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "DepthToSpace";

    /// <inheritdoc/>
    public override int SinceVersion => 11;

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var x = inference.ShapeOf(0);
        long block = SpaceToDepth.Block(inference, x);
        string mode = inference.Attributes.String("mode", "DCR");
        if (mode is not ("DCR" or "CRD")) throw inference.Fail($"mode '{mode}' is not DCR or CRD.");
        if (x[1].IsKnown && x[1].Value % (block * block) != 0)
            throw inference.Fail($"{x[1]} channels do not divide into blocks of {block} x {block}.");
        inference.Output(0, inference.TypeOf(0), [x[0], x[1].Divide(checked(block * block)), x[2] * block, x[3] * block]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape x = e.Input(0).Shape, y = e.Output(0).Shape;
        int block = (int)e.Attributes.Int("blocksize", 1);
        int[] s = x.Strides();
        bool outer = e.Attributes.String("mode", "DCR") == "DCR";
        var (channelStep, rowStep, columnStep) = outer ? (s[1], s[1] * y[1] * block, s[1] * y[1]) : (s[1] * block * block, s[1] * block, s[1]);
        Strided.Gather(
            Raw<T>(e.Input(0)), 0, [s[0], channelStep, s[2], rowStep, s[3], columnStep], Raw<T>(e.Output(0)), [x[0], y[1], x[2], block, x[3], block]);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g)
    {
        long block = g.Attributes.Int("blocksize", 1);
        var depth = g.Gradient.SpaceToDepth(block);
        if (g.Attributes.String("mode", "DCR") == "DCR")
        {
            g.Set(0, depth);
            return;
        }

        // SpaceToDepth puts the block's place outermost among the channels; here it is innermost.
        if (g.Input(0).Shape is not { } shape || !shape[1].IsKnown)
            throw new Errors.UnsupportedModelException(g.Node.Place, "its gradient needs a number of channels that is known before the model runs.");
        long cells = block * block, channels = shape[1].Value / cells;
        g.Set(0, depth.Gather(g.Builder.Integers([.. Enumerable.Range(0, (int)shape[1].Value).Select(m => (m % cells * channels) + (m / cells))]),
            axis: 1));
    }

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples =>
    [
        new("DCR", [SampleInput.Normal(2, 8, 2, 3)], new Attributes { ["blocksize"] = 2 }),
        new("CRD", [SampleInput.Normal(1, 18, 2, 1)], new Attributes { ["blocksize"] = 3, ["mode"] = "CRD" }),
    ];
}

/// <summary>ONNX <c>SpaceToDepth</c>: gathers blocks of the plane of [N, C, H, W] into channels, the block's place outermost.</summary>
public sealed class SpaceToDepth : MovementOperator
{
    private static readonly Signature s_signature = new([new("input")], ["output"]);

    /// <summary>The operator.</summary>
    public static SpaceToDepth Instance { get; } = new();

    /// <inheritdoc/>
    public override string Name => "SpaceToDepth";

    /// <inheritdoc/>
    public override Signature Signature => s_signature;

    /// <inheritdoc/>
    public override void Infer(Inference inference)
    {
        inference.Output(0, inference.TypeOf(0));
        var x = inference.ShapeOf(0);
        long block = Block(inference, x);
        for (int axis = 2; axis < 4; axis++)
        {
            if (x[axis].IsKnown && x[axis].Value % block != 0) throw inference.Fail($"axis {axis} of {x} does not divide into blocks of {block}.");
        }

        inference.Output(0, inference.TypeOf(0), [x[0], x[1] * checked(block * block), x[2].Divide(block), x[3].Divide(block)]);
    }

    /// <inheritdoc/>
    protected override void Evaluate<T>(Evaluation e)
    {
        Shape x = e.Input(0).Shape, y = e.Output(0).Shape;
        int block = (int)e.Attributes.Int("blocksize", 1);
        int[] s = x.Strides();
        Strided.Gather(
            Raw<T>(e.Input(0)), 0, [s[0], s[2], s[3], s[1], s[2] * block, s[3] * block], Raw<T>(e.Output(0)), [x[0], block, block, x[1], y[2], y[3]]);
    }

    /// <inheritdoc/>
    public override void Differentiate(Differentiation g) => g.Set(0, g.Gradient.DepthToSpace(g.Attributes.Int("blocksize", 1)));

    /// <inheritdoc/>
    public override IEnumerable<Sample> Samples => [new("blocks", [SampleInput.Normal(2, 3, 4, 6)], new Attributes { ["blocksize"] = 2 })];

    internal static long Block(Inference inference, SymbolicShape x)
    {
        if (x.Rank != 4) throw inference.Fail($"the input {x} must be [N, C, H, W].");
        long block = inference.Attributes.Int("blocksize", 0);
        return block is >= 1 and <= int.MaxValue ? block : throw inference.Fail("the attribute blocksize must be at least 1.");
    }
}

public static partial class ValueOperators
{
    /// <summary>ONNX <c>DepthToSpace</c>.</summary>
    public static Value DepthToSpace(this Value x, long blockSize, string mode = "DCR") =>
        x.Owner.Apply(Operators.DepthToSpace.Instance, [x], new Attributes { ["blocksize"] = blockSize, ["mode"] = mode });

    /// <summary>ONNX <c>SpaceToDepth</c>.</summary>
    public static Value SpaceToDepth(this Value x, long blockSize) =>
        x.Owner.Apply(Operators.SpaceToDepth.Instance, [x], new Attributes { ["blocksize"] = blockSize });
}
